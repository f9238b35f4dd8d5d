"""Before and after, side by side: the source text in rows, each line with what became of it and which edits did it."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from cleaners.edits import Edit, Ledger


@dataclass(slots=True)
class Span:
    """Characters of the source text and what stands in their place; without edits they are as they were."""

    before: str
    after: str
    edits: tuple[Edit, ...] = ()
    number: int = 0  #: what a mark and its other side have in common

    @property
    def rules(self) -> Iterable[str]:
        """Every rule that had a part in it, in order."""
        return dict.fromkeys(edit.rule for edit in self.edits)

    def split(self, at: int) -> "Span":
        """Keep what lies before `at` and give back the rest; only for a span without edits."""
        rest = Span(self.before[at:], self.after[at:])
        self.before, self.after = self.before[:at], self.after[:at]
        return rest


# A line with the blank lines behind it; long ones in pieces, so that splitting costs no more than a piece.
_LINE = re.compile(r"[^\n]{1,2000}\n{0,99}|\n{1,99}")


def spans(source: str, ledger: Ledger) -> list[Span]:
    """The source text in spans, no longer than a line, each with its edits.

    `cleaners.edits.compose` joins all edits that touch: three lines that three rules took, and the blank lines between
    them that a fourth took later, are one change. A reader asks of each line which rule it was: here they stay apart.

    Edits are taken from the last to the first, since what lies before an edit keeps its offsets. `left` holds the spans
    still to be edited, `right`, reversed, those that are done; `end` is where `left` ends.
    """
    left = [Span(piece, piece) for piece in _LINE.findall(source)]
    end = len(source)
    for step in ledger:
        right: list[Span] = []
        for edit in reversed(step.edits):
            while left and end - len(left[-1].after) >= edit.end:
                right.append(left.pop())
                end -= len(right[-1].after)
            if end > edit.end and not left[-1].edits:
                right.append(left[-1].split(edit.end - end))
                end = edit.end
            suffix = left[-1].after[edit.end - end :] if end > edit.end else ""
            edited: list[Span] = []
            while end > edit.start:
                edited.append(left.pop())
                end -= len(edited[-1].after)
                if end < edit.start and not edited[-1].edits:
                    left.append(edited.pop())
                    edited.append(left[-1].split(edit.start - end))
                    end = edit.start
            prefix = edited[-1].after[: edit.start - end] if edited else ""
            for span in edited:
                if span.after:
                    span.after = ""
                    span.edits += (edit,)
            host = edited.pop() if edited else Span("", "", (edit,))
            host.after = prefix + edit.after + suffix
            right += edited
            left.append(host)
            end += len(host.after)
        left += reversed(right)
        end = sum(len(span.after) for span in left)
    for number, span in enumerate(left):
        span.number = number
    return left


@dataclass(slots=True)
class Row:
    """Lines of the source text and the lines they became, side by side."""

    spans: list[Span] = field(default_factory=list)

    @property
    def before(self) -> str:
        """The lines of the source text."""
        return "".join(span.before for span in self.spans)

    @property
    def kind(self) -> Literal["same", "gone", ""]:
        """Whether nothing changed here, or nothing stayed."""
        if not any(span.edits for span in self.spans):
            return "same"
        return "" if any(span.after for span in self.spans) else "gone"

    @property
    def rules(self) -> Counter[str]:
        """How many edits of each rule left a mark here."""
        return Counter(edit.rule for edit in dict.fromkeys(edit for span in self.spans for edit in span.edits))


def rows(source: str, ledger: Ledger) -> Iterator[Row]:
    """Both texts in rows; a row ends where a line and the blank lines behind it end on both sides at once."""
    row = Row()
    before_ends = after_ends = True
    for span in spans(source, ledger):
        if row.spans and before_ends and after_ends and (span.before + span.after).strip("\n"):
            yield row
            row = Row()
        row.spans.append(span)
        before_ends = span.before.endswith("\n") if span.before else before_ends
        after_ends = span.after.endswith("\n") if span.after else after_ends
    if row.spans:
        yield row
