"""The ledger: every change to a text as an exact edit that can be read, traced and undone.

A cleaner proposes edits against the text that it received; `apply` carries them out. One cleaner's edits are a `Step`,
and a document's steps in order are its ledger. `revert` walks the ledger backwards to the source text, `compose`
reads it as one list of changes between source and clean text, and `trace` and `locate` carry an offset from the one
to the other.

Offsets are code points, spans are half-open.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import NamedTuple

from cleaners.splice import splice, unsplice


class EditError(ValueError):
    """An edit that does not fit the text, or overlaps another edit of the same step."""


class Edit(NamedTuple):
    """At `start`, the text that read `before` now reads `after`.

    `before` is kept so that an edit can check that it fits, so that removed words can be read without the source, and
    so that undoing needs nothing else.

    >>> Edit(6, "Ä—", "ė", "mojibake/windows-1252").end
    8
    """

    start: int  #: offset in the text that this step received
    before: str
    after: str  #: "" is a removal
    rule: str  #: a named reason, `family/name`

    @property
    def end(self) -> int:
        """Offset behind `before` in the text that this step received."""
        return self.start + len(self.before)


class Step(NamedTuple):
    """One cleaner's edits, in order and not overlapping."""

    cleaner: str
    edits: tuple[Edit, ...]


Ledger = tuple[Step, ...]


class Change(NamedTuple):
    """What became of a span of the source text, all steps taken together."""

    source_start: int
    clean_start: int
    before: str
    after: str
    rules: tuple[str, ...]  #: every rule that had a part in it, in order


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text with all edits carried out.

    >>> apply("Dovil\u00c4\u2014 said", [Edit(5, "\u00c4\u2014", "\u0117", "mojibake/windows-1252")])
    'Dovil\u0117 said'

    Raises:
        EditError: if an edit does not find its `before` at its `start`, or starts before the previous one ends.
    """
    edits = tuple(edits)
    edited = splice(text, edits)
    if edited is None:
        raise EditError(_fault(text, edits))
    return edited


def _fault(text: str, edits: Iterable[Edit]) -> str:
    """Which edit does not fit, and why."""
    position = 0
    for start, before, _, rule in edits:
        if start < position:
            fault = f"{rule} at {start} overlaps, or should come before, the edit that ends at {position}"
            return f"{fault}; give edits in order and apart"
        if not text.startswith(before, start):
            break
        position = start + len(before)
    return f"{rule} at {start} expects {before!r} and finds {text[start : start + len(before)]!r}"


def edits_of(rows: Iterable[tuple[int, str, str, str]]) -> Iterator[Edit]:
    """Edits made of the fields of each; where they are many, in half the time."""
    return map(tuple.__new__, repeat(Edit), rows)


def smallest(start: int, before: str, after: str, rule: str) -> Edit:
    """The edit without what `before` and `after` have in common at their ends.

    >>> smallest(0, "Dovil\u00c4\u2014", "Dovil\u0117", "mojibake/windows-1252")
    Edit(start=5, before='Ä—', after='ė', rule='mojibake/windows-1252')
    """
    if before[:1] != after[:1] and before[-1:] != after[-1:]:
        return Edit(start, before, after, rule)
    left = right = 0
    shorter = min(len(before), len(after))
    while left < shorter and before[left] == after[left]:
        left += 1
    while right < shorter - left and before[-1 - right] == after[-1 - right]:
        right += 1
    return Edit(start + left, before[left : len(before) - right], after[left : len(after) - right], rule)


def inverse(edits: Iterable[Edit]) -> Iterator[Edit]:
    """The edits that undo these: `apply(apply(text, edits), inverse(edits)) == text`."""
    shift = 0
    for edit in edits:
        yield Edit(edit.start + shift, edit.after, edit.before, edit.rule)
        shift += len(edit.after) - len(edit.before)


def revert(text: str, ledger: Sequence[Step]) -> str:
    """The source text again, character for character, from the clean text and its ledger.

    Raises:
        EditError: if the ledger does not belong to the text.
    """
    for step in reversed(ledger):
        source = unsplice(text, step.edits)
        text = apply(text, inverse(step.edits)) if source is None else source  # which says what does not fit
    return text


@dataclass(slots=True)
class _Segment:
    """A span of the source text, and what it reads now; `after` is None where it reads as it did."""

    start: int
    end: int
    after: str | None = None
    rules: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.end - self.start if self.after is None else len(self.after)


def compose(source: str, ledger: Sequence[Step]) -> list[Change]:
    """The whole ledger as one list of changes from source to clean text, in order and not overlapping.

    Where a later step edits what an earlier one wrote, both are one change that names both rules.

    >>> ledger = (Step("spaces", (Edit(1, "\\t", " ", "space"),)), Step("furniture", (Edit(1, " b", "", "cut"),)))
    >>> compose("a\\tbc", ledger)
    [Change(source_start=1, clean_start=1, before='\\tb', after='', rules=('space', 'cut'))]
    """
    segments = [_Segment(0, len(source))]
    for step in ledger:
        segments = _carry_on(segments, step.edits)
    changes: list[Change] = []
    clean_start = 0
    for segment in segments:
        if segment.after is not None:
            before = source[segment.start : segment.end]
            changes.append(Change(segment.start, clean_start, before, segment.after, segment.rules))
        clean_start += len(segment)
    return changes


def _carry_on(left: list[_Segment], edits: tuple[Edit, ...]) -> list[_Segment]:
    """The segments after one more step.

    Edits are taken from the last to the first, since what lies before an edit keeps its offsets. `left` holds the
    segments that are still to be edited and `right`, reversed, those that are done; `end` is where `left` ends.
    """
    right: list[_Segment] = []
    end = sum(map(len, left))

    def cut(offset: int) -> None:
        """Have a border at the offset, if source text lies across it."""
        nonlocal end
        if left and left[-1].after is None and end - len(left[-1]) < offset < end:
            whole = left.pop()
            border = whole.end - (end - offset)
            left.append(_Segment(whole.start, border))
            right.append(_Segment(border, whole.end))
            end = offset

    for edit in reversed(edits):
        while left and end - len(left[-1]) >= edit.end:
            right.append(left.pop())
            end -= len(right[-1])
        cut(edit.end)
        source_end = left[-1].end if left else 0
        suffix = (left[-1].after or "")[edit.end - end :] if end > edit.end else ""
        prefix, source_start, rules = "", source_end, [edit.rule]
        while left and end > edit.start:
            touched = left.pop()
            end -= len(touched)
            source_start = touched.start
            rules = [*touched.rules, *rules]
            if end < edit.start and touched.after is None:
                source_start += edit.start - end
                left.append(_Segment(touched.start, source_start))
                end = edit.start
            elif end < edit.start:
                prefix = touched.after[: edit.start - end] if touched.after else ""
        left.append(_Segment(source_start, source_end, prefix + edit.after + suffix, tuple(dict.fromkeys(rules))))
        end += len(left[-1])
    return left + right[::-1]


def trace(changes: Sequence[Change], offset: int) -> int:
    """Where a character of the clean text stood in the source text.

    An offset inside text that was written anew leads to the start of what it replaced.

    >>> changes = compose("a\\u00a0 b", (Step("spaces", (Edit(1, "\\u00a0", "", "spaces/stray"),)),))
    >>> trace(changes, 2)
    3
    """
    return _map(changes, offset, lambda change: (change.clean_start, change.after, change.source_start, change.before))


def locate(changes: Sequence[Change], offset: int) -> int:
    """Where a character of the source text stands in the clean text; removed text leads to where it stood."""
    return _map(changes, offset, lambda change: (change.source_start, change.before, change.clean_start, change.after))


def _map(changes: Sequence[Change], offset: int, view: Callable[[Change], tuple[int, str, int, str]]) -> int:
    if changes and not isinstance(changes[0], Change):
        raise TypeError("trace and locate take the changes that `compose` makes of a ledger, not the ledger")
    # The last change that starts at or before the offset.
    index = bisect_right(changes, offset, key=lambda change: view(change)[0]) - 1
    if index < 0:
        return offset
    start, text, other_start, other_text = view(changes[index])
    if offset < start + len(text):
        return other_start
    return offset - (start + len(text)) + other_start + len(other_text)
