"""Mojibake repaired by evidence: text that was decoded with the wrong encoding, and reads like "DovilÄ—".

Stretches that are valid UTF-8 when they are encoded back come first (`mojibake_stretches`), then letters that lost
bytes (`mojibake_losses`). Where that leaves a line suspect, ftfy reads it, too; its reading is taken if it is better.
"""

from collections.abc import Iterable

from cleaners.document import Document
from cleaners.edits import Edit, compose, smallest
from cleaners.knowledge import Knowledge
from cleaners.mojibake_encodings import is_suspect
from cleaners.mojibake_ways import repaired
from cleaners.signs import signs


def repair_mojibake(document: Document, knowledge: Knowledge) -> Iterable[Edit]:  # noqa: ARG001  all cleaners are alike
    """The repairs that a text needs, each as small as the damage, with a rule that names the encoding.

    >>> list(repair_mojibake(Document("Lithuania’s DovilÄ— Sakaliene"), Knowledge()))
    [Edit(start=17, before='Ä—', after='ė', rule='mojibake/windows-1252')]
    >>> list(repair_mojibake(Document("MACHALÍ — the RETWEET SE VOCÊ… of JOSÉ™"), Knowledge()))
    []
    """
    if "mojibake" not in signs(document.text):
        return ()
    _, steps = repaired(document.text)
    if len(steps) < 2:
        return steps[0].edits if steps else ()
    changes = compose(document.text, steps)
    return [smallest(change.source_start, change.before, change.after, change.rules[0]) for change in changes]


def repair(text: str) -> str:
    """The text with its mojibake repaired and nothing else touched.

    >>> repair("Lithuania’s Defense Minister DovilÄ— Sakaliene warned")
    'Lithuania’s Defense Minister Dovilė Sakaliene warned'
    """
    return repaired(text)[0] if is_suspect(text) else text
