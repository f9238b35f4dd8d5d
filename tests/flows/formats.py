"""The same articles in every format that intake reads, and what it makes of them."""

import bz2
import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from flows.intake import Fields, portions, read
from flows.sources import find
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
    "array.jsonl": json.dumps(ARTICLES).encode(),
    "array.ndjson": b"[\n" + jsonl().strip().replace(b"\n", b",\n") + b"\n]\n",
    "pretty.jsonl": b"\xef\xbb\xbf" + "\n".join(json.dumps(article, indent=1) for article in ARTICLES).encode(),
    "a.csv": csv_bytes(),
    "semicolons.csv": csv_bytes(";"),
    "excel.csv": b"sep=|\r\n" + csv_bytes("|"),
    "a.tsv": csv_bytes("\t"),
    "a.parquet": parquet_bytes(),
}
PACKERS = {"": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".zst": zstd}
