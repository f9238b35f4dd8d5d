"""What does not concern a document leaves it as it was cleaned; what changes its text is always noticed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from cleaners import Document, Knowledge, clean
from cleaners.dependence import heeded, still_hold
from cleaners.site import SiteLines, key_of_line, survey

TOWNS = ["Riga", "Turku", "Gdynia", "Tartu"]
PROSE = [f"The people of {town} elected a mayor on Sunday, and counted until the morning." for town in TOWNS]
MOJIBAKE = "“Nobody here had expected the baker to win the vote,” said his neighbour, Dovil\u00c4\u2014."
LINES = [
    *PROSE,
    MOJIBAKE,
    "\u00a0NOBODY HERE HAD EXPECTED THE BAKER TO WIN THE VOTE, SAID HIS OLD NEIGHBOUR.",
    "The baker said so, too, and the people of the town heard \u200b\u200b\u200bhim.",
    "By continuing to browse our site you agree to our use of cookies and to our Privacy Policy.",
    "The harbour of Riga on Monday, seen from the river as the fog lifted. /Ann Lee/Reuters",
    "Share this article",
    "By Ann Lee",
    "18 February 2025",
    "What happens next",
    "Write to the desk",
    "12 comments",
    "Dovil\u00c4\u2014 in Riga",
]
texts = st.lists(st.sampled_from(PROSE) | st.sampled_from(LINES), min_size=1, max_size=9).map("\n".join)


def keys_in(*given_texts):
    return {key_of_line("coast", line.strip()) for text in given_texts for line in text.split("\n")}


@st.composite
def repeated_lines(draw, keys):
    """What a site repeats, and the same but for one line."""
    share = draw(st.sampled_from([0, 1, 2, 3, 4]))
    marks = {key: draw(st.integers(0, 3)) for key in keys if draw(st.integers(1, 4)) <= share}
    changed = draw(st.sampled_from(keys))
    marks.setdefault(changed, draw(st.integers(0, 3)))

    def lines(but=None):
        some = [
            frozenset(key for key, mark in marks.items() if mark & bits == bits and key != but) for bits in (0, 1, 2)
        ]
        return SiteLines(*some, frozenset([key_of_line("coast", "")]))

    return draw(st.permutations([lines(), lines(changed)]))


def holds(document, before, after):
    cleaned = clean(document, Knowledge(site_lines=before))
    return still_hold(*heeded(document, cleaned, survey([document]), before), after).all()


@settings(max_examples=1500, deadline=None)
@given(st.data())
def test_whatever_changes_the_text_is_noticed(data):
    document = Document(data.draw(texts), "coast/1.txt", "coast/1.txt")
    keys = sorted(keys_in(document.text, clean(document).text))
    before, after = data.draw(repeated_lines(keys))
    if holds(document, before, after):
        now, then = (clean(document, Knowledge(site_lines=known)) for known in (after, before))
        assert now == then


def article(*lines):
    return Document("\n".join([PROSE[0], *lines, PROSE[1]]) + "\n", "coast/1.txt", "coast/1.txt")


def repeated(*lines, usual=()):
    keys, usual_keys = frozenset(keys_in(*lines)), frozenset(keys_in(*usual))
    return SiteLines(keys | usual_keys, frozenset(), usual_keys, frozenset([key_of_line("coast", "")]))


def test_a_sentence_between_others_that_comes_to_be_repeated_concerns_nobody():
    document = article(MOJIBAKE, "Share this article")
    assert holds(document, SiteLines(), repeated(clean(document).text.split("\n")[1]))


def test_a_sentence_that_comes_to_be_usual_concerns_its_documents():
    document = article(MOJIBAKE)
    assert not holds(document, SiteLines(), repeated(usual=[clean(document).text.split("\n")[1]]))


def test_a_sentence_at_the_edge_that_comes_to_be_repeated_concerns_its_documents():
    document = article(MOJIBAKE)
    assert not holds(document, SiteLines(), repeated(PROSE[0]))


def test_a_heading_that_comes_to_be_repeated_concerns_its_documents():
    document = article("What happens next", MOJIBAKE)
    assert not holds(document, SiteLines(), repeated("What happens next"))


def test_a_first_sentence_that_was_repaired_and_comes_to_be_repeated_concerns_its_documents():
    document = Document("\n".join([MOJIBAKE, *PROSE]) + "\n", "coast/1.txt", "coast/1.txt")
    assert not holds(document, SiteLines(), repeated(clean(document).text.split("\n")[0]))


def test_a_sentence_that_alone_comes_not_to_be_repeated_concerns_its_documents():
    document = article(PROSE[2])
    assert not holds(document, repeated(*PROSE), repeated(*PROSE[:2]))


def test_a_line_that_stays_concerns_its_document_though_one_that_differs_in_a_number_went():
    document = Document("\n".join([PROSE[0], "9 comments", *PROSE, "12 comments"]) + "\n", "coast/1.txt", "coast/1.txt")
    assert "9 comments" in clean(document).text
    assert "12 comments" not in clean(document).text
    lines = frozenset(keys_in("9 comments"))
    known = SiteLines(lines, lines, frozenset(), frozenset([key_of_line("coast", "")]))
    assert "9 comments" not in clean(document, Knowledge(site_lines=known)).text
    assert not holds(document, SiteLines(), known)
