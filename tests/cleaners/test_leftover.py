from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners import Document, Knowledge, apply, clean
from cleaners.leftover import remove_leftover_markup


def without(text):
    return apply(text, remove_leftover_markup(Document(text), Knowledge()))


@pytest.mark.parametrize(
    "text",
    [
        "Use the <br> tag to break lines.",
        "In HTML, write &amp; for an ampersand and &lt; for a smaller-than sign.",
        "The entity &nbsp; keeps words together.",
        "AT&T and R&D are short; &c. is shorter; Q&A; B&B;",
        "5 < 6, a<b, a<b>c and x > y; if a <b> is smaller than c.",
        "x &lt; y, and y &gt; z",
        "<Laughs> Well, <name> said, <i> am here.",
        "std::vector<p> and List<String>",
        "if (a && b) { return &amp; c; }",
        "The page has <script> in it and <b>bold</b> words.",
        "Mail to <ann@example.org> or see <https://example.org/?a=1&b=2>.",
        "A heart <3 and &unknown; and &#0; and &#xfffe;",
        "Fish & chips <p 5>",
        "It holds if a < b and c > d, and if a<b and c>d.",
        "A result with p<0.05 or p <.001; b>3.",
        "For all i<n, b<i>c holds.",
        "Map<String, List<Integer>> of Foo<b>::bar() and Foo<b>::baz()",
        "Dictionary<p, q> and Result<u, b>",
        "Mail to <a@b.c>, to <ann.lee@example.org> or to <mailto:ann@example.org>.",
        "I <3 you, and </3 is a broken heart; <-- so is this --> and this <->.",
        "AT&T; R&D; M&A; &c; and so on &c.",
        "https://example.org/?a=1&copy=1&reg=2&para=3 and https://example.org/?a=1&copy;=1",
        "Anna <b. 1950> and Peter <b. 1960> met <nick> and <i>.",
        "Put <p> and </p> around each paragraph, and <b> and </b> around a word.",
        "The poem has <br> between its lines.",
        "grep '<p>' file; sed 's/x/y/'",
        'The string “&#8217;” stood in the headline, and "&amp;" in the text.',
        "The title of the page is in the tag <h1>Title</h1>, they say.",
        "x <- c(1,2); y <= 3 and z => 4",
        "<|endoftext|> <<< EOF >>> <s>[INST] <unk>",
        "a && b || c, and cats &dogs; birds &hellip",
        "An escaped ampersand is written &amp; with a semicolon.",
    ],
)
def test_text_that_only_looks_like_markup_stays(text):
    assert without(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One.<br>Two.<br/>Three.<BR />Four.", "One.\nTwo.\nThree.\nFour."),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("It <b>rained</b> all day.", "It rained all day."),
        ("It rained</b> all day.", "It rained all day."),
        ('See <a href="https://example.org/?a=1&amp;b=2" target="_blank">this page</a>.', "See this page."),
        ("Ben &amp; Ann", "Ben & Ann"),
        ("It&#8217;s late&nbsp;&mdash; she said", "It’s late\u00a0— she said"),
        ("caf&eacute; d&#x27;or", "café d'or"),
        ("One.<br />Two.<br clear='all'>Three.", "One.\nTwo.\nThree."),
        ("<p class=text>One.</p><p class='a' id=b>Two.</p>", "One.\n\nTwo."),
        ('See <a href="https://example.org/" rel=nofollow>this <o:p></o:p>page</a>.', "See this page."),
        ("One.<!-- more -->Two.<!-- wp:paragraph -->", "One.Two."),
        ("<td>Riga</td><td>Tartu</td>", "Riga\n\nTartu"),
        ("The prisoner escaped at noon.\nBen &amp; Ann", "The prisoner escaped at noon.\nBen & Ann"),
        (
            "Ein Tag im Mai.\nSie lief&nbsp;&ndash; er auch.<br>Und dann?",
            "Ein Tag im Mai.\nSie lief\u00a0– er auch.\nUnd dann?",
        ),
        ("Il va &agrave; Paris, et Roma &egrave; bella.", "Il va à Paris, et Roma è bella."),
        ("https://example.org/?a=1&amp;lang=en", "https://example.org/?a=1&lang=en"),
        ("Ben &amp;amp;amp; Ann&amp;#8217;s &amp;lt;3", "Ben & Ann’s &lt;3"),
        ("It <b>rained</b> and <br> it poured.", "It rained and\nit poured."),
    ],
)
def test_what_is_left_over_goes(text, expected):
    assert without(text) == expected


def test_an_entity_of_an_entity_is_read_and_the_text_settles():
    result = clean("Ben &amp;amp; Ann met in Paris.\n")
    assert result.text == "Ben & Ann met in Paris.\n"
    assert result.revert() == "Ben &amp;amp; Ann met in Paris.\n"
    assert {edit.rule for step in result.ledger for edit in step.edits} == {"markup/entity"}


def test_mojibake_that_was_spelled_in_entities_is_repaired():
    assert clean("A caf&Atilde;&copy; in Paris.\n").text == "A café in Paris.\n"


@pytest.mark.parametrize(
    "piece", ["<", "&", "<b ", "<p a='", "&amp", "&#1", " <br", "<b>", "</p>", "&amp;", " ", "\t<"]
)
def test_a_million_characters_take_no_time(piece):
    text = piece * (1_000_000 // len(piece))
    assert isinstance(without(text), str)


@pytest.mark.parametrize(
    "text",
    [
        "<br" * 20 + ">" * 20,
        f"Ben &{'amp;' * 20} Ann",
        f"&{'#38;' * 20}#38;amp;",
        f"{'&#' * 20}{'51;' * 20}",
        f"<{'<b></b>' * 20}b>x</b>",
        "&am<b></b>p;#8217; and <<i></i>b>x</b>",
    ],
)
def test_what_is_nested_without_end_settles(text):
    result = clean(text)
    assert result.revert() == text
    assert clean(result.text).text == result.text


PIECES = st.sampled_from(
    [
        *"<>&;#/\"' \nabp1",
        "amp;",
        "nbsp;",
        "&#8217;",
        "&lt;",
        "<br>",
        "<b>",
        "</b>",
        "<p class=x>",
        "<!--",
        "-->",
        "tag",
        "x=1",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_whatever_stands_in_a_text_it_settles_and_can_be_undone(text):
    result = clean(text)
    assert result.revert() == text
    assert clean(result.text).text == result.text


@given(st.text(st.characters(exclude_characters="<&")))
def test_text_without_signs_of_markup_stays(text):
    assert without(text) == text


@given(st.text(st.sampled_from("abc <>=+-0123456789().,!?\n")))
def test_comparisons_stay_unless_they_spell_a_closing_tag(text):
    assert without(text) == text or "<b>" in text or "<a>" in text


WORDS = (
    st.lists(st.text(st.sampled_from("aeioumnrstäéñ’&"), min_size=1, max_size=9), min_size=1, max_size=9)
    .map(" ".join)
    .filter(lambda text: "’&’" not in text)  # an entity in quotation marks is spoken of, and stays
)


@given(WORDS)
def test_the_words_of_escaped_and_wrapped_prose_are_left(text):
    page = f'<p class="x">It {escape(text)} <em>{escape(text)}</em>.<br/></p>'
    assert without(page).strip() == f"It {text} {text}."
