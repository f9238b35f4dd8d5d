"""Quotation marks and apostrophes of which a lone "â" is left: "donât", "âWe are fine,â he said".

Their UTF-8 was read as Latin-1, and the two control characters behind the "â" were dropped. What tells them from the
letter "â" is their place; a few places are sure, and the others are judged by these and by the language.
"""

import re
from collections.abc import Iterator

from cleaners.edits import Edit
from cleaners.mojibake_encodings import LOST_QUOTE, lines_with
from cleaners.mojibake_languages import language_of

_RULE = "mojibake/iso-8859-1"
_APOSTROPHE = "’"
_CURLY = ("“", "”")
_REMAINS = re.compile("â(?![\x80-\xbf€])")
_FEWEST_ELISIONS = 2  # in a line, so that no name that is spelled so is one
_BEFORE_OPENING = frozenset(["", *" \t\xa0([/-–—"])
_BEHIND_CLOSING = frozenset(["", *" \t\xa0)]/.,:;!?…-–—"])


def repair_quotes(text: str) -> Iterator[Edit]:
    """Apostrophes, and quotation marks in pairs.

    >>> list(repair_quotes("“I donât know,” she said"))
    [Edit(start=6, before='â', after='’', rule='mojibake/iso-8859-1')]
    >>> list(repair_quotes("Le château, le mât et l’âge"))
    []
    """
    is_any_sure = any(found.lastgroup is None for found in LOST_QUOTE.finditer(text))
    for start, line in lines_with(_REMAINS, text):
        for place, mark in sorted(_marks(line, is_any_sure)):
            yield Edit(start + place, "â", mark, _RULE)


def _marks(line: str, is_any_sure: bool) -> Iterator[tuple[int, str]]:
    """Where in a line a mark was lost, and which."""
    language = language_of(line)
    sure: set[str | None] = {None}  # groups of `LOST_QUOTE`
    if is_any_sure and language and not language.letters:
        sure.add("possessive")
    if language and language.elides and _n_elisions(line) >= _FEWEST_ELISIONS:
        sure.add("elided")
    opening, closing = language.quotes if language else _CURLY
    opened: tuple[int, bool] | None = None  # where, and whether it is sure
    for remains in _REMAINS.finditer(line):
        place, end = remains.span()
        before, behind = line[place - 1 : place] if place else "", line[end : end + 1]
        found = LOST_QUOTE.match(line, place)
        is_sure = found is not None and found.lastgroup in sure
        if before.isalnum() and behind.isalpha():
            if is_sure:
                yield place, _APOSTROPHE
        elif before in _BEFORE_OPENING and behind.strip():
            if opened and opened[1]:
                yield opened[0], opening
            opened = place, is_sure
        elif before.strip() and behind in _BEHIND_CLOSING:
            if opened and (is_sure or opened[1]):
                yield opened[0], opening
            if is_sure or (opened and opened[1]):
                yield place, closing
            opened = None
    if opened and opened[1]:
        yield opened[0], opening


def _n_elisions(line: str) -> int:
    return sum(found.lastgroup == "elided" for found in LOST_QUOTE.finditer(line))
