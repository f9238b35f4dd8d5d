"""What would change in a text, line by line, for a terminal."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

from rich.text import Text

from cleaners.edits import Ledger, compose, trace

_REMOVED, _WRITTEN, _PLACE, _RULE = "red strike", "green", "cyan", "dim"
_MARKS = {_REMOVED: ("[-", "-]"), _WRITTEN: ("{+", "+}"), None: ("", "")}
_VISIBLE = str.maketrans({"\u00a0": "⍽", "\u00ad": "¬", "\u200b": "·", "\ufeff": "·", "\t": "⇥"})
_CONTEXT = 30  # characters of unchanged text on either side of a change


def lines(source: str, ledger: Ledger, *, marked: bool = False) -> Iterator[Text]:
    """One line for each line of the source that changes: its number, what changes in it, and the rules that say so.

    Blank lines that go are not shown. With `marked`, changes are in brackets as well as in colour.

    >>> from cleaners import clean
    >>> text = "It was “late”.\\n\\n\\nLoading..."
    >>> for line in lines(text, clean(text).ledger, marked=True):
    ...     print(line.plain)
    1: It was [-“-]{+"+}late[-”-]{+"+}.  characters/quotation-mark
    4: [-Loading...-]  loading/mark
    """
    starts = [0, *(match.end() for match in re.finditer("\n", source))]
    rules: defaultdict[int, dict[str, None]] = defaultdict(dict)
    for number, step in enumerate(ledger):
        so_far = compose(source, ledger[:number])
        for edit in step.edits:
            rules[bisect_right(starts, trace(so_far, edit.start))][edit.rule] = None
    for number, pieces in _changed_lines(source, ledger).items():
        text = Text.assemble((f"{number}: ", _PLACE))
        for index, (piece, style) in enumerate(pieces):
            is_first, is_last = index == 0, index == len(pieces) - 1
            shown = piece if style else _cut(piece, is_first, is_last)
            left, right = _MARKS[style] if marked else ("", "")
            text.append(f"{left}{shown}{right}", style or "")
        yield text.append(f"  {', '.join(rules[number])}", _RULE)


def _changed_lines(source: str, ledger: Ledger) -> dict[int, list[tuple[str, str | None]]]:
    """Pieces of each line of the source in which anything but white space changes, with their styles."""
    pieces: defaultdict[int, list[tuple[str, str | None]]] = defaultdict(list)
    number, position = 1, 0

    def put(text: str, style: str | None) -> None:
        nonlocal number
        for part in re.split(r"(\n)", text):
            if part == "\n":
                number += 1
            elif part:
                pieces[number].append((part.translate(_VISIBLE) if style else part, style))

    for change in compose(source, ledger):
        put(source[position : change.source_start], None)
        put(change.before, _REMOVED)
        if written := change.after.strip("\n"):
            pieces[number].append((written.replace("\n", "⏎"), _WRITTEN))
        position = change.source_start + len(change.before)
    put(source[position:], None)
    return {number: line for number, line in pieces.items() if any(style and text.strip() for text, style in line)}


def _cut(text: str, is_first: bool, is_last: bool) -> str:
    """Unchanged text, without what is far from any change."""
    if is_first and len(text) > _CONTEXT:
        return "…" + text[-_CONTEXT:]
    if is_last and len(text) > _CONTEXT:
        return text[:_CONTEXT] + "…"
    return text if len(text) <= 2 * _CONTEXT else f"{text[:_CONTEXT]}…{text[-_CONTEXT:]}"
