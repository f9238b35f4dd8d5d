import pytest

from cleaners import Document, clean
from cleaners.markup import declared_charset, read_page

PROSE = "The ministers of twelve countries met on Monday to talk about the treaty that they had signed in May."
STORY = "".join(f"<p>{PROSE} It was day {day} of the talks.</p>" for day in range(1, 6))


def visible(page):
    return read_page(Document(page)).text.split("\n")[:-1]


def lines(page):
    return read_page(Document(page)).without_furniture().text.split("\n")[:-1]


def rules(page):
    """The rule that takes each line that goes."""
    return {edit.before.strip(): edit.rule for edit in read_page(Document(page)).furniture}


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
    assert visible(page) == ["Head", "One line.", "Two.", "a", "b", "verse", "  more", "tail"]


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


@pytest.mark.parametrize(
    ("declared", "line", "known"),
    [
        ("2025-07-09T11:50:26", "Published on July 9, 2025", "2025-07-09T11:50:26"),
        ("2025-07-09T21:50:26+00:00", "9 July 2025 2:50 pm", "2025-07-09T21:50:26+00:00"),
        ("2025-07-09", "Published: 2025-07-09 11:50", "2025-07-09T11:50"),
    ],
)
def test_a_date_that_the_head_has_more_or_less_precisely_moves_at_once(declared, line, known):
    page = f"<meta property=article:published_time content={declared}><p>Talks in Riga</p><p>{line}</p>{STORY}"
    result = clean(page, html=True)
    assert line not in result.text
    assert result.metadata.published == known
    assert clean(result.text).text == result.text


def test_a_date_of_another_day_than_the_head_says_stays():
    head = "<meta property=article:published_time content=2025-07-09>"
    assert "\n8 July 2025\n" in clean(f"{head}<p>Talks in Riga</p><p>8 July 2025</p>{STORY}", html=True).text


@pytest.mark.parametrize(
    "wrapper",
    [
        "<div class='cookie-consent'>{}</div>",
        "<div class='teaser related comments'>{}</div>",
        "<nav>{}</nav>",
        "<form class='newsletter'>{}</form>",
        "<body class='comments-open no-sidebar'>{}",
        "<article><header>{}</header></article>",
        "<div style='display:none'>{}</div>",
    ],
)
def test_no_name_takes_the_article_away(wrapper):
    assert lines(wrapper.format(STORY)) == visible(STORY)


@pytest.mark.parametrize(
    "part",
    [
        "<h2 id='share-of-the-market'>A heading</h2>",
        "<h2><a href='#one'>A heading with an anchor</a></h2>",
        "<h3><a href='https://example.org/'>A heading that is a link</a></h3>",
        "<ul><li>one <a href=/1>thing</a></li><li>another thing</li></ul>",
        "<pre>for x in y:\n    print(x)</pre>",
        "<table><tr><td>Riga<td>605 802<tr><td>Tartu<td>91 407</table>",
        "<blockquote>Short words.</blockquote>",
        "<details><summary>More of it</summary>It goes on.</details>",
        f"<div class='related-art'><p>{PROSE}</p></div>",
        f"<aside><h3>In brief</h3><p>{PROSE}</p></aside>",
        "<ul><li><a href=/1>Rules of the treaty</a>: in force</ul>",
        "Text that is in no paragraph.",
    ],
)
def test_parts_of_an_article_stay(part):
    page = f"<article>{STORY}{part}{STORY.replace('talks', 'walks')}</article>"
    assert lines(page) == visible(page)


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ("<div class=post-share><a href=/f>Share on Example</a></div>", "markup/share-bar"),
        ("<aside class=related-posts><a href=/1>Another story</a></aside>", "markup/related"),
        ("<figure><img src=a><figcaption>A town hall</figcaption></figure>", "markup/caption"),
        ("<p class=byline>By Ann Lee</p>", "markup/byline"),
        ("<div id=comments><p>First!</p></div>", "markup/comments"),
        ("<div class=ArticleTags><ul class=tag-list><li><a href=/t>Riga</a></ul></div>", "markup/tags"),
        ("<form><label>Your address</label></form>", "markup/form-control"),
        ("<p><a href=/2>READ MORE: A town without a mayor</a></p>", "markup/link"),
        ("<ul><li><a href=/1>One</a><li><a href=/2>Two</a><li><a href=/3>Three</a></ul>", "markup/link-list"),
        ("<div class=sr-only>Skip</div>", "markup/visually-hidden"),
    ],
)
def test_each_line_that_goes_has_the_rule_that_says_why(part, rule):
    page = f"<main><h1>Talks in Riga</h1>{STORY}{part}{STORY}</main><div>Imprint</div>"
    gone = rules(page)
    assert rule in gone.values()
    assert gone["Talks in Riga"] == "markup/headline"
    assert gone["Imprint"] == "markup/beyond-article"
    assert lines(page) == visible(STORY + STORY)


def test_a_short_comment_section_does_not_win_over_a_short_article():
    comment = f"<div class=comment><p>{PROSE}</p><p>{PROSE}</p></div>"
    assert lines(f"<article><p>{PROSE} So it was.</p></article><div class=comments>{comment * 9}</div>") == [
        f"{PROSE} So it was."
    ]


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        ("<aside class=gate><h3>Choose your pass</h3></aside>", "markup/aside"),
        ("<p class=entry-meta>" + "Filed on Monday under Riga and Tartu. " * 8 + "</p>", "markup/byline"),
        (f"<footer class=author-info><p>{PROSE * 3}</p></footer>", "markup/footer"),
        (f"<div class=related><a href=/1>Another story of talks</a><p>{PROSE}</p></div>", "markup/related"),
        ("<noscript>Please turn on JavaScript.</noscript>", "markup/noscript"),
        ("<p>Read on:</p><p><a href=/2>A town without a mayor</a></p>", "markup/lone-heading"),
    ],
)
def test_what_surrounds_an_article_goes(part, rule):
    page = f"<article>{STORY}{part}</article>"
    assert rule in rules(page).values()
    assert lines(page) == visible(STORY)


def test_a_label_above_a_link_in_the_middle_goes_and_one_above_text_stays():
    page = (
        f"<article>{STORY}<p>Read on:</p><p><a href=/2>A town without a mayor</a></p><p>He said:</p>{STORY}</article>"
    )
    assert lines(page) == [*visible(STORY), "He said:", *visible(STORY)]


@pytest.mark.parametrize(
    "lead",
    [
        f"<header><h1>Talks in Riga</h1><p>{PROSE}</p></header>",
        "<header><h1>Talks in Riga</h1><h2 class=subheadline>Twelve ministers and their treaty: what they said on"
        " Monday, and what they did not say</h2></header>",
        f"<div><div><h1>Talks in Riga</h1></div></div><div><p>{PROSE}</p><p>Short.</p></div>",
    ],
)
def test_a_lead_between_headline_and_text_stays(lead):
    page = f"<body>{lead}<div><div><div><div>{STORY}</div></div></div></div><p>{PROSE} Imprint.</p></body>"
    assert lines(page) == [*visible(lead)[1:], *visible(STORY)]


def test_a_paragraph_above_the_headline_is_no_lead():
    assert lines(f"<body><div><p>{PROSE}</p></div><h1>Talks</h1><div>{STORY}</div></body>") == visible(STORY)


def test_an_article_in_several_bodies_is_whole():
    one, two = f"<div class=article-text>{STORY}</div>", f"<div class=article-text><h2>Then</h2><p>{PROSE}</p></div>"
    assert lines(f"<article><div>{one}{two}</div></article>") == visible(one + two)


def test_the_bodies_of_other_articles_stay_out():
    body = "<div class=article-text>{}</div>"
    other = f"<article>{body.format(f'<p>{PROSE}</p>')}</article>"
    page = f"<main><article>{body.format(STORY)}</article><div>{other}{other}</div></main>"
    assert lines(page) == visible(STORY)


def test_what_only_readers_without_scripts_see_is_read():
    text = f"<script type=text/template></script><noscript>{STORY}</noscript>"
    page = f"<div>Loading</div><div class=articleBody>{text}</div>"
    assert lines(page) == visible(STORY)


def test_a_lead_that_the_linked_data_lacks_stays():
    lead = f"<p>{PROSE.replace('ministers', 'mayors')}</p>"
    data = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{" ".join(visible(STORY))}"}}'
    assert lines(f"{data}</script><article>{lead}{STORY}</article>") == visible(lead + STORY)


def test_a_link_that_linked_data_has_in_its_text_is_no_part_of_it():
    link = "<p><a href=/2>A town without a mayor looks for one in the neighbouring town</a></p>"
    body = " ".join(visible(STORY + link))
    data = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{body}"}}</script>'
    assert lines(f"{data}<article>{STORY}{link}{STORY}</article>") == visible(STORY + STORY)


def test_the_text_that_linked_data_declares_is_the_article():
    body = " ".join(visible(STORY))
    data = f'<script type="application/ld+json">{{"@type": "NewsArticle", "articleBody": "{body}"}}</script>'
    teaser = f"<p>{PROSE.replace('ministers', 'mayors')}</p>"
    assert lines(f"{data}<div class=entry-content>{STORY}{teaser}</div>") == visible(STORY)


def test_a_page_without_prose_keeps_its_text():
    assert lines("<title>Poem</title><body><p>Roses<br>are red</p></body>") == ["Roses", "are red"]


def test_a_page_of_nothing_but_navigation_is_not_emptied():
    assert lines("<nav><a href=/>Home</a></nav>") == ["Home"]


def test_what_markup_takes_is_in_the_ledger():
    page = f"<nav><a href=/>Home</a></nav><article><h1>Talks</h1>{STORY}</article>"
    result = clean(page, html=True)
    assert result.text == "\n".join(visible(STORY)) + "\n"
    assert result.revert() == read_page(Document(page)).text
    assert clean(result.text).text == result.text
    assert [edit.rule for edit in result.ledger[0].edits] == ["markup/navigation", "markup/headline"]


def test_captions_that_go_are_known():
    page = f"<article>{STORY}<figure><figcaption>A town hall</figcaption></figure></article>"
    assert clean(page, html=True).metadata.captions == ("A town hall",)


def test_a_head_without_end_hides_nothing():
    assert visible("<head><title>News</title><main><p>The article.</p></main>") == ["The article."]


def test_what_follows_the_end_of_the_page_is_read():
    assert visible("<html><body><p>One.</body></html><p>Two.</p>") == ["One.", "Two."]


def test_a_row_of_data_is_one_line_and_cells_with_paragraphs_are_several():
    assert visible("<table><tr><th>Town<th>People<tr><td>Riga<td>605 802</table>") == [
        "Town | People",
        "Riga | 605 802",
    ]
    assert visible("<table><tr><td>Menu<td><p>One.</p><p>Two.</p></table>") == ["Menu", "One.", "Two."]


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<div>" * 100_000 + "deep" + "</div>" * 100_000 + "<p>after", ["deep", "after"]),
        ("<table><tr><td>" * 30_000 + "deep", ["deep"]),
        (f"<article><div class=article-body><p>{PROSE}" * 20_000, None),
        ("<h1><a href=/>x" * 20_000, None),
        ("<b><i><p>word " * 20_000, None),
        ("<" * 1_000_000, None),
        ("&" * 1_000_000, None),
        ("<p>a\0b</p>", ["ab"]),
        ("<script>a()</script>" * 1000, []),
        (f"<p class='{'share ' * 1_000_000}'>text</p>", ["text"]),
        (f"<p style='{'display:' * 500_000}'>text</p>", ["text"]),
        ("<!-- " * 100_000, []),
        ("", []),
        ("\x01", None),
        ("<p>half \ud83d of it", None),
        ("<?xml version='1.0' encoding='utf-16'?><html><p>text</p></html>", ["text"]),
        ('<script type="application/ld+json">' + "[" * 100_000 + "</script><p>text", ["text"]),
        ('<script type="application/ld+json">{"@type": ["NewsArticle"], "author": 7</script><p>text', ["text"]),
    ],
    ids=range(18),
)
def test_hostile_pages_are_read(page, text):
    found = visible(page)
    assert text is None or found == text


def test_linked_data_is_known_however_it_is_wrapped():
    page = """<script type="application/ld+json">{"broken": </script><script type="application/ld+json">
        {"@graph": [{"@type": "Organization", "name": "Daily Example"}, {"@type": ["NewsArticle"],
        "headline": "Talks in Riga",
        "author": [{"@type": "Person", "name": "Ann Lee"}, "Jan  Berg"],
        "datePublished": "2025-02-18T10:00:00Z",
        "dateModified": "2025-02-19",
        "url": "https://example.org/a", "inLanguage": "lv-LV"}]}</script><p>Text"""
    metadata = clean(page, html=True).metadata
    assert (metadata.title, metadata.authors, metadata.language) == ("Talks in Riga", ("Ann Lee", "Jan Berg"), "lv")
    assert (metadata.published, metadata.updated) == ("2025-02-18T10:00:00Z", "2025-02-19")
    assert metadata.url == "https://example.org/a"


def test_time_and_author_elements_speak_where_the_head_does_not():
    page = "<p>By <a rel='author nofollow' href=/lee>Ann Lee</a> <time datetime=2025-02-18>Tuesday</time><p>Text"
    metadata = clean(page, html=True).metadata
    assert (metadata.authors, metadata.published) == (("Ann Lee",), "2025-02-18")


@pytest.mark.parametrize(
    ("page", "charset"),
    [
        (b"<meta charset=utf-8>", "utf-8"),
        (b"<META CHARSET = ' ISO-8859-1 '/>", "iso-8859-1"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', "gb2312"),
        (b'<meta content="text/html;charset=Shift_JIS" http-equiv=content-type>', "shift_jis"),
        (b'<meta name=x content="a > b"><meta charset="big5">', "big5"),
        (b"<meta charset=utf-16le>", "utf-8"),
        (b"<!-- <meta charset=koi8-r> -->", None),
        (b"<meta name=description content='charset=koi8-r'>", None),
        (b"<p>charset=koi8-r", None),
        (b" " * 4096 + b"<meta charset=koi8-r>", None),
        (b"<meta " * 10_000, None),
        (b"", None),
    ],
)
def test_the_encoding_that_a_page_declares(page, charset):
    assert declared_charset(page) == charset
