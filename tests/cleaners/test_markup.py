import pytest

from cleaners import Document, clean
from cleaners.markup import read_page


def lines(page):
    return read_page(Document(page)).text.split("\n")[:-1]


@pytest.mark.parametrize(
    "page",
    [
        "<form id=aspnetForm><p>The article.</p></form>",
        "<div class='cookie-recipes'><p>The article.</p></div>",
        "<main><header><p>The article.</p></header></main>",
        "<article><aside><p>The article.</p></aside></article>",
        "<p>The <b>art</b>icle.<!-- a comment --></p>",
    ],
)
def test_what_holds_the_article_stays(page):
    assert lines(page) == ["The article."]


@pytest.mark.parametrize(
    "furniture",
    [
        "<script>track()</script>",
        "<style>p {}</style>",
        "<nav><a href=/>Home</a></nav>",
        "<header>Daily Example</header>",
        "<div><aside>Most read</aside></div>",
        "<div id=onetrust-consent-sdk>We value your privacy</div>",
        "<div class='banner cc-window'>Cookies!</div>",
        "<div role=dialog>Agree</div>",
        "<div hidden>Secret</div>",
        "<button>Share</button>",
    ],
)
def test_furniture_goes_by_its_markup(furniture):
    assert lines(f"<body>{furniture}<p>The article.</p></body>") == ["The article."]


def test_lines_end_where_a_reader_sees_them_end():
    page = "<h1>Head</h1><p>One\n line.<br>Two.<ul><li>a<li>b</ul><pre>verse\n  more</pre>tail"
    assert lines(page) == ["Head", "One line.", "Two.", "a", "b", "verse", "more", "tail"]


def test_a_page_nested_without_end_is_read():
    assert lines("<div>" * 5000 + "deep" + "</div>" * 5000) == ["deep"]


def test_what_the_head_declares_is_known():
    page = """<html lang=de-AT><head><title>Seite</title>
        <meta property=og:title content=Titel><meta name=author content="Ann Lee">
        <meta property=article:published_time content=2025-02-18T10:00:00+01:00>
        <link rel=canonical href=https://example.org/a></head><p>Text"""
    metadata = clean(page, html=True).metadata
    assert (metadata.title, metadata.authors, metadata.language) == ("Titel", ("Ann Lee",), "de")
    assert (metadata.published, metadata.url, metadata.site) == (
        "2025-02-18T10:00:00+01:00",
        "https://example.org/a",
        "example.org",
    )


def test_a_line_that_says_otherwise_than_the_head_stays():
    article = "<p>They talked for three hours on Monday, and will talk again when the winter is over.</p>"
    page = f"<meta name=author content='Daily Planet'><p>Head</p><p>By Ann Lee</p>{article}"
    assert "\nBy Ann Lee\n" in clean(page, html=True).text
