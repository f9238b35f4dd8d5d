"""A run from sources to corpus, without Prefect."""

import json
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows import pipeline
from flows.corpus import FOLDERS, restore
from flows.pipeline import Settings, run
from tests.flows.articles import prose


def rows(out, folder):
    return [row for path in sorted((out / folder).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def run_on(folder, out):
    return run(Settings((str(folder),), out))


def test_good_documents_are_published_with_their_ledgers(folder, tmp_path):
    out = tmp_path / "clean"
    outcome = run_on(folder, out)
    assert outcome.published
    assert dict(outcome.counts) == {"documents": 3, "published": 3, "duplicates": 0, "quarantined": 0}
    documents = rows(out, "documents")
    assert [document["id"] for document in documents] == ["0.txt", "1.txt", "2.txt"]
    assert documents[0]["text"] == f"Ministers meet\n\n{prose('in May')}\n"
    assert documents[0]["title"] == "Ministers meet"
    assert documents[0]["source"] == "articles/0.txt"
    assert documents[0]["source_sha256"] == sha256((folder / "0.txt").read_bytes()).hexdigest()
    assert documents[0]["text_sha256"] == sha256(documents[0]["text"].encode()).hexdigest()
    assert {row["rule"] for row in rows(out, "edits")} == {"share/prompt", "layout/final-line-end"}
    assert (out / "text" / "0.txt").read_text("utf-8") == documents[0]["text"]
    for document in documents:
        assert restore(out, document["id"]) == (folder / document["id"]).read_text("utf-8")


def test_the_manifest_names_every_part_with_its_rows_and_hash(folder, tmp_path):
    out = tmp_path / "clean"
    run_on(folder, out)
    manifest = json.loads((out / "manifest.json").read_text())
    assert {part["path"] for part in manifest["parts"]} == {
        str(path.relative_to(out)) for name in FOLDERS for path in (out / name).glob("*")
    }
    for part in manifest["parts"]:
        assert sha256((out / part["path"]).read_bytes()).hexdigest() == part["sha256"]
        assert pq.read_metadata(out / part["path"]).num_rows == part["rows"]
    assert manifest["schema_version"] == 1
    assert manifest["cleaner_version"] == version("cleancopy")
    assert manifest["counts"] == {"documents": 3, "published": 3, "duplicates": 0, "quarantined": 0}
    assert manifest["previous"] is None


def test_bad_documents_are_set_aside_with_reasons_and_the_others_published(folder, tmp_path):
    out = tmp_path / "clean"
    (folder / "empty.txt").write_text("")
    (folder / "image.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    (folder / "legacy.txt").write_bytes("Café".encode("cp1252"))
    (folder / "gone.txt").symlink_to(folder / "nowhere")
    (folder / "lost.txt").write_text(prose("in Dzia\ufffd\ufffddowo"), "utf-8")
    outcome = run_on(folder, out)
    assert outcome.published
    quarantine = {row["id"]: row for row in rows(out, "quarantine")}
    assert set(quarantine) == {"empty.txt", "image.txt", "legacy.txt", "gone.txt", "lost.txt"}
    assert all(row["reasons"] for row in quarantine.values())
    assert quarantine["image.txt"]["reasons"] == ["intake/not-text: It is not text: byte 8 is zero."]
    assert quarantine["lost.txt"]["text"] == (folder / "lost.txt").read_text("utf-8")
    assert [row["id"] for row in rows(out, "documents")] == ["0.txt", "1.txt", "2.txt"]
    assert restore(out, "lost.txt") == (folder / "lost.txt").read_text("utf-8")


def test_a_fault_in_one_document_stops_no_other(folder, tmp_path, monkeypatch):
    def clean(document, knowledge):
        if document.id == "1.txt":
            raise ValueError("something unforeseen")
        return real(document, knowledge)

    real = pipeline.clean
    monkeypatch.setattr(pipeline, "clean", clean)
    outcome = run_on(folder, tmp_path / "clean")
    assert outcome.published
    (row,) = rows(tmp_path / "clean", "quarantine")
    assert row["reasons"] == ["clean/failed: A fault of our own: ValueError: something unforeseen."]
    assert row["text"] == (folder / "1.txt").read_text("utf-8")


def test_an_address_that_is_none_harms_no_run(folder, tmp_path):
    (folder / "odd.txt").write_text(f"{prose('in May')} Source it is.\nSource: http://[x")
    run_on(folder, tmp_path / "clean")
    (row,) = [row for row in rows(tmp_path / "clean", "documents") if row["id"] == "odd.txt"]
    assert (row["url"], row["site"]) == ("http://[x", None)


def test_a_copy_names_its_original(folder, tmp_path):
    (folder / "copy.txt").write_bytes((folder / "1.txt").read_bytes() + b"\n\n")
    out = tmp_path / "clean"
    outcome = run_on(folder, out)
    assert outcome.counts["duplicates"] == 1
    assert {row["id"]: row["duplicate_of"] for row in rows(out, "documents")} == {
        "0.txt": None,
        "1.txt": None,
        "2.txt": None,
        "copy.txt": "1.txt",
    }


def test_running_twice_changes_no_byte(folder, tmp_path):
    def content():
        return {
            path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file() and "report" not in path.parts
        }

    out = tmp_path / "clean"
    assert run_on(folder, out).changed
    before = content()
    assert not run_on(folder, out).changed
    assert content() == before


def test_the_bytes_do_not_depend_on_the_place_or_the_order_of_files(folder, tmp_path):
    other = tmp_path / "elsewhere" / "articles"
    other.mkdir(parents=True)
    for path in sorted(folder.iterdir(), reverse=True):
        (other / path.name).write_bytes(path.read_bytes())
    run_on(folder, tmp_path / "one")
    run_on(other, tmp_path / "two")
    for name in FOLDERS:
        one, two = (
            {path.name: path.read_bytes() for path in (tmp_path / out / name).iterdir()} for out in ("one", "two")
        )
        assert one == two


def test_a_new_run_replaces_the_old_corpus_and_names_it(folder, tmp_path):
    out = tmp_path / "clean"
    run_on(folder, out)
    old = (out / "manifest.json").read_bytes()
    (folder / "0.txt").unlink()
    assert run_on(folder, out).changed
    assert json.loads((out / "manifest.json").read_text())["previous"] == sha256(old).hexdigest()
    assert [row["id"] for row in rows(out, "documents")] == ["1.txt", "2.txt"]
    assert not (out / "text" / "0.txt").exists()


def test_if_the_corpus_suite_fails_the_old_corpus_stays_and_the_report_says_why(folder, tmp_path):
    out = tmp_path / "clean"
    run_on(folder, out)
    old = {path: path.read_bytes() for path in out.rglob("*.parquet")} | {out: (out / "manifest.json").read_bytes()}
    for path in folder.iterdir():
        path.write_text("")
    outcome = run_on(folder, out)
    assert not outcome.published
    assert outcome.failures
    assert {path: path.read_bytes() for path in out.rglob("*.parquet")} | {
        out: (out / "manifest.json").read_bytes()
    } == old
    assert "Nothing was published" in (out / "report" / "index.html").read_text("utf-8")


def test_every_document_has_a_page_and_the_data_docs_are_there(folder, tmp_path):
    (folder / "empty.txt").write_text("")
    out = tmp_path / "clean"
    report = run_on(folder, out).report
    assert len(list((report.parent / "documents").glob("*.html"))) == 4
    assert (report.parent / "data-docs" / "index.html").exists()
    index = report.read_text("utf-8")
    assert all(name in index for name in ["0.txt", "1.txt", "2.txt", "empty.txt"])
    assert "ExpectText" in index or "empty" in index


def test_nothing_of_a_run_is_left_behind(folder, tmp_path):
    out = tmp_path / "clean"
    run_on(folder, out)
    assert sorted(path.name for path in out.iterdir()) == [
        ".cleancopy", "documents", "edits", "manifest.json", "quarantine", "report", "text"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["documents", "edits"])
def test_columns_are_those_of_the_contract(folder, tmp_path, name):
    out = tmp_path / "clean"
    run_on(folder, out)
    (path,) = (out / name).glob("*.parquet")
    assert pq.read_schema(path) == FOLDERS[name]
    assert pq.read_metadata(path).row_group(0).column(0).compression == "ZSTD"


def test_the_committed_texts_are_what_the_flow_makes_of_the_seeds(tmp_path):
    root = Path(__file__).parents[2]
    run(Settings((str(root / "seeds"),), tmp_path / "clean"))
    committed = {path.name: path.read_bytes() for path in (root / "clean" / "text").iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "clean" / "text").iterdir()} == committed


def test_what_a_folder_of_pages_repeats_goes_and_is_shown_as_a_proposal(tmp_path):
    source, out = tmp_path / "articles", tmp_path / "clean"
    source.mkdir()
    for town in ("Riga", "Tartu", "Vilnius", "Turku", "Gdynia"):
        text = (
            f"{town} elects a mayor\n{prose(f'in {town}')}\nThe Courier of the Coast, printed in this town for ever\n"
        )
        (source / f"{town}.txt").write_text(text, "utf-8")
    run_on(source, out)
    documents = rows(out, "documents")
    assert [document["text"] for document in documents] == [
        f"{town} elects a mayor\n{prose(f'in {town}')}\n" for town in ("Gdynia", "Riga", "Tartu", "Turku", "Vilnius")
    ]
    assert {row["rule"] for row in rows(out, "edits")} == {"site/repeated-line"}
    assert restore(out, "Riga.txt") == (source / "Riga.txt").read_text("utf-8")
    report = (out / "report" / "index.html").read_text("utf-8")
    assert "Lines that sites repeat" in report
    assert "^The Courier of the Coast, printed in this town for ever$" in report
