"""A run from sources to corpus, without Prefect."""

import json
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from flows.corpus import FOLDERS
from flows.engines import Processes
from flows.pipeline import run
from flows.restore import restore
from flows.settings import Settings
from tests.flows.articles import content, many, prose, records, rows, run_on


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
    (folder / "gone.txt").symlink_to(folder / "nowhere")
    (folder / "lost.txt").write_text(prose("in Dzia\ufffd\ufffddowo"), "utf-8")
    outcome = run_on(folder, out)
    assert outcome.published
    quarantine = {row["id"]: row for row in rows(out, "quarantine")}
    assert set(quarantine) == {"empty.txt", "image.txt", "gone.txt", "lost.txt"}
    assert all(row["reasons"] for row in quarantine.values())
    assert quarantine["image.txt"]["reasons"][0].startswith("intake/not-text: It is not text: byte 6 is 0x1a")
    assert quarantine["lost.txt"]["text"] == (folder / "lost.txt").read_text("utf-8")
    assert [row["id"] for row in rows(out, "documents")] == ["0.txt", "1.txt", "2.txt"]
    assert restore(out, "lost.txt") == (folder / "lost.txt").read_text("utf-8")


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
        ".cache", ".cleancopy", "documents", "edits", "manifest.json", "quarantine", "report", "text"
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


def test_records_are_documents_with_ids_of_their_own(tmp_path):
    articles = [{"id": 1, "text": prose("in May")}, {"id": 2, "text": f"{prose('in June')}\n\nShare this article"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, articles)))
    outcome = run_on(tmp_path / "a.jsonl", tmp_path / "clean")
    assert [(row["id"], row["text"]) for row in rows(tmp_path / "clean", "documents")] == [
        ("1", f"{prose('in May')}\n"),
        ("2", f"{prose('in June')}\n"),
    ]
    assert [(fields.text, fields.id) for fields in outcome.fields] == [("text", "id")]
    assert restore(tmp_path / "clean", "2") == articles[1]["text"]


def test_of_two_documents_with_one_id_the_first_is_published_and_the_other_set_aside(tmp_path):
    source, out = tmp_path / "articles", tmp_path / "clean"
    source.mkdir()
    records(source / "a.jsonl", [prose("in May"), prose("in June")], id="same")
    records(source / "b.jsonl", [prose("in May")], id="same")
    assert run_on(source, out).published
    first, copy = rows(out, "documents")
    assert (first["id"], first["text"], first["duplicate_of"]) == ("same", f"{prose('in May')}\n", None)
    assert (copy["source"], copy["duplicate_of"]) == ("articles/b.jsonl", "same")
    (other,) = rows(out, "quarantine")
    assert other["id"].startswith("same#")
    assert other["reasons"][0].startswith("intake/duplicate-id: A document of articles/a.jsonl has the id 'same' too")
    assert restore(out, other["id"]) == prose("in June")


def test_the_id_of_a_copy_is_never_that_of_another_document_whatever_their_order(tmp_path):
    copy_id = f"A#{sha256(prose('in May').encode()).hexdigest()[:16]}"
    given = [("A", "in May"), ("A", "in May"), ("A", "in May"), (copy_id, "in June"), (f"{copy_id}-3", "in July")]
    for number in range(len(given)):
        articles = [{"id": name, "text": prose(end)} for name, end in given[number:] + given[:number]]
        (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, articles)))
        assert run_on(tmp_path / "a.jsonl", tmp_path / "clean").published
        found = {row["id"]: (row["text"], row["duplicate_of"]) for row in rows(tmp_path / "clean", "documents")}
        copies = {f"{copy_id}-2": (f"{prose('in May')}\n", "A"), f"{copy_id}-4": (f"{prose('in May')}\n", "A")}
        originals = {name: (f"{prose(end)}\n", None) for name, end in given}
        assert found == originals | copies


def test_records_without_ids_that_are_the_same_are_copies(tmp_path):
    records(tmp_path / "a.jsonl", [prose("in May")] * 3)
    outcome = run_on(tmp_path / "a.jsonl", tmp_path / "clean")
    assert (outcome.counts["published"], outcome.counts["duplicates"], outcome.quarantine) == (1, 2, {})
    assert len({row["id"] for row in rows(tmp_path / "clean", "documents")}) == 3


def test_the_bytes_are_the_same_on_one_process_and_on_three(tmp_path):
    source = many(tmp_path / "articles")
    one = run(Settings((str(source),), tmp_path / "one", shard_bytes=2_000))
    with Processes(3) as engine:
        three = run(Settings((str(source),), tmp_path / "three", shard_bytes=2_000), engine)
    assert one.counts == three.counts
    assert len(content(tmp_path / "one")) > 20
    assert content(tmp_path / "one") == content(tmp_path / "three")


def test_the_shard_size_does_not_change_a_row(tmp_path):
    source = many(tmp_path / "articles")
    run_on(source, tmp_path / "large")
    run(Settings((str(source),), tmp_path / "small", shard_bytes=1_000))
    assert len(list((tmp_path / "small" / "documents").iterdir())) > 5
    for folder in FOLDERS:
        assert rows(tmp_path / "large", folder) == rows(tmp_path / "small", folder)


def test_what_was_published_comes_out_unchanged_when_it_is_cleaned_again(tmp_path):
    source = many(tmp_path / "articles")
    run_on(source, tmp_path / "once")
    run_on(tmp_path / "once", tmp_path / "twice")
    kept = [column for column in FOLDERS["documents"].names if column not in (
        "source", "source_sha256", "n_edits", "removed_ratio", "encoding", "encoding_confidence")]  # fmt: skip
    once, twice = (
        [{column: row[column] for column in kept} for row in sorted(rows(out, "documents"), key=lambda row: row["id"])]
        for out in (tmp_path / "once", tmp_path / "twice")
    )
    assert once == twice
    assert rows(tmp_path / "twice", "edits") == []


def test_standfirst_and_credits_are_columns_that_a_corpus_hands_on(tmp_path):
    standfirst = "Twelve countries want to keep trawlers out of the strait."
    text = f"Ministers meet\n{standfirst}\nBy Ann Lee\n{prose('in May')}\nThe port on Monday. /Jan Berg/Reuters\n"
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "talks.txt").write_text(text)
    run_on(tmp_path / "in", tmp_path / "once")
    run_on(tmp_path / "once", tmp_path / "twice")
    for out in (tmp_path / "once", tmp_path / "twice"):
        (row,) = rows(out, "documents")
        assert (row["standfirst"], row["credits"], row["authors"]) == (standfirst, ["Jan Berg/Reuters"], ["Ann Lee"])


def test_names_that_try_to_leave_the_output_folder_do_not(tmp_path):
    records(tmp_path / "a.jsonl", [prose("in May")], id="../../escaped.txt")
    run_on(tmp_path / "a.jsonl", tmp_path / "out" / "clean")
    assert all(path.is_relative_to(tmp_path / "out" / "clean") for path in tmp_path.rglob("*escaped*"))
    assert not (tmp_path / "out" / "clean" / "text").exists()
    assert rows(tmp_path / "out" / "clean", "documents")[0]["id"] == "../../escaped.txt"


def test_pandas_polars_duckdb_and_datasets_open_the_documents(folder, tmp_path):
    import datasets
    import duckdb
    import pandas as pd
    import polars as pl

    run_on(folder, tmp_path / "clean")
    documents = tmp_path / "clean" / "documents"
    expected = [row["text"] for row in rows(tmp_path / "clean", "documents")]
    assert pd.read_parquet(documents)["text"].tolist() == expected
    assert pl.read_parquet(documents / "*.parquet")["text"].to_list() == expected
    with duckdb.connect() as connection:
        found = connection.sql(f"SELECT text FROM '{documents}/*.parquet' ORDER BY id").fetchall()  # noqa: S608
        assert [text for (text,) in found] == expected
    loaded = datasets.load_dataset("parquet", data_dir=str(documents), split="train", cache_dir=str(tmp_path / "cache"))
    assert list(loaded["text"]) == expected


def story(*, town="Riga", days=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")):
    return " ".join(f"On {day} the mayor of {town} crossed bridge number {n} on foot." for n, day in enumerate(days))


def test_a_near_copy_names_its_original_and_stays(tmp_path):
    source, out = tmp_path / "articles", tmp_path / "clean"
    source.mkdir()
    (source / "b.txt").write_text(story())
    (source / "a.txt").write_text(f"{story()} He was tired.")
    (source / "c.txt").write_text(f"{story()}\n")
    (source / "other.txt").write_text(story(town="Vilnius", days=("Friday", "Sunday", "Saturday", "Monday", "Tuesday")))
    outcome = run_on(source, out)
    assert {row["id"]: row["duplicate_of"] for row in rows(out, "documents")} == {
        "a.txt": None,
        "b.txt": "a.txt",
        "c.txt": "a.txt",
        "other.txt": None,
    }
    assert (outcome.counts["published"], outcome.counts["duplicates"]) == (2, 2)


def test_copies_are_set_aside_where_that_is_asked_for(folder, tmp_path):
    (folder / "copy.txt").write_bytes((folder / "1.txt").read_bytes())
    out = tmp_path / "clean"
    run(Settings((str(folder),), out, duplicates="drop"))
    assert [row["id"] for row in rows(out, "documents")] == ["0.txt", "1.txt", "2.txt"]
    (row,) = rows(out, "quarantine")
    assert (row["id"], row["reasons"]) == ("copy.txt", ["duplicate: It is a copy of 1.txt."])
    assert restore(out, "copy.txt") == (folder / "1.txt").read_text()


def test_a_report_on_many_documents_shows_those_that_need_a_look_and_counts_all(tmp_path, monkeypatch):
    monkeypatch.setattr("flows.judging._MOST_SHOWN", 10)
    report = run_on(many(tmp_path / "articles"), tmp_path / "clean").report
    pages = list((report.parent / "documents").glob("*.html"))
    index = report.read_text("utf-8")
    assert len(pages) == 10
    assert "The 10 of 101 documents that most need a look" in index
    assert all(f'href="documents/{page.name}"' in index for page in pages)
    assert "empty.txt" in index
    assert "image.txt" in index
