"""What a text must show for some cleaners to have work: one pass by RE2 over the text tells whether they need to look.

A sign is a necessary condition, and cheap: where it is missing, the cleaner would find nothing; where it stands, the
cleaner looks closer. The pass takes as long as reading the text.
"""

from functools import cache, lru_cache

import re2

from cleaners.mojibake_encodings import CAPITALS, FOLLOWER, LEAD

_SPACE = r"[\s\v\x1c-\x1f\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]"
_END = rf"{_SPACE}*(?:\n|$)"

_MOJIBAKE = "|".join(
    (
        rf"[{LEAD}][{FOLLOWER}]",
        r"[\x{80}-\x{9f}\x{fffd}]",
        r"[ÂÃ](?:[^A-Z]|$)",
        r"â[€?]",
        rf"[a-zß-ÿ][{CAPITALS}](?:[^A-Z]|$)",
        rf"[{CAPITALS}](?:[^A-Za-zß-ÿ]|$)",
        r"[ÄÅ][aeouyáéíóúýàâãöôõü]",
    )
)
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
_CREDIT = "|".join(
    (
        rf"[\])]{_END}",
        r"/[^/\n]*(?:\n|$)",
        rf"(?i:oto|graph|ture|mage)(?i: by| cred[iıİ]t| courte[sſ]y of)?{_SPACE}*:{_SPACE}",
        rf"[.!?]{_SPACE}[\pL-]+(?: [\pL/-]+){{0,5}}{_END}",
    )
)
_WIDE = r"[\x{3040}-\x{30ff}\x{3400}-\x{9fff}\x{ac00}-\x{d7af}]"  # Han, Kana and Hangul
_SIGNS = {"mojibake": _MOJIBAKE, "composition": COMPOSITION, "credit": _CREDIT, "wide": _WIDE}


@lru_cache(maxsize=4)
def signs(text: str) -> frozenset[str]:
    """Which signs stand in a text.

    >>> signs("A clean line of plain text.\\n")
    frozenset()
    >>> sorted(signs("Dovil\u00c4\u2014 in Paris. /Ann Lee/Reuters\\n"))
    ['credit', 'mojibake']
    """
    try:
        found = _patterns().Match(text.encode())
    except UnicodeEncodeError:  # half a surrogate pair, which RE2 cannot read
        return frozenset(_SIGNS)
    names = list(_SIGNS)
    return frozenset([names[index] for index in found or ()])


@cache
def _patterns() -> "re2.Set":
    patterns = re2.Set.SearchSet()
    for pattern in _SIGNS.values():
        patterns.Add(pattern)
    patterns.Compile()
    return patterns
