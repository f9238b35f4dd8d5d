"""A crawl is read record by record; what is damaged or made to do harm costs no other record, and little memory."""

import gzip
import re
import resource
import zlib

import pytest

from tests.flows.formats import PAGE, documents, errors, texts, warc

HTML = "text/html; charset=utf-8"


def crawl(*pages, content_type=HTML):
    return warc(*[("response", content_type, page.encode()) for page in pages])


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        ("text/html; charset=windows-1251; x=y", "cp1251"),
        ("text/html;x=y;charset='koi8-r'", "koi8-r"),
        ('TEXT/HTML; CHARSET="windows-1251"', "cp1251"),
    ],
)
def test_the_charset_of_a_server_is_obeyed_whatever_stands_beside_it(tmp_path, content_type, encoding):
    (tmp_path / "a.warc").write_bytes(warc(("response", content_type, "<p>Да, мир.".encode(encoding))))
    (raw,) = documents(tmp_path)
    assert (raw.document.text.strip(), raw.document.metadata.encoding) == ("Да, мир.", encoding)


def bare_deflate(data):
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def chunked(data):
    half = len(data) // 2
    return b"".join(b"%x;a=b\r\n%s\r\n" % (len(piece), piece) for piece in (data[:half], data[half:])) + b"0\r\n\r\n"


def response(header, body, more=""):
    block = f"HTTP/1.1 200 OK\r\nContent-Type: {HTML}\r\n{header}\r\n\r\n".encode() + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\n{more}Content-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("header", "pack"),
    [
        ("Content-Encoding: gzip", gzip.compress),
        ("Content-Encoding: gzip", lambda page: gzip.compress(page[:9]) + gzip.compress(page[9:]) + b"\0\0"),
        ("Content-Encoding: deflate", zlib.compress),
        ("Content-Encoding: deflate", bare_deflate),
        ("Content-Encoding: gzip", bytes),
        ("Transfer-Encoding: chunked", chunked),
        ("Transfer-Encoding: chunked\r\nContent-Length: 9999", chunked),
        ("Transfer-Encoding: chunked\r\nContent-Encoding: gzip", lambda page: chunked(gzip.compress(page))),
        ("Transfer-Encoding: gzip, chunked", lambda page: chunked(gzip.compress(page))),
        ("Content-Encoding: gzip\r\nContent-Length: 9999", bytes),
        (f"Content-Length: {len(PAGE.encode())}", bytes),
        ("Content-Length: 1", bytes),
        ("Content-Length: none", bytes),
        ("Transfer-Encoding: chunked", bytes),
    ],
)
def test_a_page_is_unpacked_if_it_is_packed(tmp_path, header, pack):
    (tmp_path / "a.warc").write_bytes(response(header, pack(PAGE.encode())))
    (raw,) = documents(tmp_path)
    assert raw.document.metadata.title == "Titel"


@pytest.mark.parametrize(
    ("header", "pack", "sign"),
    [
        ("Content-Encoding: gzip", gzip.compress, "its gzip has no end"),
        ("Content-Encoding: deflate", zlib.compress, "its deflate has no end"),
        ("Content-Encoding: deflate", bare_deflate, "its deflate has no end"),
        ("Transfer-Encoding: chunked", chunked, "its last chunk is missing"),
        (f"Content-Length: {len(PAGE.encode())}", bytes, f"it has .+ of {len(PAGE.encode())} bytes"),
    ],
)
def test_a_page_whose_end_is_missing_has_a_reason_wherever_it_is_cut(tmp_path, header, pack, sign):
    body = pack(PAGE.encode())
    cuts = range(20, len(body) - len(b"0\r\n\r\n"))
    (tmp_path / "a.warc").write_bytes(b"".join(response(header, body[:cut]) for cut in cuts) + response("", b"<p>good"))
    *found, good = documents(tmp_path)
    assert good.document.text.strip() == "good"
    assert {raw.error and raw.error.check for raw in found} == {"intake/truncated"}
    assert re.fullmatch(rf"It was cut off when it was crawled \({sign}\); crawl it again\.", str(found[0].error))


def test_a_page_of_very_many_members_is_whole_and_one_that_breaks_has_a_reason(tmp_path):
    members = b"".join(gzip.compress(b"%d " % number) for number in range(100_000))
    (tmp_path / "a.warc").write_bytes(
        response("Content-Encoding: gzip", members) + response("Content-Encoding: gzip", members[:-9] + b"x" * 9)
    )
    whole, broken = documents(tmp_path)
    assert whole.document.text.split() == [str(number) for number in range(100_000)]
    assert broken.error.check == "intake/truncated"


def test_a_record_that_the_crawler_has_cut_has_a_reason(tmp_path):
    data = response("", PAGE.encode(), "WARC-Truncated: length\r\n")
    (tmp_path / "a.warc").write_bytes(data + crawl("<p>good"))
    cut, good = documents(tmp_path)
    assert str(cut.error) == "It was cut off when it was crawled (WARC-Truncated: length); crawl it again."
    assert good.document.text.strip() == "good"


@pytest.mark.parametrize("kind", ["response", "conversion"])
def test_wherever_a_crawl_is_cut_its_last_record_has_a_reason_and_the_others_stay(tmp_path, kind):
    records = [(kind, HTML, f"<p>Page {number}".encode()) for number in range(3)]
    ends = [len(warc(*records[:n])) for n in range(4)]
    data = warc(*records)
    for cut in range(1, len(data)):
        (tmp_path / "a.warc").write_bytes(data[:cut])
        n_whole = sum(end - len("\r\n\r\n") <= cut for end in ends[1:])
        is_between = any(end - len("\r\n\r\n") <= cut <= end for end in ends)
        found = documents(tmp_path)
        assert [bool(raw.error) for raw in found] == [False] * n_whole + [True] * (not is_between), cut


@pytest.mark.parametrize(
    "length", [b"", b"Content-Length: x", b"Content-Length: -1", b"Content-Length: " + b"9" * 5000]
)
def test_a_record_without_its_length_costs_no_other(tmp_path, length):
    data = b"WARC/1.0\r\nWARC-Type: conversion\r\n" + length + b"\r\n\r\nlost\r\n\r\n"
    (tmp_path / "a.warc").write_bytes(crawl("<p>one") + data + crawl("<p>two"))
    assert [text.strip() for text in texts(tmp_path)] == ["one", "", "two"]
    assert [check for check, _ in errors(tmp_path)] == ["intake/not-warc"]


def test_what_stands_between_two_records_is_reported_once(tmp_path):
    (tmp_path / "a.warc").write_bytes(crawl("<p>one") + b"debris\r\n" * 9 + crawl("<p>two"))
    assert [text.strip() for text in texts(tmp_path)] == ["one", "", "two"]
    ((check, reason),) = errors(tmp_path)
    assert (check, reason.partition(" at byte ")[0]) == ("intake/not-warc", "What stands")


def test_a_header_without_end_ends_the_file(tmp_path):
    (tmp_path / "a.warc").write_bytes(crawl("<p>one") + b"WARC/1.0\r\n" + b"X-A: b\r\n" * 500_000)
    one, rest = documents(tmp_path)
    assert (one.document.text.strip(), rest.document.id) == ("one", "a.warc#rest")
    assert str(rest.error).endswith("is longer than 1 MiB.")


def test_a_page_with_a_header_without_end_costs_no_other(tmp_path):
    endless = crawl("<p>lost", content_type=HTML + "; x" * 500_000)
    (tmp_path / "a.warc").write_bytes(crawl("<p>one") + endless + crawl("<p>two"))
    assert [text.strip() for text in texts(tmp_path)] == ["one", "", "two"]


@pytest.mark.parametrize("packing", ["", ".gz"])
@pytest.mark.parametrize("beginning", [b"", b"WARC/1.0\r\n", b"WARC/1.0\r\nContent-Length: 4\r\n\r\nabcd"])
def test_a_line_without_end_takes_little_memory(tmp_path, beginning, packing):
    path = tmp_path / f"a.warc{packing}"
    with gzip.open(path, "wb", compresslevel=1) if packing else path.open("wb") as file:
        file.write(beginning)
        for _ in range(200):
            file.write(bytes(10**6))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(errors(tmp_path)) == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB


def test_a_gap_without_end_ends_the_file(tmp_path, monkeypatch):
    monkeypatch.setattr("flows.warc._LARGEST_GAP", 2**20)
    (tmp_path / "a.warc").write_bytes(bytes(2**22) + crawl("<p>one"))
    assert [raw.document.id for raw in documents(tmp_path)][-1] == "a.warc#rest"
