import pytest

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
    ],
)
def test_what_is_left_over_goes(text, expected):
    assert without(text) == expected


def test_an_entity_of_an_entity_is_read_in_two_passes_and_the_text_settles():
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
