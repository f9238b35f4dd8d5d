"""Text as blocks: its lines, the unit that page furniture is judged on."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from cleaners.edits import Edit

# A sentence ends here, whatever quotation mark or bracket closes behind it.
_SENTENCE_END = re.compile(r"""[.!?…。！？।۔؟][\s"'”’»)\]」』]*\Z""")
_STOPS, _CLOSING = frozenset(".!?…。！？।۔؟"), frozenset("'\"”’»)]」』")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_NO_WIDE_START = bytes(byte for byte in range(256) if byte not in range(0xE3, 0xEE))  # in UTF-8
_NOT_STRAIGHT = re.compile("[‘’‚‛“”„‟\u00a0\u202f]")
_STRAIGHT = str.maketrans("‘’‚‛“”„‟\u00a0\u202f", "''''\"\"\"\"  ")

_PROSE_LENGTH = 60  # characters; a line as short as that is more often a heading, a label or a prompt
_LONGEST_REMEMBERED = 2_000  # characters
_WIDE_FACTOR = 3  # one Han, Kana or Hangul character says about as much as three letters


class Block(NamedTuple):
    """A line that is not blank."""

    text: str  #: without surrounding white space
    length: int  #: characters; one of Han, Kana or Hangul counts as several
    is_prose: bool  #: whether the line is as long as a sentence and ends like one

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
    if line.isascii() or not line.encode("utf-8", "surrogatepass").translate(None, _NO_WIDE_START):
        return len(line)
    return len(line) + (_WIDE_FACTOR - 1) * len(_WIDE.findall(line))


@lru_cache(maxsize=4)  # several cleaners ask about the same text
def blocks(text: str) -> tuple[Block, ...]:
    """All lines that are not blank, in order.

    >>> [(line.text, line.length) for line in blocks("Paris\\n\\n\u5df4\u9ece\\n")]
    [('Paris', 5), ('\u5df4\u9ece', 6)]
    """
    lines = text.split("\n")
    if max(map(len, lines)) > _LONGEST_REMEMBERED:
        return tuple([block for line in lines if line and (block := _block(line))])
    return tuple([block for line in lines if line and (block := _remembered(line))])


def _block(line: str) -> Block | None:
    line = line.strip()
    length = wide_length(line)
    return Block(line, length, length >= _PROSE_LENGTH and ends_sentence(line)) if line else None


_remembered = lru_cache(maxsize=1 << 14)(_block)  # when some lines of a text go, the others are as they were


def removals(text: str, rules: Mapping[int, str]) -> Iterator[Edit]:
    """The edits that take whole lines away, their line ends included.

    Args:
        text: whose lines they are.
        rules: for the index of each line that goes, what says so.

    >>> [edit.before for edit in removals("Paris\\n\\nRome\\nRiga", {1: "tools/label", 2: "tools/label"})]
    ['Rome\\n', 'Riga']
    """
    index, end = 0, 0
    for line in text.split("\n") if rules else ():
        start, end = end, end + len(line) + 1
        if line and not line.isspace():
            if rule := rules.get(index):
                yield Edit(start, text[start:end], "", rule)
            index += 1


def plain(line: str) -> str:
    """The line as patterns see it: quotation marks straight, spaces ordinary, every offset as before."""
    return line if line.isascii() or not _NOT_STRAIGHT.search(line) else line.translate(_STRAIGHT)


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
