from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners.document import Metadata
from cleaners.edits import Edit, Ledger, Step, apply
from expectations.report import ReviewedDocument, Run, document_page, entry, index_page, page_path, totals
from expectations.report.sides import rows

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


class Found(NamedTuple):
    check: str
    text: str


class Page(HTMLParser):
    """A page as a browser reads it: its elements, its marks, and the text outside style and script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str, str]] = []
        self.titles: list[str] = []
        self.text = ""
        self._raw = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.titles += [value or "" for name, value in attrs if tag == "a" and name == "title"]
        self._raw = tag in {"style", "script"}

    def handle_endtag(self, _tag: str) -> None:
        self._raw = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._raw else data


def reviewed(text: str, *steps: Step, **changes: object) -> ReviewedDocument:
    clean = text
    for step in steps:
        clean = apply(clean, step.edits)
    document = ReviewedDocument(
        id="a",
        source="seeds/a.txt",
        verdict="published",
        reasons=(),
        duplicate_of=None,
        source_text=text,
        clean_text=clean,
        metadata=Metadata(),
        ledger=steps,
    )
    return replace(document, **changes)  # type: ignore[arg-type]


RUN = Run(
    sources=("seeds",),
    out="clean",
    started="2025-02-18T18:25:07+00:00",
    seconds=3.2,
    stages={"clean": 1.5, "judge": 1.2},
    version="0.1.0",
    rules_sha256="9f" * 32,
    published=True,
    failures=(),
)
BANNER = Step("boilerplate", (Edit(0, "I agree", "", "cookie-banner/button"),))


@st.composite
def reviewed_documents(draw: st.DrawFn) -> ReviewedDocument:
    """Any text with any ledger that fits it."""
    words = st.text("ab \n\u00a0\u0301\ud800<", max_size=4)
    source = text = draw(st.text("ab \n\r<&\u00a0\u200b\ud800", max_size=30))
    steps: list[Step] = []
    for number in range(draw(st.integers(0, 4))):
        bounds = sorted(draw(st.lists(st.integers(0, len(text)), max_size=8)))
        spans = zip(bounds[::2], bounds[1::2], strict=False)
        edits = tuple(Edit(start, text[start:end], draw(words), f"{number}/{start}") for start, end in spans)
        steps.append(Step(f"cleaner {number}", edits))
        text = apply(text, edits)
    return reviewed(source, *steps)


def rules_of(ledger: Ledger) -> set[str]:
    return {edit.rule for step in ledger for edit in step.edits}


@given(reviewed_documents())
def test_every_edit_is_marked_with_its_rule_and_leads_to_its_other_side(document: ReviewedDocument) -> None:
    page = Page(document_page(document))
    assert {rule for title in page.titles for rule in title.split(" + ") if rule} == rules_of(document.ledger)
    anchors = [value for tag, name, value in page.attributes if tag in {"del", "ins"} and name == "id"]
    links = [value for tag, name, value in page.attributes if name == "href" and value.startswith("#")]
    assert sorted(links) == sorted(f"#{anchor}" for anchor in anchors)


@given(reviewed_documents())
def test_the_rows_hold_both_texts_in_full(document: ReviewedDocument) -> None:
    spans = [span for row in rows(document.source_text, document.ledger) for span in row.spans]
    assert "".join(span.before for span in spans) == document.source_text
    assert "".join(span.after for span in spans) == document.clean_text
    assert all(span.edits or span.before == span.after for span in spans)


def test_of_neighbouring_removals_each_line_names_its_own_rule() -> None:
    removals = Edit(0, "Cookies!", "", "cookie-banner/text"), Edit(10, "I agree", "", "cookie-banner/ok")
    document = reviewed(
        "Cookies!\n\nI agree\n\nThe news.\n",
        Step("boilerplate", removals),
        Step("layout", (Edit(0, "\n\n\n\n", "", "layout/blank-lines"),)),
    )
    assert Page(document_page(document)).titles == [
        *("cookie-banner/text", "layout/blank-lines") * 2,  # on both sides of the first row
        *("cookie-banner/ok", "layout/blank-lines") * 2,
    ]


def test_an_edit_of_what_was_written_before_names_both_rules() -> None:
    page = document_page(
        reviewed("a\tb", Step("s", (Edit(1, "\t", " ", "space/tab"),)), Step("f", (Edit(0, "a b", "c", "cut/all"),)))
    )
    assert "space/tab + cut/all" in Page(page).titles


@pytest.mark.parametrize(
    ("before", "after", "symbol"),
    [
        ("\u00a0", " ", "NBSP"),
        ("\u200b\u200b", "", "ZWSP×2"),
        ("\u2066", "", "U+2066"),
        ("\ud83d", "", "U+D83D"),
        ("", "\n", "↵"),
        (" ", "", "·"),
        ("\u0301", "", "\u25cc\u0301"),
    ],
)
def test_what_cannot_be_seen_has_a_symbol_inside_a_mark(before: str, after: str, symbol: str) -> None:
    page = document_page(reviewed(f"a{before}", Step("characters", (Edit(1, before, after, "characters/x"),))))
    assert symbol in Page(page).text


def test_every_edit_stands_in_the_table_in_the_order_of_the_ledger() -> None:
    edits = tuple(Edit(2 * n, "a", "b", f"rule/{n:03}") for n in range(60))
    html = document_page(reviewed("a " * 60, Step("letters", edits)))
    table = html[html.index("edit-list") :]
    assert [f"<code>rule/{n:03}</code>" in table for n in range(60)] == [True] * 60
    assert table.index("rule/000") < table.index("rule/059")
    assert "<details>" in html  # closed where it is long
    assert "<details open>" in document_page(reviewed("a ", Step("letters", edits[:1])))


def test_long_texts_are_cut_in_tables_and_whole_in_the_view() -> None:
    removed = "x" * 5000
    document = reviewed(removed, Step("cut", (Edit(0, removed, "", "cut/it"),)))
    assert "(+4,840 characters)" in Page(document_page(document)).text
    (tally,) = totals([document]).rules
    assert (tally.rule, tally.n_removed) == ("cut/it", 5000)
    assert len(tally.examples[0].before) < 200
    assert Page(document_page(document)).text.count("x") > 5000


@pytest.mark.parametrize("text", ["", "\n", "\ud800", "\x00\x0b", "שלום עולם", "no line end", "a\r\nb"])
def test_any_text_makes_a_page(text: str) -> None:
    page = document_page(reviewed(text, id=text, source=text, metadata=Metadata(title=text, url=text)))
    assert page.encode("utf-8")
    assert Page(page).tags["h1"] == 1


def test_ten_thousand_edits_and_a_megabyte_make_a_page() -> None:
    text = "a’" * 500_000
    edits = tuple(Edit(100 * n + 1, "’", "'", "characters/quotation-mark") for n in range(10_000))
    page = document_page(reviewed(text, Step("characters", edits)))
    assert page.count('<del id="b') == page.count('<ins id="a') == 10_000


def test_hostile_text_is_shown_as_text() -> None:
    document = reviewed(
        HOSTILE,
        Step(HOSTILE, (Edit(0, HOSTILE, HOSTILE[::-1], HOSTILE),)),
        id=HOSTILE,
        source=HOSTILE,
        verdict="quarantined",
        reasons=(Found(HOSTILE, HOSTILE),),
        duplicate_of=HOSTILE,
        metadata=Metadata(title=HOSTILE, authors=(HOSTILE,), url="javascript:alert(3)", language=HOSTILE),
    )
    run = replace(RUN, sources=(HOSTILE,), out=HOSTILE, version=HOSTILE, failures=(Found(HOSTILE, HOSTILE),))
    for html in (
        document_page(document),
        index_page(run, totals([document]), HOSTILE),
        index_page(replace(run, published=False), totals([document]), None),
    ):
        page = Page(html)
        assert HOSTILE in page.text
        assert page.tags["script"] == 1
        assert page.tags["img"] == 0
        assert not [value for _, name, value in page.attributes if name == "href" and value.startswith("javascript")]


def test_nothing_is_loaded_from_elsewhere() -> None:
    document = reviewed("I agree", BANNER, metadata=Metadata(url="https://example.org/a"))
    for html in document_page(document), index_page(RUN, totals([document]), "data-docs/index.html"):
        page = Page(html)
        assert not page.tags.keys() & {"img", "iframe", "object", "embed", "video", "audio", "form", "base"}
        assert not [value for _, name, value in page.attributes if name in {"src", "href"} and "//" in value]
        assert "url(" not in html
        assert "@import" not in html
        policy = next(value for tag, name, value in page.attributes if (tag, name) == ("meta", "content"))
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy


@given(st.lists(st.text() | st.text(st.characters()), unique=True, max_size=8))
def test_page_paths_are_unique_and_safe(ids: list[str]) -> None:
    paths = [page_path(id_) for id_ in ids]
    assert len({path.casefold() for path in paths}) == len(ids)
    for path in paths:
        folder, _, name = path.partition("/")
        assert folder == "documents"
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
        assert name[0] not in "-."
        assert name.count(".") == 1
        assert len(name) <= 80


@pytest.mark.parametrize(
    ("one", "other"), [("a", "A"), ("a/b", "a b"), ("..", "."), ("x" * 300, "x" * 301), ("\ud800", "\ud801")]
)
def test_ids_that_look_alike_have_different_pages(one: str, other: str) -> None:
    assert page_path(one).casefold() != page_path(other).casefold()


def test_the_index_names_every_document_with_its_verdict_and_page() -> None:
    documents = [
        reviewed("I agree", BANNER, id="first"),
        reviewed("b", id="second", verdict="quarantined", reasons=(Found("ExpectProse", "One word only."),)),
        reviewed("I agree", BANNER, id="third", verdict="duplicate", duplicate_of="first"),
    ]
    html = index_page(RUN, totals(documents), "data-docs/index.html")
    text = Page(html).text
    assert "1 of 3 documents published" in text
    assert "One word only." in text
    for document in documents:
        assert f'<a href="{page_path(document.id)}"><bdi>{document.id}</bdi></a>' in html
    for words in "in quarantine", "duplicate of first", "18 February 2025, 18:25 UTC", "clean 1.50":
        assert words in text
    assert "data-docs/index.html" in html
    assert "outside hosts" in text


def test_when_nothing_was_published_no_document_is_called_published() -> None:
    document = reviewed("I agree", BANNER)
    failed = replace(RUN, published=False, failures=(Found("ExpectFewRemovals", "All of the text was removed."),))
    text = Page(index_page(failed, totals([document]), None)).text
    assert "Nothing was published" in text
    assert "All of the text was removed." in text
    assert "passed" in text
    assert ">published<" not in index_page(failed, totals([document]), None)
    assert "passed" in Page(document_page(document, run_published=False)).text


def test_edits_are_counted_by_rule_over_all_documents() -> None:
    documents = [reviewed("I agree", BANNER, id=str(n)) for n in range(3)]
    html = index_page(RUN, totals(documents), None)
    rules = html[html.index('id="rule-list"') :]
    assert 'data-value="3" data-unit="edits"' in rules
    assert 'data-value="3" data-unit="documents"' in rules
    assert 'data-value="21" data-unit="characters taken away"' in rules
    assert rules.count(">I agree</del>") == 1  # an example is not told twice


def test_an_entry_measures_without_keeping_the_text() -> None:
    line = entry(reviewed("I agree\nThe news.", BANNER, metadata=Metadata(title="The news")))
    assert (line.n_edits, line.n_rules) == (1, 1)
    assert (line.n_source, line.n_clean, line.title) == (17, 10, "The news")
    assert line.removed_ratio == pytest.approx(7 / 17)
    assert entry(reviewed("")).removed_ratio == 0


def test_a_run_without_documents_makes_an_index() -> None:
    assert "0 of 0 documents published" in index_page(RUN, totals([]), None)
