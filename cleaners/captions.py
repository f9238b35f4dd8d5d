"""Photo captions: extraction leaves one for every size of the picture; the article needs it once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from cleaners.blocks import Block, blocks, plain, removals
from cleaners.credits import credit
from cleaners.document import Document
from cleaners.edits import Edit
from cleaners.knowledge import Knowledge
from cleaners.signs import signs

_SHORTEST_CAPTION = 20  # characters without the credit; what is shorter may be a label that stands twice with reason
_SHORTEST_COPY = 60  # of two lines side by side without a credit
_LONGEST_CREDIT = 80
_START = 20  # characters by which most lines differ


def remove_repeated_captions(document: Document, knowledge: Knowledge) -> Iterable[Edit]:  # noqa: ARG001  all cleaners are alike
    """All copies of a caption but one: the first that names its photographer, or the fullest of those side by side.

    A caption is known by its credit, or by standing twice in a row beside prose. Elsewhere the same words may be a
    refrain, a chant or the headline; the first line of a text always stays.

    >>> caption = "The port of Riga on Monday, seen from the river as the fog lifted\\n"
    >>> prose = "The harbour master said on Monday that she would not close the port to the ships.\\n"
    >>> [edit.before == caption for edit in remove_repeated_captions(Document(prose + caption * 3), Knowledge())]
    [True, True]
    >>> list(remove_repeated_captions(Document(caption * 3), Knowledge()))
    []
    """
    lines = blocks(document.text)
    signed = _signed_copies(lines) if "credit" in signs(document.text) else ()
    copies = (*signed, *_copies_side_by_side(lines))
    yield from removals(document.text, dict.fromkeys(copies, "caption/repeated"))


def _signed_copies(lines: Sequence[Block]) -> Iterator[int]:
    """Copies of a line that some copy signs; those without the credit only beside another copy."""
    signed = [index for index, line in enumerate(lines) if credit(line.text)]
    starts = {_bare(lines[index].text[:1]) for index in signed}
    copies: defaultdict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines if signed else ()):
        if _bare(line.text[:1]) in starts and len(caption := _without_credit(line.text)) >= _SHORTEST_CAPTION:
            copies[caption].append(index)
    for first in signed:
        group = copies.pop(_without_credit(lines[first].text), [])
        beside = {neighbour for index in group for neighbour in (index - 1, index + 1)}
        yield from (index for index in group if 0 < index != first and (index in beside or credit(lines[index].text)))


def _copies_side_by_side(lines: tuple[Block, ...]) -> list[int]:
    """Lines that stand again in the next, or start it, where prose is near and so no verse."""
    copies: list[int] = []
    end = 0
    for start in range(len(lines) - 1):
        if start < end or not _is_copy(lines[start + 1], lines[start]):
            continue
        end, fullest = start + 1, start
        while end < len(lines) and _is_copy(lines[end], lines[fullest]):
            fullest = max(fullest, end, key=lambda index: lines[index].length)
            end += 1
        if end - start > 1 and (
            lines[fullest].is_prose
            or any(line.is_prose for line in (*lines[max(0, start - 2) : start], *lines[end : end + 2]))
        ):
            copies += [index for index in range(start, end) if 0 < index != fullest]
    return copies


def _is_copy(line: Block, other: Block) -> bool:
    """Whether one of two neighbours is the other, or its beginning; what is more may be the credit."""
    if line.length < _SHORTEST_COPY or other.length < _SHORTEST_COPY:
        return False
    if abs(line.length - other.length) > _LONGEST_CREDIT or _start_apart(line.text, other.text):
        return False
    start, other_start = _bare(line.text[:_START]), _bare(other.text[:_START])
    if not (start.startswith(other_start) or other_start.startswith(start)):
        return False
    shorter, longer = sorted((_bare(line.text), _bare(other.text)), key=len)
    return longer.startswith(shorter) and any(map(str.isalpha, shorter))  # not a row of dashes


def _start_apart(line: str, other: str) -> bool:
    """Whether two lines surely start otherwise, as most neighbours do, which is cheap to see.

    >>> _start_apart("The port", "The sea"), _start_apart("The port", "THE PORT"), _start_apart("A “b", 'A "b')
    (True, False, False)
    """
    for place in range(min(_START, len(line), len(other))):
        this, that = line[place], other[place]
        if this != that:
            folded, other_folded = this.casefold(), that.casefold()
            are_plain = this.isascii() and this.isalnum() and that.isascii() and that.isalnum()
            return folded != other_folded and (place == 0 or are_plain)
    return False


def _bare(line: str) -> str:
    return " ".join(plain(line).casefold().split()).rstrip(" .…")


def _without_credit(line: str) -> str:
    return _bare(line.removesuffix(credit(line)))


def captions(text: str) -> tuple[str, ...]:
    """The captions that stand in a text, with their credits: lines that end with a credit."""
    return tuple(block.text for block in blocks(text) if credit(block.text)) if "credit" in signs(text) else ()
