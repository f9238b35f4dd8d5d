"""Every kind of source, as documents; and what hostile ones come to."""

import bz2
import gzip
import io
import json
import os
import re
import resource

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows import intake, records
from flows.intake import Fields, portions, read
from flows.sources import IntakeError, find
from tests.flows.articles import prose

ARTICLES = [
    {"id": f"a{number}", "text": prose(f"in {month}"), "url": f"https://news.example/{number}"}
    for number, month in enumerate(["May", "June", "July"])
]
PAGE = f"<html lang=de><title>Titel</title><nav>Home</nav><h1>Titel</h1><p>{prose('im Mai')}<br>Zwei."


def documents(*sources, most=10**9, fields=Fields()):  # noqa: B008  it is frozen
    files, _ = find([str(source) for source in sources])
    return [raw for portion in portions(files, fields, most) for raw in read(portion)]


def texts(*sources, **options):
    return [raw.document.text for raw in documents(*sources, **options)]


def errors(*sources, **options):
    return [(raw.error.check, str(raw.error)) for raw in documents(*sources, **options) if raw.error]


def jsonl(articles=ARTICLES):
    return "".join(json.dumps(article) + "\n" for article in articles).encode()


def zstd(data):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


def warc(*records, packed=False):
    target = io.BytesIO()
    writer = WARCWriter(target, gzip=packed)
    for kind, content_type, payload in records:
        http = StatusAndHeaders("200 OK", [("Content-Type", content_type)], protocol="HTTP/1.1")
        address = f"https://news.example/{len(target.getvalue())}"
        headers = {"WARC-Record-ID": f"<urn:uuid:{len(target.getvalue())}>"}
        writer.write_record(
            writer.create_warc_record(
                address, kind, payload=io.BytesIO(payload), http_headers=http if kind == "response" else None,
                warc_headers_dict=headers, warc_content_type=content_type if kind == "conversion" else "",
            )
        )  # fmt: skip
    return target.getvalue()


def csv_bytes(delimiter=","):
    rows = [delimiter.join(ARTICLES[0])]
    rows += [delimiter.join(f'"{value}"' for value in article.values()) for article in ARTICLES]
    return "\r\n".join(rows).encode()


def parquet_bytes(articles=ARTICLES, **options):
    target = io.BytesIO()
    pq.write_table(
        pa.Table.from_pylist([{**article, "embedding": [0.5] * 8} for article in articles]), target, **options
    )
    return target.getvalue()


SOURCES = {
    "a.jsonl": jsonl(),
    "a.ndjson": jsonl(),
    "a.json": json.dumps(ARTICLES, indent=1).encode(),
    "lines.json": jsonl(),
    "pretty.json": "\n".join(json.dumps(article, indent=1) for article in ARTICLES).encode(),
    "a.csv": csv_bytes(),
    "semicolons.csv": csv_bytes(";"),
    "a.tsv": csv_bytes("\t"),
    "a.parquet": parquet_bytes(),
}
PACKERS = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".zst": zstd}


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("name", [name for name in SOURCES if name != "a.parquet"])
def test_records_of_every_format_are_the_same_documents(tmp_path, name, packing):
    (tmp_path / f"{name}{packing}").write_bytes(PACKERS[packing](SOURCES[name]))
    found = documents(tmp_path)
    assert [(raw.document.id, raw.document.text, raw.document.metadata.url) for raw in found] == [
        tuple(article.values()) for article in ARTICLES
    ]


@pytest.mark.parametrize("packing", PACKERS)
def test_a_table_gives_the_same_documents(tmp_path, packing):
    (tmp_path / f"a.parquet{packing}").write_bytes(PACKERS[packing](parquet_bytes(row_group_size=1)))
    found = documents(tmp_path)
    assert [(raw.document.id, raw.document.text, raw.document.metadata.url) for raw in found] == [
        tuple(article.values()) for article in ARTICLES
    ]


@pytest.mark.parametrize("packing", [".gz", ".zst", ".bz2"])
def test_a_packed_table_that_is_too_large_has_a_reason_and_leaves_nothing_behind(tmp_path, monkeypatch, packing):
    monkeypatch.setattr("flows.records._LARGEST_TABLE", 3 * 2**20)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / f"bomb.parquet{packing}").write_bytes(PACKERS[packing](b"PAR1" + bytes(2**23) + b"PAR1"))
    reason = "Unpacked it has more than 3 MiB, the most for packed Parquet; unpack it yourself."
    assert errors(tmp_path) == [("intake/too-large", reason)]
    assert [path.name for path in tmp_path.iterdir()] == [f"bomb.parquet{packing}"]


@pytest.mark.parametrize("packing", PACKERS)
def test_a_text_and_a_page_may_be_packed(tmp_path, packing):
    (tmp_path / f"one.txt{packing}").write_bytes(PACKERS[packing]("café".encode()))
    (tmp_path / f"two.html{packing}").write_bytes(PACKERS[packing](PAGE.encode()))
    one, two = documents(tmp_path)
    assert (one.document.id, one.document.text) == (f"one.txt{packing}", "café")
    assert two.document.text.endswith(f"{prose('im Mai')}\nZwei.\n")
    assert (two.document.metadata.title, two.document.metadata.language) == ("Titel", "de")


@pytest.mark.parametrize("packed", [False, True])
def test_a_crawl_gives_its_pages_and_the_texts_made_of_them(tmp_path, packed):
    data = warc(
        ("response", "text/html; charset=windows-1252", PAGE.replace("Zwei", "Brücke").encode("cp1252")),
        ("response", "image/png", b"\x89PNG"),
        ("conversion", "text/plain", prose("in May").encode()),
        packed=packed,
    )
    (tmp_path / f"a.warc{'.gz' * packed}").write_bytes(data)
    page, text = documents(tmp_path)
    assert page.document.text.endswith("Brücke.\n")
    assert page.document.metadata.encoding == "cp1252"
    assert page.document.metadata.url == "https://news.example/0"
    assert page.document.id == "urn:uuid:0"
    assert text.document.text == prose("in May")


def test_the_charset_that_a_page_declares_is_obeyed(tmp_path):
    (tmp_path / "one.html").write_bytes(f"<meta charset=iso-8859-2>{PAGE}Gdańsk".encode("iso8859-2"))
    (raw,) = documents(tmp_path)
    assert "Gdańsk" in raw.document.text
    assert (raw.document.metadata.encoding, raw.document.metadata.encoding_confidence) == ("iso8859-2", 1.0)


def test_a_file_whose_name_says_nothing_is_known_by_its_content(tmp_path):
    for name, data in {"lines": jsonl(), "array": json.dumps(ARTICLES).encode(), "table": parquet_bytes()}.items():
        (tmp_path / name).write_bytes(data)
        assert texts(tmp_path / name) == [article["text"] for article in ARTICLES], name
    (tmp_path / "page").write_text(f"<!DOCTYPE html>{PAGE}")
    assert documents(tmp_path / "page")[0].document.metadata.title == "Titel"
    (tmp_path / "text").write_text("<3 is a heart")
    assert texts(tmp_path / "text") == ["<3 is a heart"]


def test_fields_are_guessed_by_their_names_or_named_by_the_user(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(jsonl([{"uid": 7, "Body": "by guess", "summary": "by name", "Link": "https://a.example"}]))
    (raw,) = documents(path)
    assert (raw.document.text, raw.document.metadata.url) == ("by guess", "https://a.example")
    (raw,) = documents(path, fields=Fields(text="summary", id="uid"))
    assert (raw.document.text, raw.document.id) == ("by name", "7")


def test_fields_that_are_missing_are_asked_for_in_one_sentence(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(jsonl([{"uid": 7, "summary": "text"}]))
    with pytest.raises(
        IntakeError, match=r"which field holds the text\? Name it with --text-field, one of uid, summary\.$"
    ):
        documents(tmp_path / "a.jsonl")
    with pytest.raises(IntakeError, match=r"has no field 'lead'; its fields are uid, summary\.$"):
        documents(tmp_path / "a.jsonl", fields=Fields(text="lead"))


def test_what_a_record_says_of_itself_is_metadata(tmp_path):
    article = {
        **ARTICLES[0],
        "title": "Talks",
        "author": "Ann Lee",
        "date": "2025-02-18",
        "lang": "en",
        "updated": "soon",
    }
    (tmp_path / "a.jsonl").write_bytes(jsonl([article]))
    known = documents(tmp_path)[0].document.metadata
    assert (known.title, known.authors, known.published, known.language) == ("Talks", ("Ann Lee",), "2025-02-18", "en")
    assert known.updated is None


def test_a_record_may_hold_a_page(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(jsonl([{"html": PAGE}, {"html": f"<!doctype html>{PAGE}"}]))
    assert [raw.document.metadata.title for raw in documents(tmp_path)] == ["Titel", "Titel"]


def test_ids_do_not_depend_on_how_the_work_is_cut_up_or_on_the_order_of_records(tmp_path):
    articles = [{"text": prose(f"in May {year}") * (year % 7)} for year in range(1900, 2000)]
    (tmp_path / "a.jsonl").write_bytes(jsonl(articles))
    whole = [(raw.document.id, raw.document.text) for raw in documents(tmp_path)]
    for most in (1, 97, 1000, 5000, 65536):
        assert [(raw.document.id, raw.document.text) for raw in documents(tmp_path, most=most)] == whole
    (tmp_path / "a.jsonl").write_bytes(jsonl(articles[::-1]))
    assert [(raw.document.id, raw.document.text) for raw in documents(tmp_path)] == whole[::-1]
    assert all(re.fullmatch(r"a\.jsonl#[0-9a-f]{16}", document_id) for document_id, _ in whole)


def test_a_table_is_read_in_parts_and_only_the_columns_needed(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(intake, "read_records", lambda *args: asked.append(args) or iter(()))
    (tmp_path / "a.parquet").write_bytes(parquet_bytes(row_group_size=1))
    documents(tmp_path, most=1)
    assert [(start, stop) for _, _, start, stop, _ in asked] == [(0, 1), (1, 2), (2, 3)]
    assert asked[0][-1] == ["id", "text", "url"]
    monkeypatch.undo()
    assert texts(tmp_path, most=1) == [article["text"] for article in ARTICLES]


def test_an_address_is_read_through_fsspec(tmp_path):
    import fsspec

    memory = fsspec.filesystem("memory")
    for name, data in {"b.jsonl.gz": gzip.compress(jsonl()), "sub/a.txt": b"one text", "photo.png": b""}.items():
        memory.pipe(f"/intake/{name}", data)
    try:
        found = documents("memory://intake")
        assert [raw.document.id for raw in found] == ["a0", "a1", "a2", "sub/a.txt"]
        assert found[-1].document.source == "intake/sub/a.txt"
        assert texts("memory://intake/*.gz") == [article["text"] for article in ARTICLES]
        assert texts("memory://intake/sub/a.txt") == ["one text"]
        with pytest.raises(IntakeError, match=r"memory://nowhere: cannot be read .+; check the address\.$"):
            documents("memory://nowhere")
    finally:
        memory.rm("/intake", recursive=True)


def test_a_web_address_is_read(tmp_path):
    import functools
    import threading
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(jsonl()))
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=tmp_path)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert texts(f"{address}/a.jsonl.gz") == [article["text"] for article in ARTICLES]
        assert texts(f"{address}/a.jsonl.gz?version=1") == [article["text"] for article in ARTICLES]
        with pytest.raises(IntakeError, match=r"/gone\.txt: cannot be read .+; check the address\.$"):
            documents(f"{address}/gone.txt")
        server.shutdown()


def test_a_bucket_is_read(bucket):
    for name, data in {"one.txt": b"one text", "sub/a.jsonl.gz": gzip.compress(jsonl()), "photo.png": b""}.items():
        bucket.pipe(f"news/articles/{name}", data)
    found = documents("s3://news/articles")
    assert [raw.document.id for raw in found] == ["one.txt", "a0", "a1", "a2"]
    assert found[0].document.source == "articles/one.txt"
    assert texts("s3://news/articles/*.txt") == ["one text"]
    assert texts("s3://news/articles/sub/a.jsonl.gz") == [article["text"] for article in ARTICLES]
    with pytest.raises(IntakeError, match=r"s3://news/nowhere: cannot be read .+; check the address\.$"):
        documents("s3://news/nowhere")
    with pytest.raises(IntakeError, match=r"s3://gone: cannot be read .+; check the address\.$"):
        documents("s3://gone")


@pytest.mark.parametrize("packing", PACKERS)
def test_a_table_in_a_bucket_is_read_in_parts(bucket, packing):
    bucket.pipe(f"news/a.parquet{packing}", PACKERS[packing](parquet_bytes(row_group_size=1)))
    assert texts("s3://news", most=1) == [article["text"] for article in ARTICLES]


def test_a_file_that_is_gone_from_its_bucket_has_a_reason(bucket):
    bucket.pipe("news/one.txt", b"one text")
    files, _ = find(["s3://news"])
    bucket.rm("news/one.txt")
    bucket.pipe("news/two.txt", b"two texts")
    ((raw,),) = [list(read(portion)) for portion in portions(files, Fields(), 10**9)]
    assert raw.error.check == "intake/unreadable"


def test_a_pattern_gives_the_files_that_match_it(tmp_path):
    for name in ["a/one.txt", "a/two.html", "b/three.txt", "b/c/four.txt"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert [raw.document.id for raw in documents(tmp_path / "**" / "*.txt")] == [
        "a/one.txt",
        "b/c/four.txt",
        "b/three.txt",
    ]
    with pytest.raises(IntakeError, match="no documents here"):
        documents(tmp_path / "*.nothing")


# Hostile input: a reason for each, and no more time and memory than its bounds allow.


@pytest.mark.parametrize(
    ("line", "check", "reason"),
    [
        (b"[1, 2]", "intake/not-an-object", "is an array, not an object with fields"),
        (b'"text"', "intake/not-an-object", "is a string"),
        (b"{broken", "intake/not-json", "is not JSON"),
        (b"[" * 100_000, "intake/not-json", "is not JSON"),
        (b'{"text": 17}', "intake/no-text", "is 17, not text"),
        (b'{"text": null}', "intake/no-text", "is None, not text"),
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
