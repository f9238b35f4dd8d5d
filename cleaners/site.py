"""What a site repeats: lines that stand on enough of its documents are page furniture without any rule.

Documents are counted in shards, each apart, and the counts are merged; so order and number of workers do not matter. A
line counts once for all versions of one article, and what repeats inside one document counts once, too.
"""

import heapq
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cleaners.blocks import Block, blocks, edges, plain, removals
from cleaners.document import Document
from cleaners.edits import Edit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cleaners.knowledge import Knowledge

_FEWEST_DOCUMENTS = 3  # of a site that must have a line
_SHARE_AT_EDGE = 0.8  # of a short line's places; "Ingredients" between paragraphs is a heading, however often it stands
_SHORT = 40  # characters
_LONGEST_LINE = 1_000
_DIGITS = re.compile(r"\d+")
_SENTENCE_END = re.compile(r"[.!?…。！？]\s+|[。！？\n]")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ANY_LINE = ""  # counted once for each document


def site_of(document: Document) -> str:
    """The site of a document: the host of its address or, where none is known, the folder that it came from.

    >>> from cleaners.document import Metadata
    >>> site_of(Document("", "a/1.txt", "in/a/1.txt", Metadata(url="https://news.example/1")))
    'news.example'
    >>> site_of(Document("", "a/1.txt", "in/a/1.txt"))
    'in/a'
    """
    known = document.metadata
    host = known.site or (urlsplit(known.url).hostname if known.url else None)
    return host or (document.source or document.id).rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class SiteLines:
    """On how many documents a site's lines stand; those that stand on few are left out."""

    n_documents: Mapping[int, int] = field(default_factory=dict)  #: by key of site and line
    n_at_edge: Mapping[int, int] = field(default_factory=dict)  #: the same for places at the edge of the text

    def __bool__(self) -> bool:
        return bool(self.n_documents)

    def has(self, site: str, line: Block) -> bool:
        """Whether a site repeats the line on enough of its documents.

        Three documents are enough of five, ten of a hundred, a hundred of ten thousand: what stands on so many pages
        was not written for one of them. Of a short line, most places must be at the edge of the text.
        """
        n = self.n_documents.get(key := _key(site, line.text), 0)
        if n < _FEWEST_DOCUMENTS or n * n < self.n_documents.get(_key(site, _ANY_LINE), 0):
            return False
        return line.length >= _SHORT or self.n_at_edge.get(key, 0) >= _SHARE_AT_EDGE * n


def survey(documents: Iterable[Document]) -> "NDArray[np.uint64]":
    """The lines of some documents, to be merged with those of others.

    Returns:
        Rows of three numbers, each row once: a line of a site, an article that has it, and whether at its edge.
    """
    import numpy as np  # a tenth of a second, which a single text need not pay

    rows: set[tuple[int, int, int]] = set()
    for document in map(Document.without_furniture, documents):
        site, lines = site_of(document), blocks(document.text)
        if not lines:
            continue
        article = _article(document.text)
        rows.add((_key(site, _ANY_LINE), article, 0))
        first, behind = edges(lines)
        for index, line in enumerate(lines):
            if len(line.text) <= _LONGEST_LINE:
                key = _key(site, line.text)
                rows.add((key, article, 0))
                if index < first or index >= behind:
                    rows.add((key, article, 1))
    return np.array(sorted(rows), dtype=np.uint64).reshape(-1, 3)


def merge(surveys: Iterable["NDArray[np.uint64]"]) -> SiteLines:
    """What the sites repeat, from the surveys of all shards in any order."""
    import numpy as np

    rows = np.unique(np.concatenate([np.empty((0, 3), np.uint64), *surveys]), axis=0)
    n_documents, n_at_edge = (
        {
            int(key): int(count)
            for key, count in zip(*np.unique(rows[rows[:, 2] == at_edge, 0], return_counts=True), strict=True)
            if count >= _FEWEST_DOCUMENTS
        }
        for at_edge in (0, 1)
    )
    return SiteLines(n_documents, n_at_edge)


def remove_site_lines(document: Document, knowledge: "Knowledge") -> Iterable[Edit]:
    """Lines that the document's site repeats over its documents; one line above the article always stays, as its title.

    >>> from cleaners.knowledge import Knowledge
    >>> def page(story):
    ...     prose = f"The town of {story} has a new mayor, who was elected on Sunday."
    ...     return Document(f"{story}\\n{prose}\\nWrite to us!\\n")
    >>> site_lines = merge([survey([page("Riga"), page("Tartu")]), survey([page("Vilnius")])])
    >>> [edit.before for edit in remove_site_lines(page("Riga"), Knowledge(site_lines=site_lines))]
    ['Write to us!\\n']
    """
    if not knowledge.site_lines:
        return
    site, lines = site_of(document), blocks(document.text)
    first, _ = edges(lines)
    taken = [index for index, line in enumerate(lines) if knowledge.site_lines.has(site, line)]
    if first and taken[:first] == list(range(first)):
        taken.remove(0)
    yield from removals(document.text, dict.fromkeys(taken, "site/repeated-line"))


def _article(text: str) -> int:
    """A number that versions of an article have in common, and other articles do not.

    The hashes of two of its sentences, drawn so that long ones are likelier: two texts draw the same two with about the
    square of the share of text that they have in common. Source: A. Broder, On the resemblance and containment of
    documents (1997); the weights are those of S. Ioffe, Improved consistent sampling (2010).
    """
    drawn = [
        (-math.log((_hash(sentence) + 1) / 2**64) / len(sentence), sentence)
        for sentence in set(_SENTENCE_END.split(text))
        if sentence
    ]
    return _hash("\n".join(sentence for _, sentence in heapq.nsmallest(2, drawn)))


def _key(site: str, line: str) -> int:
    """A number for a line of a site; "12 comments" and "9 comments" are one line, dates and mere figures are not."""
    line = plain(line).casefold()
    if any(map(str.isalpha, line)) and not _YEAR.search(line):
        line = _DIGITS.sub("0", line)
    return _hash(f"{site}\0{line}")


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
