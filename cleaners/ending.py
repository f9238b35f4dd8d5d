"""Where the article of a crude page ends though prose follows: teasers of other articles, comments, forms.

Teasers look like sentences. What tells them from an article is that each stands alone between headlines and dates, and
that they are about something else: few of their words stand in the article.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from cleaners.blocks import Block

COMMENTS = "comment-form"  # the kind of furniture below whose heading lines may be long and follow each other
LINKS = ("related", "listing")  # kinds of furniture that stand above links to other articles
_FEWEST_PARAGRAPHS = 4  # of the article
_FEWEST_KNOWN = 2  # lines that rules know below the article, and
_KNOWN_SHARE = 0.05  # of all lines below it
_FEWEST_TEASERS = 2  # below a heading that no rule knows
_LONGEST_HEADING = 100  # characters
_MOST_PROSE = 0.6  # characters below, for each of the article's
_LONGEST_TEASER = 400  # characters
_ALONE_SHARE = 0.75  # of the lines of prose below: those without prose beside them
_MOST_IN_A_ROW = 3  # sentences below that follow each other
_SHORTEST_SENTENCE = 20  # characters
_SHORTEST_LINK = 25  # characters; a label of links is shorter
# What is below may share so much of its words with the article, as a share of what the article's own lines share.
# It may share no more than that over all its lines, nor over the first of them, where the article would go on.
_COHESION = 0.8
_N_FIRST = 2
_COHESION_BELOW = {**dict.fromkeys(LINKS, 1.0), "unknown": 0.5}  # a heading of this kind

_LONG = 200  # characters; a line as long as that is a paragraph, unless it is a row of links
_STOPS = re.compile(r"[,.;:!?…，。！？；：、](?:\s|$)|[，。！？；：、]")
_CHARACTERS_PER_STOP = 150
_WORD = re.compile(r"[^\W\d_]{4,}")
_PAIR = re.compile(r"(?=([\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2}))")


def end_of_article(lines: Sequence[Block], known: Mapping[int, str]) -> int:
    """The first line below which nothing is the article's: one that rules know, or a heading.

    Args:
        lines: those of the text.
        known: the lines that rules know, by index, and the kind of furniture that each looks like.

    Returns:
        Its index, or the number of lines if there is none.
    """
    prose = [index for index, line in enumerate(lines) if line.is_prose and index not in known]
    ends = _possible_ends(lines, known, prose)
    if not ends or prose[-1] < ends[0]:  # no prose below
        return ends[0] if ends else len(lines)
    topics = [words(lines[index]) for index in prose]
    below = Counter(word for topic in topics for word in topic)
    above = dict.fromkeys(below, 0)
    n_above, n_repeated = 0, 0  # words of the lines above; those that stand in another line above, too
    n_below, n_shared = below.total(), 0  # words of the lines below; those that stand above, too
    place = 0
    for end in ends:
        while place < len(prose) and prose[place] < end:
            topic = topics[place]
            place += 1
            n_above += len(topic)
            n_below -= len(topic)
            for word in topic:
                below[word] -= 1
                above[word] += 1
                n_shared += below[word] if above[word] == 1 else -1
                n_repeated += 2 if above[word] == 2 else above[word] > 2
        most = _COHESION_BELOW.get(known.get(end, "unknown"), _COHESION) * n_repeated
        first = [word for topic in topics[place : place + _N_FIRST] for word in topic]
        n_shared_first = sum(above[word] > 0 for word in first)
        if n_shared * n_above <= most * n_below and n_shared_first * n_above <= most * len(first):
            return end
    return len(lines)


def _possible_ends(lines: Sequence[Block], known: Mapping[int, str], prose: Sequence[int]) -> list[int]:
    """Lines below which there is little prose, and none like paragraphs unless it is comments."""
    is_prose = frozenset(prose)
    n_copies = Counter[str]()  # of each line
    may_be_comments = COMMENTS in known.values()
    above = sum([lines[index].length for index in prose])
    below = n_below = n_alone = n_known = in_a_row = 0
    may_be_teasers = True
    ends: list[int] = []
    for index in reversed(range(len(lines))):
        line = lines[index]
        if below > _MOST_PROSE * above or len(prose) - n_below < _FEWEST_PARAGRAPHS:
            break
        if index in known:
            n_known += 1
            is_passed = is_link(line, known[index]) and in_a_row > 0
            enough_known = max(_FEWEST_KNOWN, _KNOWN_SHARE * (len(lines) - index))
            may_end = index - 1 not in known and not is_passed and n_known >= enough_known
        else:
            may_end = index - 1 in is_prose and n_below >= _FEWEST_TEASERS and _may_be_heading(line)
            if may_end:
                n_copies = n_copies or Counter([line.text for line in lines])
                may_end = n_copies[line.text] == 1
            is_paragraph = line.length > _LONGEST_TEASER and (line.is_prose or is_long(line))
            may_be_teasers = may_be_teasers and not is_paragraph
        are_teasers = may_be_teasers and n_alone >= _ALONE_SHARE * n_below
        if may_end and (are_teasers or known.get(index) == COMMENTS):
            ends.append(index)
        is_sentence = line.length >= _SHORTEST_SENTENCE and index not in known and line.ends_sentence
        in_a_row = in_a_row + 1 if is_sentence else 0
        may_be_teasers = may_be_teasers and in_a_row <= _MOST_IN_A_ROW
        if not (may_be_teasers or may_be_comments):
            break
        if index in is_prose:
            above -= line.length
            below += line.length
            n_below += 1
            n_alone += index - 1 not in is_prose and index + 1 not in is_prose
    return ends[::-1]


def is_link(line: Block, kind: str | None) -> bool:
    """Whether a line of a kind of furniture is itself a link to another article, which may stand in this one."""
    return kind in LINKS and line.length >= _SHORTEST_LINK


def _may_be_heading(line: Block) -> bool:
    is_short = line.length <= _LONGEST_HEADING and not line.is_prose
    return is_short and line.text[0].isalpha() and line.text[-1] not in ":,"


def words(line: Block) -> set[str]:
    """What a line is about: words of four letters and more, and pairs of Han, Kana or Hangul characters."""
    found = set(_WORD.findall(line.text.casefold()))
    if line.length > len(line.text):
        found.update(_PAIR.findall(line.text))
    return found


def is_long(line: Block) -> bool:
    """Whether a line is as long as a paragraph, and not a row of links: most words capitalized and hardly a stop."""
    if line.length < _LONG:
        return False
    all_words = line.text.split()
    n_capitals = sum(word[0].isupper() for word in all_words)
    is_row = n_capitals > len(all_words) / 2 and len(_STOPS.findall(line.text)) * _CHARACTERS_PER_STOP < len(line.text)
    return not is_row
