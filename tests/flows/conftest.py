import pytest

from tests.flows.articles import prose


@pytest.fixture
def folder(tmp_path):
    """A source with three good documents."""
    source = tmp_path / "articles"
    source.mkdir()
    for number, end in enumerate(["in May", "in June", "in July"]):
        (source / f"{number}.txt").write_text(f"Ministers meet\n\n{prose(end)}\n\nShare this article", "utf-8")
    return source


@pytest.fixture
def bucket(monkeypatch):
    """The bucket `news` on an S3 server in this process, by the file system that it is in."""
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    files = s3fs.S3FileSystem()
    files.mkdir("news")
    yield files
    files.rm("news", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()
