"""Sources that lie elsewhere: addresses of fsspec, the web, a bucket."""

import gzip

import pytest

from flows.intake import Fields, portions, read
from flows.sources import IntakeError, find
from tests.flows.formats import (
    ARTICLES,
    PACKERS,
    documents,
    jsonl,
    parquet_bytes,
    texts,
)


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
        with pytest.raises(
            IntakeError, match=r"memory://nowhere: cannot be read \(no such file or folder\); check the address\.$"
        ):
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
        with pytest.raises(
            IntakeError, match=r"/gone\.txt: cannot be read \(no such file or folder\); check the address\.$"
        ):
            documents(f"{address}/gone.txt")
        server.shutdown()


@pytest.mark.parametrize("host", ["localhost:1", "nowhere.invalid"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_address_that_does_not_answer_is_said_not_to_be_reached(scheme, host):
    address = f"{scheme}://{host}/x"
    with pytest.raises(IntakeError, match=rf"^{address}: cannot be reached; check the address and the network\.$"):
        documents(address)


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
