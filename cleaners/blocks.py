"""Text as blocks: its lines with their offsets, the unit that page furniture is judged on."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from cleaners.edits import Edit

# A sentence ends here, whatever quotation mark or bracket closes behind it.
_SENTENCE_END = re.compile(r"""[.!?…。！？।۔؟][\s"'”’»)\]」』]*\Z""")
_STOPS, _CLOSING = frozenset(".!?…。！？।۔؟"), frozenset("'\"”’»)]」』")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NOT_STRAIGHT = re.compile("[‘’‚‛“”„‟\u00a0\u202f]")
_STRAIGHT = str.maketrans("‘’‚‛“”„‟\u00a0\u202f", "''''\"\"\"\"  ")

_PROSE_LENGTH = 60  # characters; a line as short as that is more often a heading, a label or a prompt
_WIDE_FACTOR = 3  # one Han, Kana or Hangul character says about as much as three letters


class Block(NamedTuple):
    """A line that is not blank."""

    text: str  #: without surrounding white space
    start: int  #: offset of the line in the text
    end: int  #: offset behind the line and its line end
    length: int  #: characters; one of Han, Kana or Hangul counts as several

    @property
    def is_prose(self) -> bool:
        """Whether the line is as long as a sentence and ends like one.

        >>> text = "Ministers meet\\nThe ministers met in Paris on Tuesday to talk about the security of Ukraine."
        >>> [line.is_prose for line in blocks(text)]
        [False, True]
        """
        return self.length >= _PROSE_LENGTH and self.ends_sentence

    @property
    def ends_sentence(self) -> bool:
        """Whether the last character is a full stop or the like, whatever closes behind it."""
        return ends_sentence(self.text)


def ends_sentence(line: str) -> bool:
    """Whether the last character is a full stop or the like, whatever closes behind it."""
    last = line[-1:]
    return bool(last) and (
        last in _STOPS or (last in _CLOSING and _SENTENCE_END.search(line, max(0, len(line) - 8)) is not None)
    )


def wide_length(line: str) -> int:
    """Characters; one of Han, Kana or Hangul counts as several."""
    return len(line) if line.isascii() else _wide_length(line)


@lru_cache(maxsize=1 << 12)  # a line is asked about again when others have gone
def _wide_length(line: str) -> int:
    return len(line) + (_WIDE_FACTOR - 1) * len(_WIDE.findall(line))


@lru_cache(maxsize=4)  # several cleaners ask about the same text
def blocks(text: str) -> tuple[Block, ...]:
    """All lines that are not blank, in order.

    >>> [(line.text, line.length) for line in blocks("Paris\\n\\n\u5df4\u9ece\\n")]
    [('Paris', 5), ('\u5df4\u9ece', 6)]
    """
    found: list[Block] = []
    end = 0
    for line in text.split("\n"):
        start, end = end, end + len(line) + 1
        if line := line.strip():
            found.append(Block(line, start, end, wide_length(line)))
    if found and found[-1].end > len(text):
        found[-1] = found[-1]._replace(end=len(text))
    return tuple(found)


def removal(text: str, block: Block, rule: str) -> Edit:
    """The edit that takes the whole line away, its line end included."""
    return Edit(block.start, text[block.start : block.end], "", rule)


def plain(line: str) -> str:
    """The line as patterns see it: quotation marks straight, spaces ordinary, every offset as before."""
    return line.translate(_STRAIGHT) if _NOT_STRAIGHT.search(line) else line


def edges(lines: Sequence[Block], but: Collection[int] = ()) -> tuple[int, int]:
    """Where the body of the article lies.

    Args:
        lines: those of the text.
        but: indices of lines that do not count as prose.

    Returns:
        Index of the first line of prose, and index behind the last; lines before and behind are at the edge. A text
        without prose, such as a poem or a list, has no edge: `(0, len(lines))`.
    """
    n = len(lines)
    first = next((index for index in range(n) if lines[index].is_prose and index not in but), None)
    if first is None:
        return 0, n
    return first, next(index + 1 for index in reversed(range(n)) if lines[index].is_prose and index not in but)
