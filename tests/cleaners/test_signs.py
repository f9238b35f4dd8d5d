import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cleaners import Document, Knowledge, captions, characters, clean, mojibake, passes, signs
from cleaners.mojibake_encodings import is_suspect

ALL = frozenset(signs._SIGNS)
CAPTIONED = """
    |Photo: Ann Lee|(Photo by Ann Lee)|[Image: Ann]|İmage credit: Ann|courteſy of |picture:|foto |/Ann Lee/Reuters|/ AFP
    |(Ann Lee/AFP)|[AFP via Getty Images]|. Getty\u00a0Images|! EPA via AFP|REUTERS/Ann Lee| AP Photo / Ann|:|/|(|)
""".split("|")
PIECES = [
    *CAPTIONED,
    *("“", "”", "‘", "’", "„", "«", "»", "‹", "›", " « ", " » ", '"', "\u00a0", "\u202f", "\u2009", "\t", " "),
    *("\n", "\n\n", "\r\n", "\r", "\v", "\x1c", "\x85", "\u2028", "\u3000", "\x00", "\x1b", "\u200b", "\ufeff"),
    *("\ud83d", "\ude00", "🏴", "\U000e0067", "👩", "می", "\u200c", "\u200d", "\u200f"),
    *("的", "。", "カ", "\u2005", "e\u0301"),
    *(
        "Ã©",
        "â€™",
        "â€",
        "Ä—",
        "Å¾",
        "Ð¿Ñ€",
        "Ã",
        "Â ",
        "nât",
        "sâs ",
        ".â",
        " âA",
        "lâh",
        "Å",
        "Åe",
        "aÎ",
        "é",
        "ž",
        "\ufffd",
        "\u0340",
        "\u1100\u1161",
    ),
    *("nât", "sâs ", ".â", " âA", "lâh"),
    *("A", "b", "Riga", ". ", "The port of Riga on Monday, seen from the river as the fog lifted. "),
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=30).map("".join)


def edits_of_each_cleaner(text, quotes):
    document, knowledge = Document(text), Knowledge(quotes=quotes)
    cleaners = (
        mojibake.repair_mojibake,
        characters.normalize_characters,
        characters.compose_characters,
        captions.remove_repeated_captions,
    )
    return [tuple(cleaner(document, knowledge)) for cleaner in cleaners], captions.captions(text)


def without_signs(function, *arguments):
    """What a function gives when every cleaner looks at every text, repair at every one that it is made for."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (mojibake, characters, captions, passes):
            patch.setattr(module, "signs", lambda text: ALL if is_suspect(text) else ALL - {"mojibake"})
        patch.setattr(passes, "inherit", lambda *_: None)
        return function(*arguments)


@settings(max_examples=300, deadline=None)
@given(texts, st.sampled_from(["straight", "keep"]))
@example("On Monday. Getty\u00a0Images", "straight")
@example("“的”\n“a”\u00a0", "straight")
@example("Ðc", "straight")
def test_no_sign_hides_what_a_cleaner_would_edit(text, quotes):
    assert edits_of_each_cleaner(text, quotes) == without_signs(edits_of_each_cleaner, text, quotes)


@settings(max_examples=150, deadline=None)
@given(texts)
@example("“Quay” in fog, seen on Monday. Getty\u00a0Images\n" * 2 + "Share this article\n")
def test_signs_that_a_text_inherits_hide_nothing_either(text):
    assert clean(text) == without_signs(clean, text)
