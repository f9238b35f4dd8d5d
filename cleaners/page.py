"""What lies beyond the article on a page that came as plain text: menus above it, teasers and forms below.

Rules know such lines by their words; here it is their place that tells. It speaks only where rules have recognized a
crude page already: a list at the end of a clean article, a poem or a table is nobody's furniture.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from cleaners.blocks import Block, ends_sentence
from cleaners.credits import credit
from cleaners.ending import LINKS, end_of_article, is_link, is_long, words
from cleaners.metadata import holds_metadata, holds_source

_ENOUGH_EVIDENCE = 2  # lines of the page that rules recognized
_FEWEST_LINES = 4  # beyond the article on one side, or
_ENOUGH_BESIDE = 2  # lines recognized on that side
_ENOUGH_KNOWN = 3  # lines on that side that look like furniture, and
_KNOWN_SHARE = 0.3  # of all there, for them to be as good as recognized
_PARAGRAPH = 140  # characters of a sentence that a teaser seldom has
_WIDE_GAP = 10  # lines between two paragraphs
_VERY_WIDE_GAP = 30
_MUCH_PROSE = 0.1  # of all paragraphs, in what belongs to the article
_SHORTEST_SENTENCE = 20
_MOST_BETWEEN = 3  # lines that are no sentences, before the article goes on with
_ENOUGH = 4  # sentences in a row, of which one that is not short counts as two,
_ENOUGH_BELOW_LINK = 2  # or fewer
_WRAPPED_SHARE = 0.4  # of lines that are about as long as the longest: they were broken at a margin
_SHORTEST_TEASER, _LONGEST_TEASER = 35, 159  # characters
_CELLS = re.compile(r"\t|\s\|\s|:$")  # of a table, or what a list follows
_LINK = range(40, 160)  # characters
_ANNOUNCED = 0.25  # of a headline's words
_HEADLINE = range(20, 200)  # characters


def beyond_article(
    lines: Sequence[Block], recognized: Collection[int], known: Mapping[int, str], title: str | None
) -> set[int]:
    """Lines above the article and below it that belong to the page.

    What holds metadata, names a photographer or is the headline stays for the other cleaners.

    Args:
        lines: those of the text.
        recognized: which of them rules have taken.
        known: those and the others that look like furniture to a rule, by index, and the kind of furniture.
        title: what the source itself declared as its title.

    Returns:
        Indices of lines that rules have not taken.
    """
    if len(known) < _ENOUGH_EVIDENCE or _is_wrapped(lines):
        return set()
    end = end_of_article(lines, known)
    beyond = {index for index in range(end, len(lines)) if index not in recognized and not holds_source(lines[index])}
    recognized = {*recognized, *(index for index in known if index >= end)}
    paragraphs = [
        index
        for index, line in enumerate(lines[:end])
        if line.length >= _PARAGRAPH and (line.is_prose or is_long(line)) and index not in recognized
    ]
    if len(recognized) < _ENOUGH_EVIDENCE or len(paragraphs) < 2:
        return beyond
    first, last = _article(lines, paragraphs, recognized)
    first = _reach(lines, range(first, -1, -1), known)
    last = _reach(lines, range(last, end), known)
    for side in (range(first - 1, -1, -1), range(last + 1, len(lines))):  # from the article outwards
        is_full = sum([index in known for index in side]) >= max(_ENOUGH_KNOWN, _KNOWN_SHARE * len(side))
        marks = known if is_full else recognized
        side = side[next((n for n, index in enumerate(side) if index in marks), len(side)) :]
        if len(side) >= _FEWEST_LINES or sum([index in marks for index in side]) >= _ENOUGH_BESIDE:
            beyond.update(index for index in side if index not in recognized and not _is_kept(lines, index))
    beyond.update(index for index in _teasers(lines, range(first, last + 1)) if index not in recognized)
    beyond.update(index for index in _linked_headlines(lines, known) if index not in recognized)
    if beyond:
        above = [index for index in range(first) if index not in recognized and lines[index].length in _HEADLINE]
        beyond -= _headline(lines, first, [i for i in above if i in beyond or not _is_kept(lines, i)], title)
    return beyond


def _article(lines: Sequence[Block], paragraphs: Sequence[int], recognized: Collection[int]) -> tuple[int, int]:
    """The first and last of the paragraphs that hang together.

    Where many lines with furniture among them lie between two paragraphs, the page goes on and the article may be over;
    it is, if little prose follows.
    """
    groups: list[list[int]] = [[]]
    for index, paragraph in enumerate(paragraphs):
        between = range(paragraphs[index - 1] + 1, paragraph) if index else ()
        enough = _ENOUGH_BESIDE if len(between) < _VERY_WIDE_GAP else 1
        if len(between) >= _WIDE_GAP and sum(line in recognized for line in between) >= enough:
            groups.append([])
        groups[-1].append(paragraph)
    if len(groups) == 1:
        return paragraphs[0], paragraphs[-1]
    sizes = [sum(lines[paragraph].length for paragraph in group) for group in groups]
    first = last = sizes.index(max(sizes))
    while first > 0 and sizes[first - 1] >= _MUCH_PROSE * sum(sizes):
        first -= 1
    while last + 1 < len(sizes) and sizes[last + 1] >= _MUCH_PROSE * sum(sizes):
        last += 1
    return groups[first][0], groups[last][-1]


def _reach(lines: Sequence[Block], side: range, known: Mapping[int, str]) -> int:
    """The last line of the article on one side: sentences go on, and a link or a heading between them is no end.

    Args:
        lines: those of the text.
        side: from a paragraph of the article outwards.
        known: lines that look like furniture, and the kind of furniture.
    """
    reached = side[0]
    n_between = in_a_row = enough = 0
    for index in side[1:]:
        line = lines[index]
        if index in known or not line.ends_sentence:
            n_between += 1
            if n_between > _MOST_BETWEEN:
                break
            enough = _ENOUGH_BELOW_LINK if n_between == 1 and is_link(line, known.get(index)) else _ENOUGH
            in_a_row = 0
        else:
            in_a_row += 2 if line.length >= _SHORTEST_SENTENCE else 1
            if in_a_row >= enough:
                reached, n_between, in_a_row, enough = index, 0, 0, 0
    return reached


def _teasers(lines: Sequence[Block], article: range) -> Iterator[int]:
    """Headlines that stand beyond the article and in it, too, but never above a paragraph; or twice on one line."""
    texts = [line.text for line in lines if _SHORTEST_TEASER <= line.length <= _LONGEST_TEASER]
    doubled = {text for text in texts if _is_doubled(text)}
    several = {text for text, n in Counter(texts).items() if n > 1} if len(set(texts)) < len(texts) else set[str]()
    for teaser in doubled | several:
        indices = [index for index, line in enumerate(lines) if line.text == teaser]
        if teaser not in doubled and (
            all(index in article for index in indices) or any(_is_heading(lines, index) for index in indices)
        ):
            continue
        if not ends_sentence(teaser) and not _CELLS.search(teaser):
            yield from indices


def _linked_headlines(lines: Sequence[Block], known: Mapping[int, str]) -> Iterator[int]:
    """Headlines below a label such as "Read more", and the label; one with a number may be the article's own."""
    for label, kind in known.items():
        if kind not in LINKS or lines[label].length >= _LINK.start or lines[label].ends_sentence:
            continue
        for index in range(label + 1, len(lines)):
            line = lines[index]
            if (
                known.get(index) in LINKS
                or not _may_be_link(line)
                or (index + 1 < len(lines) and _announces(line, lines[index + 1]))
            ):
                break
            yield from (label, index)


def _may_be_link(line: Block) -> bool:
    text = line.text
    return (
        line.length in _LINK and not line.ends_sentence and text[-1] not in ":;," and text[0] not in "0123456789-–—*#"
    )


def _announces(line: Block, paragraph: Block) -> bool:
    """Whether a headline has much in common with what follows, as the article's own do."""
    topic = words(line)
    return paragraph.is_prose and len(topic & words(paragraph)) >= _ANNOUNCED * len(topic)


def _is_doubled(text: str) -> bool:
    half = len(text) // 2
    if text[0] != text[half] and not text[half].isspace():  # most lines, and cheap
        return False
    return text[:half].strip() == text[half:].strip() and any(map(str.isalpha, text))


def _is_heading(lines: Sequence[Block], index: int) -> bool:
    """Whether a paragraph follows, or the same line again, as captions do."""
    return index + 1 < len(lines) and (lines[index + 1].is_prose or lines[index + 1].text == lines[index].text)


def _is_kept(lines: Sequence[Block], index: int) -> bool:
    return is_long(lines[index]) or holds_metadata(lines, index) or credit(lines[index].text) != ""


def _is_wrapped(lines: Sequence[Block]) -> bool:
    """Whether the lines were broken at a margin, so that their ends say nothing."""
    lengths = sorted([line.length for line in lines])
    margin = lengths[len(lengths) * 9 // 10]
    n_at_margin = bisect_right(lengths, 1.02 * margin) - bisect_left(lengths, 0.85 * margin)
    return n_at_margin > _WRAPPED_SHARE * len(lengths)


def _headline(lines: Sequence[Block], first: int, candidates: Sequence[int], title: str | None) -> set[int]:
    """The headline above the article, and the standfirst below it.

    Of several lines, that which has most words in common with the first paragraphs is one of these two, and so is that
    which a byline or a date follows; the nearest of several.

    Args:
        lines: those of the text.
        first: where the article starts.
        candidates: lines above it that may be the headline.
        title: what the source itself declared as its title.
    """
    if len(candidates) < 2:
        return set(candidates)
    body = {word for line in lines[first : first + 3] for word in words(line)}
    likeliest = max(candidates, key=lambda index: (lines[index].text == title, len(body & words(lines[index])), index))
    may_be = frozenset(candidates)
    signed = [index for index in candidates if index + 1 not in may_be and holds_metadata(lines, index + 1)][-1:]
    found = {likeliest, *signed}
    found.update(index - 1 if lines[index].ends_sentence else index + 1 for index in tuple(found))
    return found & may_be
