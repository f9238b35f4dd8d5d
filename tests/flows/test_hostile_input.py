"""Input that is damaged, too large or made to do harm gets a reason, and stops nothing else."""

import bz2
import gzip
import json
import os
import re
import resource

import pytest

from flows import records
from flows.intake import Fields, portions, read
from flows.sources import find
from tests.flows.articles import prose
from tests.flows.formats import (
    ARTICLES,
    PAGE,
    documents,
    errors,
    jsonl,
    parquet_bytes,
    texts,
    warc,
    zstd,
)


@pytest.mark.parametrize(
    ("line", "check", "reason"),
    [
        (b"[1, 2]", "intake/not-an-object", "is an array, not an object with fields"),
        (b'"text"', "intake/not-an-object", "is a string"),
        (b"{broken", "intake/not-json", "is not JSON"),
        (b"[" * 100_000, "intake/not-json", "is not JSON"),
        (b'{"text": 17}', "intake/no-text", "is 17, not text"),
        (b'{"text": null}', "intake/no-text", "is null, not text"),
        (b'{"text": true}', "intake/no-text", "is true, not text"),
        (b'{"text": ["a"]}', "intake/no-text", "is an array, not text"),
        (b'{"text": ' + b"[" * 1010 + b"]" * 1010 + b"}", "intake/no-text", "is an array, not text"),
        (b'{"id": "x"}', "intake/no-text", "The field 'text' of the record at byte .+ is missing"),
        (b"\x89PNG\x00\x01\x02\x03", "intake/not-text", "It is not text"),
    ],
)
def test_a_bad_record_has_a_reason_and_stops_no_other(tmp_path, line, check, reason):
    (tmp_path / "a.jsonl").write_bytes(jsonl(ARTICLES[:1]) + line + b"\n" + jsonl(ARTICLES[1:]))
    ((found, message),) = errors(tmp_path)
    assert found == check
    assert re.search(reason, message)
    assert [text for text in texts(tmp_path) if text] == [article["text"] for article in ARTICLES]


def test_json_that_is_nested_without_end_takes_no_memory(tmp_path):
    (tmp_path / "a.json").write_text("[" * 100_000)
    (tmp_path / "b.json").write_text('[{"text": "a"}, {"text": ' + '{"a":' * 100_000)
    assert [check for check, _ in errors(tmp_path)] == ["intake/not-json", "intake/not-json"]
    assert texts(tmp_path) == ["", "a", ""]


def test_objects_in_an_array_keep_what_is_nested_in_them(tmp_path):
    (tmp_path / "a.json").write_text('[1, [], {}, {"id": 1, "text": "a", "tags": [{"text": "b"}, []]}, null]')
    assert [(raw.document.text, raw.error and raw.error.check) for raw in documents(tmp_path)] == [
        ("", "intake/not-an-object"),
        ("", "intake/not-an-object"),
        ("", "intake/no-text"),
        ("a", None),
        ("", "intake/not-an-object"),
    ]


def test_lone_surrogates_become_replacement_characters_and_pairs_become_one(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(b'{"text": "a\\ud83d b\\ud83d\\ude00", "id": "\\udc00"}\n')
    (raw,) = documents(tmp_path)
    assert (raw.document.text, raw.document.id) == ("a\ufffd b\U0001f600", "\ufffd")


BEGINNINGS = {"jsonl": b'{"text": "', "json": b'[{"text": "', "csv": b'text\n"', "txt": b"", "html": b"<p>"}


@pytest.mark.parametrize("packing", ["", ".gz"])
@pytest.mark.parametrize("suffix", BEGINNINGS)
def test_a_line_of_200_megabytes_is_set_aside_in_little_memory(tmp_path, suffix, packing):
    path = tmp_path / f"a.{suffix}{packing}"
    with gzip.open(path, "wb", compresslevel=1) if packing else path.open("wb") as file:
        file.write(BEGINNINGS[suffix])
        for _ in range(200):
            file.write(b"x" * 10**6)
        file.write(b'"}\n')
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert next(check for check, _ in errors(tmp_path)) == "intake/too-large"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 120_000  # kB


def test_a_record_without_end_ends_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "_LARGEST_SKIP", 10**6)
    (tmp_path / "a.jsonl.gz").write_bytes(
        gzip.compress(jsonl(ARTICLES[:1]) + b"x" * (records.LARGEST_DOCUMENT + 10**7))
    )
    found = documents(tmp_path)
    assert [bool(raw.error) for raw in found] == [False, True]
    assert found[-1].document.id == "a.jsonl.gz#rest"


def test_a_page_nested_100000_deep_is_read(tmp_path):
    (tmp_path / "deep.html").write_text("<div>" * 100_000 + f"<p>{prose('in May')}" + "</div>" * 100_000)
    assert prose("in May") in texts(tmp_path)[0]


@pytest.mark.parametrize(
    "name",
    "a.jsonl.gz a.txt.gz a.parquet a.parquet.gz a.warc a.warc.gz a.json a.jsonl.zst a.csv.bz2".split(),
)
def test_a_truncated_file_has_a_reason(tmp_path, name):
    many = [{"id": number, "text": os.urandom(500).hex()} for number in range(150)]
    pages = [("response", "text/html", (PAGE + os.urandom(500).hex()).encode()) for _ in range(20)]
    data = {
        "a.jsonl.gz": gzip.compress(jsonl(many)),
        "a.txt.gz": gzip.compress(jsonl(many)),
        "a.parquet": parquet_bytes(many),
        "a.parquet.gz": gzip.compress(parquet_bytes(many)),
        "a.warc": warc(*pages),
        "a.warc.gz": warc(*pages, packed=True),
        "a.json": json.dumps(many).encode(),
        "a.jsonl.zst": zstd(jsonl(many)),
        "a.csv.bz2": bz2.compress(b"id,text\n" + b"".join(f"{a['id']},{a['text']}\n".encode() for a in many)),
    }[name]
    (tmp_path / name).write_bytes(data[: len(data) * 2 // 3])
    ((check, message),) = errors(tmp_path)
    assert check.startswith("intake/")
    assert re.search("cannot be read|not Parquet|not JSON|ends in the middle|not WARC", message), message


@pytest.mark.parametrize("packed", [False, True])
def test_a_page_of_a_crawl_that_is_too_large_stops_no_other(tmp_path, packed):
    pages = [("response", "text/html", text.encode()) for text in (PAGE, "x" * 17 * 2**20, PAGE)]
    (tmp_path / f"a.warc{'.gz' * packed}").write_bytes(warc(*pages, packed=packed))
    assert [raw.error and raw.error.check for raw in documents(tmp_path)] == [None, "intake/too-large", None]


def test_a_page_that_is_too_much_for_our_reader_stops_no_other(tmp_path, monkeypatch):
    monkeypatch.setattr("cleaners.markup.read_page", lambda _: 1 / 0)
    (tmp_path / "a.html").write_text(PAGE)
    (tmp_path / "b.txt").write_text("text")
    failed, sound = documents(tmp_path)
    assert (failed.error.check, sound.document.text) == ("intake/failed", "text")
    assert str(failed.error) == "A fault of our own: ZeroDivisionError: division by zero."


@pytest.mark.parametrize(
    "name", ["a.parquet", "a.parquet.gz", "a.warc", "a.jsonl.gz", "a.json", "a.csv", "a.jsonl", "a.txt.zst"]
)
@pytest.mark.parametrize("data", [b"", b"\x00", b"\x1f\x8b", b"PAR1", b"WARC/1.0\r\n", b"\xff" * 100])
def test_a_file_of_next_to_nothing_stops_nothing(tmp_path, name, data):
    (tmp_path / name).write_bytes(data)
    assert len(documents(tmp_path)) <= 1


def test_a_file_that_changes_while_it_is_read_is_said_to_have_changed(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(jsonl())
    files, _ = find([str(tmp_path)])
    (portion,) = portions(files, Fields(), 10**9)
    path.write_bytes(jsonl() * 2)
    assert [raw.error.check for raw in read(portion) if raw.error] == ["intake/changed"]


def test_what_cannot_be_opened_or_is_no_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere")
    assert errors(tmp_path) == [
        ("intake/unreadable", "The file cannot be read: No such file or directory."),
        ("intake/unreadable", "It is not a regular file."),
    ]


def test_a_file_name_that_is_not_utf8_has_an_id_that_is(tmp_path):
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "w") as file:  # noqa: PTH123  a path of bytes
        file.write("text")
    (raw,) = documents(tmp_path)
    assert (raw.document.id, raw.document.text) == ("caf\\xe9.txt", "text")


def test_ten_thousand_empty_files_are_ten_thousand_documents(tmp_path):
    for number in range(10_000):
        (tmp_path / f"{number}.txt").touch()
    assert sum(raw.document.text == "" for raw in documents(tmp_path)) == 10_000
