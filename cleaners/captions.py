"""Photo captions: extraction leaves one for every size of the picture; the article needs it once."""

import re
from collections import defaultdict
from collections.abc import Iterable

from cleaners.blocks import blocks, plain, removal
from cleaners.document import Document
from cleaners.edits import Edit
from cleaners.knowledge import Knowledge

_SHORTEST_CAPTION = 20  # characters without the credit; what is shorter may be a label that stands twice with reason

_AGENCIES = """
    AAP AFP AGERPRES Alamy Anadolu ANP ANSA AP APA Belga Bloomberg BNS CFP CTK ČTK dpa DPA EFE ELTA EPA EPA-EFE Getty
    IANS imago IMAGO Keystone Kyodo Lehtikuva LETA LUSA Magnum MTI NTB NurPhoto PA PAP PTI Reuters REUTERS Ritzau
    Scanpix Shutterstock SIPA TASS UPI VCG Xinhua Yonhap ZUMA
"""
_AGENCY = rf"(?:{'|'.join(_AGENCIES.split())})(?:\ (?:Agency|Images|Media|Photo|Pictures|Press|Scanpix|Wire))?"
_LABEL = r"(?i:photo|photograph|picture|image|file\ photo|foto)(?i:\ by|\ credit|\ courtesy\ of)?"

# How agencies and papers sign a picture at the end of its caption.
_CREDIT = re.compile(
    rf"""(?:
      \s/ (?: [^/\n]{{1,60}} / )? \s?{_AGENCY}                                       # /Ann Lee/Reuters
    | \s[\[(] (?: [^\[\]()\n]{{1,60}} [/,] \s? )? {_AGENCY} (?: \ via\ [^\[\]()\n]{{1,40}} )? [\])]   # [Ann Lee/AFP]
    | \s[\[(] {_LABEL} \s?:?\s [^\[\]()\n]{{1,60}} [\])]                             # (Photo: Ann Lee)
    | \s(?: AP\ Photo | REUTERS | AFP | EPA | dpa ) \s?/\s? [^/\n]{{1,60}}           # REUTERS/Ann Lee
    | \s{_LABEL} :\s [^\n]{{1,60}}                                                   # Photo: Ann Lee
    | (?<=[.!?])\s {_AGENCY} (?: \ (?:via|/)\ {_AGENCY} )?                           # … on Monday. Getty Images
    )\s?\Z""",
    re.VERBOSE,
)


def credit(line: str) -> str:
    """The credit that ends a caption, or "" where there is none.

    >>> credit("The prime minister, seen here on Monday. /Ann Lee/Reuters")
    '/Ann Lee/Reuters'
    >>> credit("She confirmed the report to Reuters")
    ''
    """
    match = _CREDIT.search(line, max(0, len(line) - 200))
    return match[0].strip() if match else ""


def remove_repeated_captions(document: Document, knowledge: Knowledge) -> Iterable[Edit]:  # noqa: ARG001  all cleaners are alike
    """All copies of a caption but the first that names its photographer.

    A caption is known by its credit. A copy without one goes only beside another copy, since elsewhere the same words
    may be a refrain or the headline; the first line of a text always stays.
    """
    lines = blocks(document.text)
    signed = [index for index, line in enumerate(lines) if credit(line.text)]
    if not signed:
        return
    copies: defaultdict[str, list[int]] = defaultdict(list)
    for index, line in enumerate(lines):
        if len(caption := _without_credit(line.text)) >= _SHORTEST_CAPTION:
            copies[caption].append(index)
    repeated: list[int] = []
    for first in signed:
        group = copies.pop(_without_credit(lines[first].text), [])
        beside = {neighbour for index in group for neighbour in (index - 1, index + 1)}
        repeated += [index for index in group if 0 < index != first and (index in beside or credit(lines[index].text))]
    for index in sorted(repeated):
        yield removal(document.text, lines[index], "caption/repeated")


def _without_credit(line: str) -> str:
    return " ".join(plain(line.removesuffix(credit(line))).casefold().split()).rstrip(" .")


def captions(text: str) -> tuple[str, ...]:
    """The captions that stand in a text, with their credits: lines that end with a credit."""
    return tuple(block.text for block in blocks(text) if credit(block.text))
