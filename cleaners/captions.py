"""Photo captions: extraction leaves one for every size of the picture; the article needs it once."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from cleaners.blocks import Block, blocks, plain, removal
from cleaners.document import Document
from cleaners.edits import Edit
from cleaners.knowledge import Knowledge
from cleaners.signs import signs

_SHORTEST_CAPTION = 20  # characters without the credit; what is shorter may be a label that stands twice with reason
_SHORTEST_COPY = 60  # of two lines side by side without a credit
_LONGEST_CREDIT = 80

_AGENCIES = """
    AAP AFP AGERPRES Alamy Anadolu ANP ANSA AP APA Belga Bloomberg BNS CFP CTK ČTK dpa DPA EFE ELTA EPA EPA-EFE Getty
    IANS imago IMAGO Keystone Kyodo Lehtikuva LETA LUSA Magnum MTI NTB NurPhoto PA PAP PTI Reuters REUTERS Ritzau
    Scanpix Shutterstock SIPA TASS UPI VCG Xinhua Yonhap ZUMA
"""
_KINDS = "Agency Images Media Photo Pictures Press Scanpix Wire"
_AGENCY = rf"(?:{'|'.join(_AGENCIES.split())})(?:\ (?:{'|'.join(_KINDS.split())}))?"
_LABEL = r"(?i:photo|photograph|picture|image|file\ photo|foto)(?i:\ by|\ credit|\ courtesy\ of)?"

# How agencies and papers sign a picture at the end of its caption.
_CREDIT = re.compile(
    rf"""\s (?:
      / (?: [^/\n]{{1,60}} / )? \s?{_AGENCY}                                         # /Ann Lee/Reuters
    | [\[(] (?: [^\[\]()\n]{{1,60}} [/,] \s? )? {_AGENCY} (?: \ via\ [^\[\]()\n]{{1,40}} )? [\])]   # [Ann Lee/AFP]
    | [\[(] {_LABEL} \s?:?\s [^\[\]()\n]{{1,60}} [\])]                               # (Photo: Ann Lee)
    | (?: AP\ Photo | REUTERS | AFP | EPA | dpa ) \s?/\s? [^/\n]{{1,60}}             # REUTERS/Ann Lee
    | {_LABEL} :\s [^\n]{{1,60}}                                                     # Photo: Ann Lee
    | (?<=[.!?]\s) {_AGENCY} (?: \ (?:via|/)\ {_AGENCY} )?                           # … on Monday. Getty Images
    )\s?\Z""",
    re.VERBOSE,
)

# Two characters that end a credit, unless it ends with a bracket, or with a name behind a colon or slash.
_ENDINGS = frozenset(word[-2:] for word in [*_AGENCIES.split(), *_KINDS.split()])
_BRACKETS = frozenset(")]")


def credit(line: str) -> str:
    """The credit that ends a caption, or "" where there is none.

    >>> credit("The prime minister, seen here on Monday. /Ann Lee/Reuters")
    '/Ann Lee/Reuters'
    >>> credit("She confirmed the report to Reuters")
    ''
    """
    tail = line[-80:].rstrip()
    if tail[-2:] not in _ENDINGS and tail[-1:] not in _BRACKETS and ":" not in tail and "/" not in tail:
        return ""
    match = _CREDIT.search(line, max(0, len(line) - 200))
    return match[0].strip() if match else ""


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
    for index in sorted({*signed, *_copies_side_by_side(lines)}):
        yield removal(document.text, lines[index], "caption/repeated")


def _signed_copies(lines: Sequence[Block]) -> Iterator[int]:
    """Copies of a line that some copy signs; those without the credit only beside another copy."""
    signed = [index for index, line in enumerate(lines) if credit(line.text)]
    if not signed:
        return
    copies: defaultdict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        if len(caption := _without_credit(line.text)) >= _SHORTEST_CAPTION:
            copies[caption].append(index)
    for first in signed:
        group = copies.pop(_without_credit(lines[first].text), [])
        beside = {neighbour for index in group for neighbour in (index - 1, index + 1)}
        yield from (index for index in group if 0 < index != first and (index in beside or credit(lines[index].text)))


def _copies_side_by_side(lines: Sequence[Block]) -> Iterator[int]:
    """Lines that stand again in the next, or start it, where prose is near and so no verse."""
    start = 0
    while start < len(lines):
        end, fullest = start + 1, start
        while end < len(lines) and _is_copy(lines[end], lines[fullest]):
            fullest = max(fullest, end, key=lambda index: lines[index].length)
            end += 1
        if end - start > 1 and (
            lines[fullest].is_prose
            or any(line.is_prose for line in (*lines[max(0, start - 2) : start], *lines[end : end + 2]))
        ):
            yield from (index for index in range(start, end) if 0 < index != fullest)
        start = end


def _is_copy(line: Block, other: Block) -> bool:
    """Whether one of two neighbours is the other, or its beginning; what is more may be the credit."""
    if line.text[0].casefold() != other.text[0].casefold():  # most neighbours, and cheap
        return False
    if min(line.length, other.length) < _SHORTEST_COPY or abs(line.length - other.length) > _LONGEST_CREDIT:
        return False
    shorter, longer = sorted((_bare(line.text), _bare(other.text)), key=len)
    return longer.startswith(shorter) and any(map(str.isalpha, shorter))  # not a row of dashes


def _bare(line: str) -> str:
    return " ".join(plain(line).casefold().split()).rstrip(" .…")


def _without_credit(line: str) -> str:
    return _bare(line.removesuffix(credit(line)))


def captions(text: str) -> tuple[str, ...]:
    """The captions that stand in a text, with their credits: lines that end with a credit."""
    return tuple(block.text for block in blocks(text) if credit(block.text)) if "credit" in signs(text) else ()
