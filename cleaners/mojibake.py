"""Mojibake: text that was decoded with the wrong encoding, repaired where the evidence is plain."""

import re
from collections.abc import Iterable

from cleaners.document import Document
from cleaners.edits import Edit, apply
from cleaners.knowledge import Knowledge

# A lead byte and a continuation byte of UTF-8 as Windows-1252 shows them.
_PAIR = re.compile(r"[\u00c2-\u00df][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")


def repair_mojibake(document: Document, knowledge: Knowledge) -> Iterable[Edit]:  # noqa: ARG001  all cleaners are alike
    """Letters of UTF-8 that were read as Windows-1252, inside or at the edge of a word in small letters.

    >>> repair("Dovil\u00c4\u2014 Sakaliene")
    'Dovilė Sakaliene'
    >>> repair("MACHAL\u00cd \u2014 The mayor said")
    'MACHALÍ — The mayor said'
    """
    text = document.text
    for match in _PAIR.finditer(text):
        try:
            meant = match[0].encode("cp1252").decode()
        except UnicodeError:
            continue
        neighbours = text[max(0, match.start() - 1) : match.start()] + text[match.end() : match.end() + 1]
        if meant.isalpha() and any(map(str.islower, neighbours)):
            yield Edit(match.start(), match[0], meant, "mojibake/windows-1252")


def repair(text: str) -> str:
    """The text with its mojibake repaired and nothing else changed."""
    return apply(text, repair_mojibake(Document(text), Knowledge()))
