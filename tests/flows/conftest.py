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
