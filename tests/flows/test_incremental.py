"""Runs that follow others, and do only the new work."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaners import markup
from flows import cleaning, staging
from flows.pipeline import run
from flows.settings import Settings
from tests.flows.articles import content, many, pages, prose, records, rows, small_run
from tests.flows.formats import warc


def done(monkeypatch):
    """The ids of the documents that are cleaned from now on."""
    ids = []
    real = cleaning.clean_many

    def noted(documents, knowledge):
        ids.extend(document.id for document in documents)
        return real(documents, knowledge)

    monkeypatch.setattr(cleaning, "clean_many", noted)
    return ids


def test_a_run_that_finds_nothing_changed_does_nothing(tmp_path, monkeypatch):
    source, out = many(tmp_path / "articles"), tmp_path / "clean"
    first = small_run(source, out)
    monkeypatch.setattr("flows.pipeline.read_batch", None)
    again = small_run(source, out)
    assert (again.changed, again.counts, again.quarantine) == (False, first.counts, first.quarantine)


def test_a_document_behind_a_link_is_read_again_when_either_changes(tmp_path):
    source, out = tmp_path / "articles", tmp_path / "clean"
    source.mkdir()
    (tmp_path / "target.txt").write_text(prose("in May"))
    (source / "a.txt").symlink_to(tmp_path / "target.txt")
    small_run(source, out)
    (tmp_path / "target.txt").write_text(prose("in December"))
    small_run(source, out)
    assert (out / "text" / "a.txt").read_text() == prose("in December") + "\n"
    (tmp_path / "other.txt").write_text(prose("in November"))
    shutil.copystat(tmp_path / "target.txt", tmp_path / "other.txt")
    (source / "a.txt").unlink()
    (source / "a.txt").symlink_to(tmp_path / "other.txt")
    small_run(source, out)
    assert (out / "text" / "a.txt").read_text() == prose("in November") + "\n"


def test_only_what_has_changed_is_cleaned_again_and_the_corpus_is_as_if_all_had_been(tmp_path, monkeypatch):
    source, out = many(tmp_path / "articles"), tmp_path / "clean"
    small_run(source, out)
    cleaned = done(monkeypatch)
    (source / "zz.txt").write_text(prose("at last"))
    (source / "May.html").unlink()
    small_run(source, out)
    assert cleaned == ["zz.txt"]
    small_run(source, tmp_path / "new")
    assert content(out) == content(tmp_path / "new")
    assert "May.html" not in {row["id"] for row in rows(out, "documents")}
    assert json.loads((out / "manifest.json").read_text())["previous"]


def test_of_a_file_of_records_only_those_are_cleaned_that_are_new(tmp_path, monkeypatch):
    source, out = tmp_path / "a.jsonl", tmp_path / "clean"
    texts = [f"{prose(f'in {year}')}\nShare this" for year in range(1900, 1960)]
    records(source, texts)
    small_run(source, out)
    cleaned = done(monkeypatch)
    records(source, [prose("at first"), *texts[:20], *texts[30:50], texts[50].replace("Paris", "Rome"), *texts[51:]])
    small_run(source, out)
    assert len(cleaned) == 2
    small_run(source, tmp_path / "new")
    assert content(out) == content(tmp_path / "new")


def test_parts_that_stay_are_not_written_again(tmp_path, monkeypatch):
    source, out = many(tmp_path / "articles"), tmp_path / "clean"
    small_run(source, out)
    written = []
    real = staging._write_parts
    monkeypatch.setattr(staging, "_write_parts", lambda number, *given: written.append(number) or real(number, *given))
    (source / "zz.txt").write_text(prose("at last"))
    small_run(source, out)
    assert len(written) == 1
    small_run(source, tmp_path / "new")
    assert content(out) == content(tmp_path / "new")


def test_records_in_another_order_are_not_cleaned_again(tmp_path, monkeypatch):
    source, out = tmp_path / "a.jsonl", tmp_path / "clean"
    texts = [prose(f"in {year}") for year in range(1900, 1960)]
    records(source, texts)
    small_run(source, out)
    cleaned = done(monkeypatch)
    texts = texts[1::2] + texts[::2]
    records(source, texts)
    small_run(source, out)
    assert cleaned == []
    small_run(source, tmp_path / "new")
    assert content(out) == content(tmp_path / "new")


def test_of_documents_that_stay_only_those_are_cleaned_again_of_which_the_site_repeats_a_line(tmp_path, monkeypatch):
    source, out = tmp_path / "articles", tmp_path / "clean"
    source.mkdir()
    stories = [f"{prose(f'in {year}')}\n" for year in range(1900, 1908)]
    prompt = "Write to our readers' desk"
    records(source / "a.jsonl", [stories[0] + prompt, stories[1] + prompt, *stories[2:-1]], url="https://news.example")
    small_run(source, out)
    cleaned = done(monkeypatch)
    records(source / "b.jsonl", [stories[-1] + prompt], url="https://news.example")
    small_run(source, out)
    assert [name.partition("#")[0] for name in sorted(cleaned)] == ["a.jsonl", "a.jsonl", "b.jsonl"]
    assert not [row for row in rows(out, "documents") if prompt in row["text"]]


def test_pages_that_were_read_before_are_not_parsed_again(tmp_path, monkeypatch):
    source, out = tmp_path / "a.jsonl", tmp_path / "clean"
    pages = [f"<article><h1>Vote</h1><p>{prose(f'in {year}')}</p></article>" for year in range(1900, 1920)]
    source.write_text("".join(json.dumps({"html": page}) + "\n" for page in pages))
    small_run(source, out)
    read = []
    real = markup.read_page
    monkeypatch.setattr(markup, "read_page", lambda document: read.append(document.id) or real(document))
    source.write_text("".join(json.dumps({"html": page}) + "\n" for page in [*pages, pages[0].replace("Vote", "V")]))
    small_run(source, out)
    assert len(read) == 1


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([*range(12), "site", "damaged"]), min_size=1, max_size=9), min_size=2, max_size=4)
)
def test_whatever_came_before_the_corpus_is_that_of_a_first_run(versions):
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "a.jsonl"), Path(folder, "clean")
        for version in versions:
            records(source, [article(number, part) for number, part in enumerate(version)])
            last = small_run(source, out)
        first = small_run(source, Path(folder, "new"))
        assert (last.counts, last.quarantine, last.failures) == (first.counts, first.quarantine, first.failures)
        assert content(out) == content(Path(folder, "new")) or not first.published
        assert pages(out) == pages(Path(folder, "new"))


def article(number, part):
    """A document of its own, or one that ends with a line of its site, intact or damaged."""
    line = {"site": "Caf\u00e9 du Port, ouvert toujours", "damaged": "Caf\u00c3\u00a9 du Port, ouvert toujours"}
    text = f"Minister {part if part in range(12) else number} speaks\n{prose(f'in {part}, {number % 3}')}\n"
    return text + line.get(part, "")


def test_a_line_that_has_to_be_repaired_goes_once_the_site_repeats_it(tmp_path):
    source, out = tmp_path / "a.jsonl", tmp_path / "clean"
    parts = ["damaged", "site", "site"]
    records(source, [article(number, part) for number, part in enumerate(parts)])
    small_run(source, out)
    assert sum("Port" in row["text"] for row in rows(out, "documents")) == 3
    records(source, [article(number, part) for number, part in enumerate([*parts, "site"])])
    small_run(source, out)
    assert not [row for row in rows(out, "documents") if "Port" in row["text"]]


def test_what_somebody_took_from_the_finished_work_is_made_again(tmp_path):
    source, out = many(tmp_path / "articles"), tmp_path / "clean"
    small_run(source, out)
    for folder in sorted((out / ".cache" / "clean").iterdir())[::2]:
        shutil.rmtree(folder)
    (source / "zz.txt").write_text(prose("at last"))
    small_run(source, out)
    small_run(source, tmp_path / "new")
    assert content(out) == content(tmp_path / "new")


FAULTS = {
    "cut short": lambda data: data[: len(data) // 2],
    "zeros": lambda data: bytes(len(data)),  # what a power failure leaves of what was not yet on disk
    "turned round": lambda data: data[::-1],
    "another byte": lambda data: (
        data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :]
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize("name", ["rows", "*.page", "*.npy", "*.json"])
def test_finished_work_that_was_damaged_is_made_again(tmp_path, name, fault):
    source, out = many(tmp_path / "articles"), tmp_path / "clean"
    small_run(source, out)
    for path in sorted((out / ".cache").rglob(name))[::2]:
        status = path.stat()
        path.write_bytes(fault(path.read_bytes()))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    (source / "zz.txt").write_text(prose("at last"))
    small_run(source, out)
    small_run(source, tmp_path / "new")
    assert content(out) == content(tmp_path / "new")


@pytest.mark.parametrize("end", ["\n", "\n\n"])
def test_a_line_that_grows_moves_no_other_into_another_part(tmp_path, end):
    source, out = tmp_path / "articles.jsonl", tmp_path / "clean"
    lines = [json.dumps({"id": str(n), "text": prose(f"on day {n}")}) for n in range(2_000)]

    def ids_by_part():
        source.write_bytes(end.join(lines).encode())
        run(Settings((str(source),), out, shard_bytes=50_000))
        parts = sorted((out / "documents").iterdir())
        return [pq.read_table(path, columns=["id"])["id"].to_pylist() for path in parts]

    before = ids_by_part()
    assert len(before) > 5
    lines[3] = lines[3].replace("on day 3", f"on day 3, {prose('before noon')}")
    assert ids_by_part() == before


def test_a_rule_that_changes_between_two_runs_of_a_process_is_heeded(tmp_path):
    source, rules = tmp_path / "a.txt", tmp_path / "rules"
    rules.mkdir()
    source.write_text(f"{prose('on Monday')}\n\nZap alpha\n\nZap beta\n")

    def removed(line):
        (rules / "own.toml").write_text(
            f"""[[rule]]
id = "own/zap"
pattern = "^{line}$"
where = "anywhere"
why = "It is noise."
removes = ["{line}"]
leaves = ["Something else"]
"""
        )
        run(Settings((str(source),), tmp_path / "clean", (rules,)))
        return {"Zap alpha", "Zap beta"} - set((tmp_path / "clean" / "text" / "a.txt").read_text().split("\n"))

    assert removed("Zap alpha") == {"Zap alpha"}
    assert removed("Zap beta") == {"Zap beta"}


def test_a_page_that_was_crawled_again_under_another_address_is_another_document(tmp_path):
    source, out = tmp_path / "a.warc", tmp_path / "clean"
    page = ("response", "text/html", f"<article><p>{prose('in May')}</p></article>".encode())
    source.write_bytes(warc(("response", "text/plain", b"short"), page))
    small_run(source, out)
    source.write_bytes(warc(("response", "text/plain", b"much longer"), page))
    small_run(source, out)
    small_run(source, tmp_path / "new")
    assert content(out) == content(tmp_path / "new")


def test_what_left_is_named_in_the_manifest_and_stays_in_its_history(folder, tmp_path):
    out = tmp_path / "clean"
    for name in ("0.txt", "2.txt"):
        small_run(folder, out)
        (folder / name).unlink()
    small_run(folder, out)
    last = json.loads((out / "manifest.json").read_text())
    before = json.loads((out / "history" / f"{last['previous']}.json").read_text())
    first = (out / "history" / f"{before['previous']}.json").read_bytes()
    assert (last["left"], before["left"], json.loads(first)["left"]) == (["2.txt"], ["0.txt"], [])
    assert sha256(first).hexdigest() == before["previous"]
    assert json.loads(first)["counts"]["documents"] == 3


def test_a_document_that_only_moved_to_another_part_has_not_left(tmp_path):
    source, out = many(tmp_path / "articles"), tmp_path / "clean"
    small_run(source, out)
    run(Settings((str(source),), out, shard_bytes=3_000))
    assert json.loads((out / "manifest.json").read_text())["left"] == []


def test_everything_is_done_again_on_demand_and_when_settings_change(tmp_path, monkeypatch):
    source, out = many(tmp_path / "articles"), tmp_path / "clean"
    small_run(source, out)
    cleaned = done(monkeypatch)
    small_run(source, out, quotes="keep")
    assert len(cleaned) == 100
    cleaned.clear()
    small_run(source, out, quotes="keep", fresh=True)
    assert len(cleaned) == 100


def test_a_file_that_was_only_touched_is_read_again_and_not_cleaned(folder, tmp_path, monkeypatch):
    small_run(folder, tmp_path / "clean")
    (folder / "0.txt").touch()
    cleaned = done(monkeypatch)
    small_run(folder, tmp_path / "clean")
    assert cleaned == []


def test_a_line_that_a_site_has_come_to_repeat_goes_from_the_documents_that_were_there_before(tmp_path):
    source, out = tmp_path / "articles", tmp_path / "clean"
    source.mkdir()
    for number, town in enumerate(("Riga", "Tartu", "Vilnius", "Turku", "Gdynia")):
        text = (
            f"{town} elects a mayor\n{prose(f'in {town}')}\nThe Courier of the Coast, printed in this town for ever\n"
        )
        (source / f"{number}.txt").write_text(text, "utf-8")
        small_run(source, out)
    assert not [row for row in rows(out, "documents") if "Courier" in row["text"]]


def test_what_could_not_be_read_is_tried_again_though_nothing_else_has_changed(folder, tmp_path):
    (folder / "late.txt").symlink_to(tmp_path / "late")
    assert "late.txt" in small_run(folder, tmp_path / "clean").quarantine
    (tmp_path / "late").write_text(prose("at last"))
    assert "late.txt" not in small_run(folder, tmp_path / "clean").quarantine


def test_shards_of_nothing_but_unreadable_documents_are_told_apart(folder, tmp_path):
    for name in ("x.txt", "y.txt", "z.txt"):
        (folder / name).write_bytes(b"\x89PNG\0\0\0\0" * 1_000)
    outcome = small_run(folder, tmp_path / "clean")
    assert outcome.published
    assert sorted(outcome.quarantine) == ["x.txt", "y.txt", "z.txt"]


def test_an_unreadable_file_that_was_renamed_is_in_quarantine_under_its_new_name(folder, tmp_path):
    (folder / "image.txt").write_bytes(b"\x89PNG\0\0\0\0")
    small_run(folder, tmp_path / "clean")
    (folder / "image.txt").rename(folder / "photo.txt")
    assert list(small_run(folder, tmp_path / "clean").quarantine) == ["photo.txt"]


def test_a_part_that_is_gone_is_made_again(folder, tmp_path):
    small_run(folder, tmp_path / "clean")
    before = content(tmp_path / "clean")
    for path in (tmp_path / "clean" / "documents").iterdir():
        path.unlink()
    assert small_run(folder, tmp_path / "clean").changed
    assert content(tmp_path / "clean") == before


def test_after_a_kill_the_next_run_uses_every_finished_shard(tmp_path, monkeypatch):
    source, out = many(tmp_path / "articles"), tmp_path / "clean"
    code = (
        "import os, signal; from pathlib import Path; from flows import cleaning; from flows.pipeline import run\n"
        "from flows.settings import Settings; real, cleaned = cleaning.clean_many, []\n"
        "def clean_many(documents, knowledge):\n"
        "    cleaned.extend(documents)\n"
        "    return real(documents, knowledge) if len(cleaned) < 60 else os.kill(os.getpid(), signal.SIGKILL)\n"
        f"cleaning.clean_many = clean_many; run(Settings(({str(source)!r},), Path({str(out)!r}), shard_bytes=1_000))"
    )
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert list((out / ".cache" / "drafts").iterdir())
    cleaned = done(monkeypatch)
    small_run(source, out)
    assert 30 < len(cleaned) < 60
    assert not (out / ".cache" / "drafts").exists() or not list((out / ".cache" / "drafts").iterdir())
    small_run(source, tmp_path / "new")
    assert content(out) == content(tmp_path / "new")
