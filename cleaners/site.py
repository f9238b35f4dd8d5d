"""What a site repeats: lines that stand on enough of its documents are page furniture without any rule.

Documents are counted in shards, each apart, and the counts are merged; so order and number of workers do not matter. A
line counts once for all versions of one article, and what repeats inside one document counts once, too.
"""

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit
from zlib import crc32

from cleaners.blocks import Block, blocks, edges, ends_sentence, plain, removals
from cleaners.document import Document
from cleaners.edits import Edit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from cleaners.knowledge import Knowledge

_FEWEST_DOCUMENTS = 3  # of a site that must have a line
_SHARE_AT_EDGE = 0.8  # of a short line's places; "Ingredients" between paragraphs is a heading, however often it stands
_USUAL = 0.5  # of a site's documents
_SHORT = 40  # characters
_LONGEST_LINE = 1_000
_DIGITS = re.compile(r"\d+")
_SENTENCE_ENDS = (". ", "! ", "? ", "… ", "。", "！", "？")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ROWS_AT_ONCE = 300_000
_RANGE_BITS = 16  # the first of a key, in whose order surveys are
_N_BINS = 1 << 21  # so many more than rows that few lines share one
_PARTS_AT_ONCE = 2  # to sort them lets other threads go on
_ANY_LINE = ""  # counted once for each document
USUAL = 4  # among the marks of a line
AT_EDGE, BETWEEN = 1, 2  # where a document has a line


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


class SiteLines(NamedTuple):
    """What sites repeat: three documents are enough of five, ten of a hundred, a hundred of ten thousand.

    What stands on so many pages was not written for one of them.
    """

    anywhere: frozenset[int] = frozenset()  #: keys of the lines that are repeated
    at_edge: frozenset[int] = frozenset()  #: those of which most places are at the edge of the text
    usual: frozenset[int] = frozenset()  #: those that at least half of the site's documents have
    sites: frozenset[int] = frozenset()  #: the sites that have such lines, by the key of any line

    def __bool__(self) -> bool:
        return bool(self.anywhere)

    def has(self, site: str, line: Block) -> bool:
        """Whether a site repeats the line; of a short line, most places must be at the edge of the text."""
        key = key_of_line(site, line.text)
        return key in self.anywhere and (line.length >= _SHORT or key in self.at_edge)

    def is_usual(self, site: str, line: Block) -> bool:
        """Whether at least half of the documents of a site have the line."""
        return key_of_line(site, line.text) in self.usual

    def marks(self, keys: "NDArray[np.uint64]") -> "NDArray[np.uint8]":
        """What is known of some lines, by their keys: 1 if its site repeats it, 2 more at the edge, `USUAL` more."""
        import numpy as np

        marks = np.zeros(len(keys), np.uint8)
        if self.anywhere:
            known, marks_of_known = _marked(self)
            places = known.searchsorted(keys)
            is_known = known.take(places, mode="clip") == keys
            marks[is_known] = marks_of_known[places[is_known]]
        return marks


@lru_cache(maxsize=1)
def _marked(site_lines: SiteLines) -> "tuple[NDArray[np.uint64], NDArray[np.uint8]]":
    """The lines that sites repeat, in order, with their marks."""
    import numpy as np

    keys = sorted(site_lines.anywhere)
    marks = [1 + 2 * (key in site_lines.at_edge) + USUAL * (key in site_lines.usual) for key in keys]
    return np.array(keys, np.uint64), np.array(marks, np.uint8)


def survey(documents: Iterable[Document]) -> "NDArray[np.uint64]":
    """The lines of some documents, to be merged with those of others.

    Returns:
        Rows of four numbers in order, each row once: a line of a site, an article that has it, whether at its edge
        (`AT_EDGE`) or only as prose between prose (`BETWEEN`), and the line that stands for any line of the site.
    """
    import numpy as np  # a tenth of a second, which a single text need not pay

    rows: set[tuple[int, int, int, int]] = set()
    for document in map(Document.without_furniture, documents):
        site, lines = site_of(document), blocks(document.text)
        if not lines:
            continue
        article, any_line = _article(document.text), _key(site, _ANY_LINE)
        rows.add((any_line, article, 0, any_line))
        first, behind = edges(lines)
        bare = [line for line in map(str.strip, folded(document.text).split("\n")) if line]
        keys = [_key(site, line) if len(line) <= _LONGEST_LINE else any_line for line in bare]
        at_edge = {*keys[:first], *keys[behind:]} - {any_line}
        between, elsewhere = set[int](), {any_line}
        for index, key in enumerate(keys):
            (between if first < index < behind - 1 and lines[index].is_prose else elsewhere).add(key)
        between -= elsewhere
        places = [AT_EDGE if key in at_edge else BETWEEN if key in between else 0 for key in keys]
        rows.update([(key, article, place, any_line) for key, place in zip(keys, places, strict=True)])
    return np.array(sorted(rows), dtype=np.uint64).reshape(-1, 4)


def in_ranges(surveys: "NDArray[np.uint64]") -> "NDArray[np.uint64]":
    """The rows of several surveys, one after the other, in an order in which `merge` can go through them."""
    import numpy as np

    ranges = (surveys[:, 0] >> np.uint64(64 - _RANGE_BITS)).astype(np.uint16)  # so small that to sort them is to count
    return surveys.take(np.argsort(ranges, kind="stable"), 0)


def merge(surveys: "Iterable[NDArray[np.uint64]]") -> SiteLines:
    """What the sites repeat, from the surveys of all shards in any order.

    The lines are gone through in ranges of their keys, so that the surveys may be larger than memory.

    Args:
        surveys: as `survey` or `in_ranges` gives them.
    """
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    surveys = list(surveys)
    n_parts = min(sum(map(len, surveys)) // _ROWS_AT_ONCE + 1, 1 << _RANGE_BITS)
    bounds = [(part << _RANGE_BITS) // n_parts << (64 - _RANGE_BITS) for part in range(1, n_parts)]
    cuts = [[0, *np.searchsorted(rows[:, 0], np.array(bounds, np.uint64)), len(rows)] for rows in surveys]
    n_articles: dict[int, int] = {}  # by the key of any line of a site

    def repeated(part: int) -> "tuple[NDArray[Any], ...]":
        """Key, number of articles, of those at an edge, and key of any line."""
        rows = _frequent([rows[cut[part] : cut[part + 1]] for rows, cut in zip(surveys, cuts, strict=True)])
        keys, counts, any_line = _counted(rows)
        keys_at_edge, counts_at_edge, _ = _counted(rows[rows[:, 2] == AT_EDGE])
        n_at_edge = np.zeros_like(counts)
        n_at_edge[np.searchsorted(keys, keys_at_edge)] = counts_at_edge
        is_any = keys == any_line
        n_articles.update(zip(keys[is_any].tolist(), counts[is_any].tolist(), strict=True))
        enough = (counts >= _FEWEST_DOCUMENTS) & ~is_any
        return keys[enough], counts[enough], n_at_edge[enough], any_line[enough]

    with ThreadPoolExecutor(_PARTS_AT_ONCE) as pool:
        found = list(pool.map(repeated, range(n_parts)))
    anywhere: set[int] = set()
    at_edge: set[int] = set()
    usual: set[int] = set()
    sites: set[int] = set()
    for columns in found:
        for key, n, n_edge, site in zip(*(column.tolist() for column in columns), strict=True):
            if n * n >= n_articles[site]:
                anywhere.add(key)
                sites.add(site)
                if n_edge >= _SHARE_AT_EDGE * n:
                    at_edge.add(key)
                if n >= _USUAL * n_articles[site]:
                    usual.add(key)
    return SiteLines(frozenset(anywhere), frozenset(at_edge), frozenset(usual), frozenset(sites))


def _frequent(parts: "list[NDArray[np.uint64]]") -> "NDArray[np.uint64]":
    """The rows of surveys whose line stands in enough of them, and a few others; most lines stand in one."""
    import numpy as np

    bins = [(rows[:, 0] & np.uint64(_N_BINS - 1)).view(np.int64) for rows in parts]
    n_rows = np.bincount(np.concatenate([np.empty(0, np.int64), *bins]), minlength=_N_BINS)
    frequent = (rows[n_rows[some] >= _FEWEST_DOCUMENTS] for rows, some in zip(parts, bins, strict=True))
    return np.concatenate([np.empty((0, 4), np.uint64), *frequent])


def _counted(rows: "NDArray[np.uint64]") -> tuple["NDArray[np.uint64]", "NDArray[np.int64]", "NDArray[np.uint64]"]:
    """The lines of a survey, the number of articles that have each, and the line that stands for any of its site."""
    import numpy as np

    keys = rows[:, 0].copy()
    pairs = keys * np.uint64(0x9E3779B97F4A7C15) + rows[:, 1]  # a line and an article as one number
    order = np.argsort(pairs)
    places = order[_are_first(pairs[order])]
    places = places[np.argsort(keys[places])]
    starts = np.flatnonzero(_are_first(keys[places]))
    lines = rows[places[starts]]
    return lines[:, 0], np.diff(starts, append=len(places)), lines[:, 3]


def _are_first(ordered: "NDArray[np.uint64]") -> "NDArray[np.bool]":
    """Which of some numbers in order differ from the one before."""
    import numpy as np

    are_first = np.ones(len(ordered), np.bool)
    are_first[1:] = ordered[1:] != ordered[:-1]
    return are_first


def remove_site_lines(document: Document, knowledge: "Knowledge") -> Iterable[Edit]:
    """Lines that the document's site repeats over its documents.

    One line above the article always stays, as its title; so do sentences between those that only this article has, as
    several articles may tell the same background, unless at least half of them do.

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
    site = site_of(document)
    if _key(site, _ANY_LINE) not in knowledge.site_lines.sites:
        return
    lines = blocks(document.text)
    first, _ = edges(lines)
    taken = [index for index, line in enumerate(lines) if knowledge.site_lines.has(site, line)]
    if first and taken[:first] == list(range(first)):
        taken.remove(0)
    first, behind = edges(lines, frozenset(taken))
    inside = [index for index in taken if first <= index < behind and lines[index].is_prose]
    stay = {index for index in inside if not knowledge.site_lines.is_usual(site, lines[index])}
    yield from removals(document.text, dict.fromkeys(sorted({*taken} - stay), "site/repeated-line"))


def _article(text: str) -> int:
    """A number that versions of an article have in common, and other articles do not.

    The hashes of two of its sentences, drawn so that long ones are likelier: two texts draw the same two with about the
    square of the share of text that they have in common. Source: A. Broder, On the resemblance and containment of
    documents (1997); the weights are those of S. Ioffe, Improved consistent sampling (2010).
    """
    for end in _SENTENCE_ENDS:
        if end[0] in text:  # two characters take long to find
            text = text.replace(end, "\n")
    drawn = [
        (-math.log((crc32(sentence.encode("utf-8", "surrogatepass")) + 1) / 2**32) / len(sentence), sentence)
        for sentence in set(text.split("\n"))
        if sentence
    ]
    return _hash("\n".join([sentence for _, sentence in sorted(drawn)[:2]]))


def folded(text: str) -> str:
    """A text as its lines are compared: whatever their case and quotation marks."""
    return plain(text).casefold()


def key_of_line(site: str, line: str) -> int:
    """A number for a line of a site."""
    return _key(site, folded(line))


def _key(site: str, line: str) -> int:
    """A number for a folded line of a site.

    "12 comments" and "9 comments" are one; sentences, dates and mere figures that differ in a number are not.
    """
    if not ends_sentence(line) and _DIGITS.search(line) and any(map(str.isalpha, line)) and not _YEAR.search(line):
        line = _DIGITS.sub("0", line)
    return _hash(f"{site}\0{line}")


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
