"""Whatever is damaged in a file, what stands before the damage is read, and the rest has a reason in one line."""

import bz2
import gzip
import json
import os
import socket

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import records
from flows.sources import IntakeError
from tests.flows.formats import ARTICLES, PACKERS, SOURCES, documents, errors, jsonl, texts, warc, zstd

CRAWL = warc(*[("response", "text/html", article["text"].encode()) for article in ARTICLES])
FILES = {**SOURCES, "a.warc": CRAWL}


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("name", FILES)
@settings(max_examples=20)
@given(data=st.data())
def test_no_damage_gets_further_than_its_file(tmp_path_factory, name, packing, data):
    damaged = bytearray(PACKERS[packing](FILES[name]))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(damaged)))
        damaged[start : start + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=5))
    path = tmp_path_factory.mktemp("damaged") / f"{name}{packing}"
    path.write_bytes(damaged)
    try:
        found = documents(path)
    except IntakeError:  # its fields are not known any more
        return
    assert all(len(str(raw.error).splitlines()) == 1 for raw in found if raw.error)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, zstd])
@pytest.mark.parametrize("suffix", ["jsonl", "json", "csv", "warc"])
def test_a_packed_file_that_is_cut_keeps_what_stands_before_the_cut(tmp_path, suffix, pack):
    many = [{"id": f"a{number}", "text": os.urandom(500).hex()} for number in range(2000)]
    data = {
        "jsonl": jsonl(many),
        "json": json.dumps(many).encode(),
        "csv": "\n".join(["id,text", *(",".join(article.values()) for article in many)]).encode(),
        "warc": warc(*[("conversion", "text/plain", article["text"].encode()) for article in many]),
    }[suffix]
    packed = pack(data)
    (tmp_path / f"a.{suffix}.packed").write_bytes(packed[: len(packed) // 2])
    (tmp_path / f"a.{suffix}.packed").rename(tmp_path / f"a.{suffix}{PACKINGS[pack]}")
    *whole, rest = documents(tmp_path)
    assert len(whole) > 400
    assert [raw.document.text for raw in whole] == [article["text"] for article in many[: len(whole)]]
    assert rest.document.id.endswith("#rest")
    assert str(rest.error) == "The file cannot be read: Truncated compressed stream."


PACKINGS = {gzip.compress: ".gz", bz2.compress: ".bz2", zstd: ".zst"}


def test_whatever_a_library_raises_ends_only_its_file(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_bytes(SOURCES["a.csv"])
    (tmp_path / "b.txt").write_text("text")

    def broken(stream):
        yield records.Record("row 1", {"text": "before"})
        raise AttributeError("no such thing\n    on the next line")

    monkeypatch.setattr(records, "_csv", broken)
    assert texts(tmp_path) == ["before", "", "text"]
    reason = "The rest of the file cannot be read, it is damaged: no such thing."
    assert errors(tmp_path) == [("intake/unreadable", reason)]


def test_a_cell_that_is_not_utf8_costs_no_other(tmp_path):
    values = [b"one", "Žmonės ėjo per tiltą".encode() + b"\xff", b"two"]
    cells = pa.array(values, pa.binary()).view(pa.string())
    pq.write_table(pa.table({"text": cells, "title": cells}), tmp_path / "a.parquet")
    assert texts(tmp_path) == ["one", "Žmonės ėjo per tiltą\ufffd", "two"]


def test_a_time_out_of_range_costs_nothing_else(tmp_path):
    times = pa.array([2**60, 1], pa.int64()).cast(pa.timestamp("us"))
    pq.write_table(pa.table({"text": ["one", "two"], "date": times}), tmp_path / "a.parquet")
    found = [(raw.document.text, raw.document.metadata.published) for raw in documents(tmp_path)]
    assert found == [("one", None), ("two", "1970-01-01T00:00:00.000001")]


@pytest.mark.parametrize("suffix", "txt html jsonl json csv parquet warc jsonl.gz".split())
def test_a_pipe_or_a_socket_is_not_waited_for_whatever_it_is_called(tmp_path, monkeypatch, suffix):
    monkeypatch.chdir(tmp_path)  # the path of a socket must be short
    os.mkfifo(f"pipe.{suffix}")
    with socket.socket(socket.AF_UNIX) as end:
        end.bind(f"socket.{suffix}")
    assert errors(tmp_path) == [("intake/unreadable", "It is not a regular file.")] * 2


def test_a_device_is_not_read_whatever_the_link_to_it_is_called(tmp_path):
    (tmp_path / "zero.jsonl").symlink_to("/dev/zero")
    assert errors(tmp_path) == [("intake/unreadable", "It is not a regular file.")]


@pytest.mark.parametrize("n_damaged", [1, 200])
def test_the_fields_of_records_behind_damaged_ones_are_known(tmp_path, n_damaged):
    (tmp_path / "a.jsonl").write_bytes(b"damaged\n" * n_damaged + b'{"doc_id": 7, "Body": "text"}\n')
    (*_, raw) = documents(tmp_path)
    assert (raw.document.id, raw.document.text) == ("7", "text")


@pytest.mark.parametrize("suffix", ["jsonl.gz", "json", "csv.gz"])
def test_the_fields_of_records_before_the_damage_are_known(tmp_path, suffix):
    articles = [{"doc_id": f"a{number}", "Body": os.urandom(500).hex()} for number in range(60)]
    data = {
        "jsonl.gz": gzip.compress(jsonl(articles)),
        "json": json.dumps(articles).encode(),
        "csv.gz": gzip.compress(b"doc_id,Body\n" + b"".join(f"{a['doc_id']},{a['Body']}\n".encode() for a in articles)),
    }[suffix]
    (tmp_path / f"a.{suffix}").write_bytes(data[: len(data) // 2])
    *whole, rest = documents(tmp_path)
    assert [(raw.document.id, raw.document.text) for raw in whole] == [
        tuple(article.values()) for article in articles[: len(whole)]
    ]
    assert len(whole) > 10
    assert rest.error
