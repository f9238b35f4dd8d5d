"""What stands in and beside an article: pictures, leads, teasers, embedded posts, a forum."""

import pytest

from cleaners import Document, clean
from cleaners.markup import read_page

PROSE = "The ministers of twelve countries met on Monday to talk about the treaty that they had signed in May."
STORY = "".join(f"<p>{PROSE} It was day {day} of the talks.</p>" for day in range(1, 6))
HEAD = "<h1>Talks in Riga</h1>"
IMAGE = "<img src=a.jpg>"


def rules(page):
    """The rule that takes each line that goes."""
    return {edit.before.strip(): edit.rule for edit in read_page(Document(page)).furniture}


@pytest.mark.parametrize(
    "part",
    [
        f"<p>{IMAGE}{PROSE}</p>",
        f"<div>{IMAGE}<p>{PROSE}</p><p>Another line.</p></div>",
        f"<div>{IMAGE}<h2>A heading</h2></div>{STORY}",
        "<div><img class=wp-smiley src=a.gif>Well, well.</div>",
        f"<ul><li>{IMAGE}Flour</li><li>{IMAGE}Water</li></ul>",
        f"<table><tr><td>{IMAGE}Riga</td></tr></table>",
        "<figure><table><tr><td>Riga</td><td>605 802</td></tr></table></figure>",
        f"<figure><blockquote>{PROSE}</blockquote></figure>",
        "<table><tr><td><a href=/1>Riga</a></td><td>605 802</td></tr></table>",
        "<p class=category-sports>Short words on sports.</p>",
        "<div class=embed><h3>One</h3>" + f"<p>{PROSE}</p>" * 9 + "</div>",
        f"<aside><p>{PROSE}</p></aside>",
        "<p><a href=/1>The Crash Room</a><br>three minutes from the station</p>",
        "<ol><li>How much does a pane of glass weigh?<br>210 grams<br><a href=/1>The solution</a></li></ol>",
        "<div><button><h3>How long did the talks last?</h3></button><div>Five days.</div></div>",
        "<h2><a href=/1>1. The harbour</a></h2><p>Closed since May</p>",
        "<p>She put up a photo: a boat on a lake</p>",
        "<p>The wallet (cash, credit/debit cards)</p>",
        "<ul><li>Text: 300 words</li><li>Photo: in colour</li></ul>",
        "<table><tr><td>Photo: in colour</td><td>Text: 300 words</td></tr></table>",
    ],
)
def test_what_is_the_article_s_stays(part):
    assert set(rules(f"<article>{HEAD}{STORY}{part}{STORY}</article>").values()) == {"markup/headline"}


@pytest.mark.parametrize(
    ("part", "rule"),
    [
        (f"<div class=visual><div>{IMAGE}</div><div>The line</div></div>", "markup/caption"),
        (f"<p>{IMAGE}<br>The line</p>", "markup/caption"),
        (f"<figure>{IMAGE}<p>The line</p></figure>", "markup/caption"),
        (f"<div>{IMAGE}<p>The line</p><p>© Ann Lee</p></div>", "markup/caption"),
        (f"<div>{IMAGE}<p>The line</p><p>Foto: Ann Lee</p></div>", "markup/caption"),
        ("<blockquote class=twitter-tweet><p>The line</p></blockquote>", "markup/embed"),
        ("<button>The line</button>", "markup/form-control"),
        ("<div class=embed><p>The line</p></div>", "markup/embed"),
        ("<div class=category>The line</div>", "markup/byline"),
        ("<div class=kicker>The line</div>", "markup/kicker"),
        ("<div class=star-rating>The line</div>", "markup/rating"),
    ],
)
def test_what_stands_in_an_article_and_is_not_its_text_goes(part, rule):
    assert rules(f"<article>{HEAD}{STORY}{part}{STORY}</article>")["The line"] == rule


@pytest.mark.parametrize(
    "line",
    ["The port on Monday. Foto: Ann Lee", "Image credit: Ann Lee", "The port (Photo: Ann Lee)", "© Ann Lee"],
)
def test_a_line_that_names_a_photographer_is_a_caption_wherever_it_stands(line):
    page = f"<body>{HEAD}<p>{line}</p><article>{STORY}<p>{line}</p>{STORY}</article></body>"
    assert rules(page)[line] == "markup/caption"
    assert clean(page, html=True).metadata.captions == (line,)


@pytest.mark.parametrize("name", ["author-box", "comments"])
def test_what_follows_on_the_author_or_comments_goes_if_it_is_little(name):
    box = f"<div class={name}><p>{PROSE} Said Ann Lee.</p></div>"
    page = f"<article>{HEAD}<div>{STORY}{STORY}{box}<p>Well.</p><p>{PROSE}</p></div></article>"
    found = rules(page)
    assert (found[PROSE], found["Well."]) == ("markup/beyond-article", "markup/beyond-article")
    assert PROSE not in rules(f"<article>{HEAD}<div>{STORY}{box}<p>{PROSE}</p>{STORY}</div></article>")


@pytest.mark.parametrize(
    "part", ["<div class=byline>Ann Lee</div>", "<address>Riga</address>", "<ul class=tags><li>Riga</ul>"]
)
def test_a_label_goes_with_the_name_or_date_behind_it_and_stays_above_text(part):
    page = f"<article>{HEAD}<p>Written in Riga:</p>{{}}{STORY}</article>"
    assert rules(page.format(part))["Written in Riga:"] == "markup/lone-heading"
    assert "Written in Riga:" not in rules(page.format(""))


def test_a_lead_beside_the_headline_and_a_picture_with_its_credit_stays():
    page = f"<article><header>{HEAD}<p>{PROSE}</p>{IMAGE}<p>© Ann Lee</p></header>{STORY}{STORY}</article>"
    assert rules(page) == {"Talks in Riga": "markup/headline", "© Ann Lee": "markup/caption"}


def test_an_article_told_in_captions_is_its_captions():
    pictures = "".join(
        f"<figure>{IMAGE}<figcaption>{PROSE} Picture {number}.</figcaption></figure>" for number in range(9)
    )
    assert "Picture 8." in clean(f"<article>{HEAD}{pictures}</article>", html=True).text
    assert "Picture 8." not in clean(f"<article>{HEAD}{STORY}{pictures}{STORY}</article>", html=True).text


def test_of_an_article_that_is_a_list_of_links_what_surrounds_it_goes_all_the_same():
    links = "".join(f"<li><a href=/{number}>Link {number}</a></li>" for number in range(9))
    page = f"<nav>Menu</nav><article>{HEAD}<ul>{links}</ul></article><footer>Imprint</footer>"
    text = clean(page, html=True).text
    assert ("Link 8" in text, "Menu" in text, "Imprint" in text) == (True, False, False)


def test_a_headline_that_is_repeated_goes_and_another_heading_stays():
    page = f"<article>{HEAD}{STORY}<h2>Talks in Riga</h2>{STORY}<h2>Talks in Tartu</h2>{STORY}</article>"
    text = clean(page, html=True).text
    assert "Riga" not in text
    assert "\nTalks in Tartu\n" in text


@pytest.mark.parametrize(
    "lead",
    [
        f"<div class=author-and-lead><p class=excerpt>{PROSE}</p></div>",
        f"<div class=teaser><div class=lead><p>{PROSE}</p></div></div>",
        "<div class=byline-social><p class=strapline>What the ministers said, and what they did not</p></div>",
    ],
)
def test_what_calls_itself_the_lead_stays_below_the_headline(lead):
    page = f"<body>{{}}{HEAD}{{}}<div><div><div>{STORY}</div></div></div></body>"
    assert set(rules(page.format("", lead)).values()) == {"markup/headline"}
    assert len(rules(page.format(lead, ""))) == 2


def test_what_the_site_says_of_itself_above_the_title_is_no_lead():
    head = "<meta property=og:title content='Talks in Riga'><h1>The blog</h1>"
    page = f"{head}<p>{PROSE}</p><h3>Talks in Riga</h3><div>{STORY}</div>"
    assert rules(page) == {
        "The blog": "markup/headline",
        PROSE: "markup/beyond-article",
        "Talks in Riga": "markup/headline",
    }


def test_the_article_with_the_headline_is_told_from_those_beside_it():
    other = f"<article><p>{PROSE}</p><p>{PROSE} Again.</p></article>"
    found = rules(f"<body><div><article>{HEAD}{STORY}</article><div>{other * 4}</div></div></body>")
    assert (found[PROSE], PROSE in clean(f"<div>{other * 4}</div>", html=True).text) == ("markup/beyond-article", True)


def test_a_long_aside_is_one_where_the_headline_stands_elsewhere():
    aside = f"<aside><p>{PROSE}</p>{STORY}{STORY}</aside>"
    assert rules(f"<div>{HEAD}{STORY}</div>{aside}")[PROSE] == "markup/aside"
    assert PROSE not in rules(f"<div><p>{PROSE} So it was.</p></div>{aside}")


def test_the_posts_of_a_forum_are_its_text():
    posts = "".join(f"<div class=comment><p>{PROSE} Post {number}.</p></div>" for number in range(5))
    page = f"<main>{HEAD}{posts}</main>"
    assert list(rules(page).values()) == ["markup/headline"]
    assert "markup/comments" in rules(f"<main>{HEAD}<p>{PROSE}</p>{posts}</main>").values()


@pytest.mark.parametrize(
    "label",
    ["16 marca 2021", "Dienstag, 16.03.2021 | 11:38 Uhr", "Mar 16, 2021", "2021年3月16日", "Text: Ann Lee", "Ann Lee"],
)
def test_a_label_that_says_what_the_head_declares_goes(label):
    head = "<meta property=article:published_time content=2021-03-16T11:38><meta name=author content='Ann Lee'>"
    page = f"{head}<article>{HEAD}<div>{label}</div>{STORY}</article>"
    result = clean(page, html=True)
    assert label not in result.text
    assert (result.metadata.published, result.metadata.authors) == ("2021-03-16T11:38", ("Ann Lee",))
    assert clean(result.text).text == result.text


@pytest.mark.parametrize("label", ["16 kwietnia 2021", "Talks of 2021, day 16", "A talk with Ann Lee on her new book"])
def test_a_label_that_says_otherwise_or_more_stays(label):
    head = "<meta property=article:published_time content=2021-03-16><meta name=author content='Ann Lee'>"
    assert label in clean(f"{head}<article>{HEAD}<div>{label}</div>{STORY}</article>", html=True).text


@pytest.mark.parametrize(
    "page",
    [
        "<figure><img>" * 20_000 + "<div>" * 20_000 + "deep",
        "<figure><table><tr><td>" * 20_000 + "deep",
        "<div><img>" * 50_000 + "deep",
        "<table><tr><td>" + "<a href=/>" * 50_000 + "deep",
        "<article><h1>x</h1>" * 20_000,
        "<h1>x</h1>" * 50_000,
        "<div><img>© x" * 20_000,
        f"<meta property=article:published_time content=2021-03-16><p>{'16 mar ' * 9}2021</p><p>{PROSE}</p>",
    ],
    ids=range(8),
)
def test_hostile_pages_end(page):
    assert read_page(Document(page)).text
