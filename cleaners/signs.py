"""What a text must show for some cleaners to have work: one pass by RE2 over the text tells whether they need to look.

A sign is a necessary condition, and cheap: where it is missing, the cleaner would find nothing; where it stands, the
cleaner looks closer. The pass takes as long as reading the text.
"""

import re
import unicodedata
from functools import cache

import re2

from cleaners.credits import SIGN as CREDIT
from cleaners.mojibake_encodings import CAPITALS, FOLLOWER, LEAD, is_suspect
from cleaners.recent import Recent

_MOJIBAKE = "|".join(
    (
        rf"[{LEAD}][{FOLLOWER}]",
        r"[\x{80}-\x{9f}\x{fffd}]",
        r"[ÂÃ](?:[^A-Z]|$)",
        r"â(?:[€?¦¢¬A-ZÀ-Þ“‘]|(?:[tsmd]|re|ve|ll)(?:[^a-zß-öø-ÿ]|$))",
        r"(?:[.,!?…]â|[CDJLMNSTUcdjlmnstu]â[aehiouyéèêà])",
        rf"[a-zß-ÿ][{CAPITALS}](?:[^A-Z]|$)",
        rf"[{CAPITALS}](?:[^A-Za-zß-ÿ]|$)",
        r"[ÄÅ][aeouyáéíóúýàâãöôõü]",
    )
)
# Of spaces, line ends, quotation marks and invisible characters, those that always become the same, and all others.
_TYPOGRAPHIC = r"[\t\x{a0}\x{2009}\x{202f}\x{2018}-\x{201f}]"
_SPECIAL = (
    r"[\x00-\x08\v-\x1f\x7f-\x{9f}«»\x{ad}\x{61c}\x{1680}\x{180e}\x{2000}-\x{2008}\x{200a}-\x{200f}\x{2028}-\x{202e}"
    r"‹›\x{205f}-\x{206f}\x{feff}\x{fff9}-\x{fffc}\x{1f3f4}\x{e0000}-\x{e007f}]"
)
_HAN_OR_KANA = r"[\x{3040}-\x{30ff}\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{f900}-\x{faff}\x{20000}-\x{3ffff}]"
# All but characters that are in Normalization Form C wherever they stand.
COMPOSITION = "".join(
    (
        r"[^\x00-\x{2ff}",
        r"\x{400}-\x{482}\x{48a}-\x{52f}",  # Cyrillic
        r"\x{5d0}-\x{5ea}\x{621}-\x{64a}",  # Hebrew and Arabic letters
        r"\x{2010}-\x{2027}\x{2030}-\x{205e}\x{20a0}-\x{20bf}",  # punctuation, currencies
        r"\x{3001}-\x{3029}\x{3041}-\x{3096}\x{30a1}-\x{30fe}",  # Kana
        r"\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{ac00}-\x{d7a3}\x{ff01}-\x{ff9d}]",  # Han and Hangul
    )
)
_SIGNS = {
    "mojibake": _MOJIBAKE,
    "composition": COMPOSITION,
    "credit": CREDIT,
    "typographic": _TYPOGRAPHIC,
    "special": _SPECIAL,
    "han or kana": _HAN_OR_KANA,
    "wide": r"[\x{3040}-\x{30ff}\x{3400}-\x{9fff}\x{ac00}-\x{d7af}]",
    "suspect": rf"{_MOJIBAKE}|[{CAPITALS}](?:[^A-Z]|$)",  # what may be mojibake in a text that has some
}
# Putting so many marks on one letter in order takes quadratic time, so no text that has them is composed.
STACKED_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{31}")


def signs(text: str) -> frozenset[str]:
    """Which signs stand in a text; several cleaners ask about the same one.

    >>> signs("A clean line of plain text.\\n")
    frozenset()
    >>> sorted(signs("Dovil\u00c4\u2014 in Paris. /Ann Lee/Reuters\\n"))
    ['credit', 'mojibake', 'suspect']
    """
    found = _recent.get(text)
    return found if found is not None else _recent.remember(text, _look(text))


_recent = Recent[frozenset[str]]()


def known_signs(text: str) -> frozenset[str] | None:
    """The signs of a text if somebody has asked about it of late."""
    return _recent.get(text)


def inherit(text: str, source: str, *but: str) -> None:
    """Have a text show what another shows, of which lines have gone, or typographic characters become ASCII.

    Args:
        text: what is left.
        source: what it was made of.
        but: signs that are gone.
    """
    found = _recent.get(source)
    if found is not None:
        _recent.remember(text, found.difference(but))


def _look(text: str) -> frozenset[str]:
    try:
        found = _patterns().Match(text.encode())
    except UnicodeEncodeError:  # half a surrogate pair, which RE2 cannot read
        found = range(len(_SIGNS))
    if not found:
        return frozenset()
    names = list(_SIGNS)
    shown = {names[index] for index in found}
    if "mojibake" in shown and not is_suspect(text):
        shown.discard("mojibake")
    if "composition" in shown and not STACKED_MARKS.search(text) and unicodedata.is_normalized("NFC", text):
        shown.discard("composition")
    return frozenset(shown)


@cache
def _patterns() -> "re2.Set":
    patterns = re2.Set.SearchSet()
    for pattern in _SIGNS.values():
        patterns.Add(pattern)
    patterns.Compile()
    return patterns
