"""Pages of the report in runs that follow others."""

from flows import staging
from tests.flows.articles import pages, prose, records, small_run


def test_a_page_of_the_report_is_taken_over_while_it_would_be_the_same(folder, tmp_path, monkeypatch):
    small_run(folder, tmp_path / "clean")
    before = pages(tmp_path / "clean")
    (folder / "3.txt").write_text((folder / "0.txt").read_text())
    made = []
    real = staging.document_page
    monkeypatch.setattr(
        staging, "document_page", lambda *given, **more: made.append(given[0].id) or real(*given, **more)
    )
    small_run(folder, tmp_path / "clean")
    assert made == ["3.txt"]
    assert before.items() < pages(tmp_path / "clean").items()


def test_a_page_of_the_report_is_made_anew_when_a_site_has_come_to_repeat_a_line_of_it(tmp_path):
    source, out = tmp_path / "a.jsonl", tmp_path / "clean"
    stories = [f"{prose(f'in {year}')}\nWrite to our readers' desk" for year in range(1900, 1903)]
    records(source, stories[:2], url="https://news.example")
    small_run(source, out)
    records(source, stories, url="https://news.example")
    small_run(source, out)
    assert sum("site/repeated-line" in page for page in pages(out).values()) == 3


def test_a_page_of_the_report_that_was_tampered_with_is_made_anew_on_demand(folder, tmp_path):
    small_run(folder, tmp_path / "clean")
    made = pages(tmp_path / "clean")
    for page in (tmp_path / "clean" / "report" / "documents").iterdir():
        text = page.read_text() + "graffiti"
        page.unlink()
        page.write_text(text)
    small_run(folder, tmp_path / "clean", fresh=True)
    assert pages(tmp_path / "clean") == made
