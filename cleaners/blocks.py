"""Text as blocks: its lines, the unit that page furniture is judged on."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from cleaners.edits import Edit
from cleaners.recent import Recent
from cleaners.signs import known_signs

# A sentence ends here, whatever quotation mark or bracket closes behind it.
_SENTENCE_END = re.compile(r"""[.!?…。！？।۔؟][\s"'”’»)\]」』]*\Z""")
_STOPS, _CLOSING = frozenset(".!?…。！？।۔؟"), frozenset("'\"”’»)]」』")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_NO_WIDE_START = bytes(byte for byte in range(256) if byte not in range(0xE3, 0xEE))  # in UTF-8
_STRAIGHT = tuple(zip("‘’‚‛“”„‟\u00a0\u202f", "''''\"\"\"\"  ", strict=True))

_PROSE_LENGTH = 60  # characters; a line as short as that is more often a heading, a label or a prompt
_WIDE_FACTOR = 3  # one Han, Kana or Hangul character says about as much as three letters


class Block:
    """A line that is not blank."""

    __slots__ = ("is_prose", "length", "text")

    def __init__(self, text: str, length: int) -> None:
        self.text = text  #: without surrounding white space
        self.length = length  #: characters; one of Han, Kana or Hangul counts as several
        #: whether the line is as long as a sentence and ends like one
        self.is_prose = length >= _PROSE_LENGTH and ends_sentence(text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Block) and self.text == other.text

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
    if not _may_be_wide(line):
        return len(line)
    return len(line) + (_WIDE_FACTOR - 1) * sum(map(len, _WIDE.findall(line)))


def _may_be_wide(text: str) -> bool:
    return not text.isascii() and bool(text.encode("utf-8", "surrogatepass").translate(None, _NO_WIDE_START))


def blocks(text: str) -> tuple[Block, ...]:
    """All lines that are not blank, in order.

    >>> [(line.text, line.length) for line in blocks("Paris\\n\\n\u5df4\u9ece\\n")]
    [('Paris', 5), ('\u5df4\u9ece', 6)]
    """
    known = _recent.get(text)
    return known if known is not None else _recent.remember(text, tuple(_found(text)))


_recent = Recent[tuple[Block, ...]]()


def _found(text: str) -> list[Block]:
    bare: list[str] = []
    starts: list[int] = []
    start = 0
    for line in text.split("\n"):
        if stripped := line.strip():
            bare.append(stripped)
            starts.append(start)
        start += len(line) + 1
    _recent_starts.remember(text, starts)
    signs = known_signs(text)
    if _may_be_wide(text) if signs is None else "wide" in signs:
        return [Block(line, wide_length(line)) for line in bare]
    return [Block(line, len(line)) for line in bare]


def removals(text: str, rules: Mapping[int, str]) -> Iterator[Edit]:
    """The edits that take whole lines away, their line ends included.

    Args:
        text: whose lines they are.
        rules: for the index of each line that goes, what says so.

    >>> [edit.before for edit in removals("Paris\\n\\nRome\\nRiga", {1: "tools/label", 2: "tools/label"})]
    ['Rome\\n', 'Riga']
    """
    if rules:
        starts = _starts(text)
        for index in sorted(rules):
            start = starts[index]
            end = text.find("\n", start) + 1 or len(text)
            yield Edit(start, text[start:end], "", rules[index])


def remember_rest(text: str, source: str, edits: Iterable[Edit]) -> None:
    """Have the lines of a text known that is left of another, without looking at each of them again.

    Args:
        text: what is left.
        source: of this.
        edits: that took whole lines, or white space round lines, and nothing else.
    """
    gone = {edit.start for edit in edits if not edit.before.isspace()}
    rest = blocks(source)
    if gone:
        starts = _starts(source)
        rest = tuple([block for index, block in enumerate(rest) if starts[index] not in gone])
    _recent.remember(text, rest)


def _starts(text: str) -> list[int]:
    """Where each line that is not blank starts."""
    known = _recent_starts.get(text)
    if known is not None:
        return known
    found: list[int] = []
    start = 0
    for line in text.split("\n"):
        if line and not line.isspace():
            found.append(start)
        start += len(line) + 1
    return _recent_starts.remember(text, found)


_recent_starts = Recent[list[int]]()


def plain(line: str) -> str:
    """The line as patterns see it: quotation marks straight, spaces ordinary, every offset as before."""
    if not line.isascii():
        for mark, straight in _STRAIGHT:  # many times as fast as to translate
            line = line.replace(mark, straight)
    return line


def edges(lines: Sequence[Block], but: Collection[int] = ()) -> tuple[int, int]:
    """Where the body of the article lies.

    Args:
        lines: those of the text.
        but: indices of lines that do not count as prose.

    Returns:
        Index of the first line of prose, and index behind the last; lines before and behind are at the edge. A text
        without prose, such as a poem or a list, has no edge: `(0, len(lines))`.
    """
    first = next((index for index, line in enumerate(lines) if line.is_prose and index not in but), None)
    if first is None:
        return 0, len(lines)
    behind = len(lines)
    while not lines[behind - 1].is_prose or behind - 1 in but:
        behind -= 1
    return first, behind
