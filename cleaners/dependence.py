"""What of the lines that sites repeat a cleaned document depends on: it is cleaned again only if that changes."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from cleaners.blocks import Block, plain, wide_length
from cleaners.document import Cleaned, Document
from cleaners.edits import Ledger
from cleaners.passes import CLEANERS, TAKE_LINES
from cleaners.site import BETWEEN, USUAL, SiteLines, folded, key_of_line, site_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SHELTERED = 128  # a mark of a line that stays whether its site repeats it or not, unless it is usual
_DIGIT = re.compile(r"\d")
_PLACE = CLEANERS.index("remove_site_lines")


def heeded(
    document: Document, cleaned: Cleaned, surveyed: "NDArray[np.uint64]", site_lines: SiteLines
) -> "tuple[NDArray[np.uint64], NDArray[np.uint8]]":
    """The lines that `remove_site_lines` was asked about, by their keys, and what it heard of each.

    They are those of the survey, but for those that others had taken before, and those that others had changed. Prose
    stays between prose that the site does not repeat, unless half of the site's documents have it, and has no say in
    whether other lines stay: of it the mark says so.

    Args:
        document: as it was read.
        cleaned: what became of it.
        surveyed: rows of its survey.
        site_lines: what its site repeats.

    Returns:
        Two columns, to be asked about with `still_hold`.
    """
    import numpy as np

    site = site_of(document)
    n = _number_before(cleaned.ledger)
    keeps_words = all(step.cleaner in TAKE_LINES for step in cleaned.ledger[n:])  # all but always
    n = n if keeps_words else 0
    before, since = cleaned.ledger[:n], cleaned.ledger[n:]
    source = set(_lines(document.without_furniture().text))
    lines = _lines(cleaned.text)
    taken = _taken(since)
    ends = [next(filter(_is_prose, some), "") for some in (lines, reversed(lines))]
    changed = sorted({*lines, *taken} - source)
    named = [key_of_line(site, line) for line in (*ends, *changed)]
    sheltered = [*(False for _ in ends), *map(_is_prose, changed)]
    gone = {key_of_line(site, line) for line in _gone(_taken(before), [*lines, *taken])}
    for key, _, place, _ in surveyed.tolist():
        if key not in gone:
            named.append(key)
            sheltered.append(place == BETWEEN)
    keys = np.array(named, np.uint64)
    marks = site_lines.marks(keys)
    if keeps_words and not marks[: len(ends)].any() and not any(map(_is_prose, taken)):
        marks[sheltered] |= _SHELTERED
    return keys, marks


def still_hold(keys: "NDArray[np.uint64]", marks: "NDArray[np.uint8]", site_lines: SiteLines) -> "NDArray[np.bool]":
    """Whether `remove_site_lines` would hear of each line what it heard before."""
    import numpy as np

    heeds = np.where(marks & _SHELTERED, np.uint8(USUAL), np.uint8(~_SHELTERED & 0xFF))
    holds: NDArray[np.bool] = (site_lines.marks(keys) ^ marks) & heeds == 0
    return holds


def _is_prose(line: str) -> bool:
    return Block(line, wide_length(line)).is_prose


def _number_before(ledger: Ledger) -> int:
    """The number of steps before `remove_site_lines` was asked for the first time."""
    places = [CLEANERS.index(step.cleaner) for step in ledger]
    n = 0
    while n < len(places) and places[n] < _PLACE and (n == 0 or places[n - 1] < places[n]):
        n += 1
    return n


def _taken(ledger: Ledger) -> list[str]:
    """The lines that cleaners took away."""
    taken = (edit.before for step in ledger for edit in step.edits if not edit.after)
    return [line for before in taken for line in _lines(before)]


def _lines(text: str) -> list[str]:
    """The lines of a text, alike if they differ in quotation marks or spaces only."""
    return [line for line in map(str.strip, plain(text).split("\n")) if line]


def _gone(taken: Sequence[str], rest: Sequence[str]) -> list[str]:
    """Lines of which there is surely no other like it among the rest."""
    names = [folded(line) for line in taken if not _DIGIT.search(line)]
    longest = max(map(len, names), default=0)  # no line becomes shorter where case does not count
    others = {folded(line) for line in rest if len(line) <= longest}
    return [name for name in names if name not in others]
