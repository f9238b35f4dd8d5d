"""Page furniture: lines that belong to the page round an article, not to the article."""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

import re2

from cleaners.blocks import Block, blocks, edges, plain, removals
from cleaners.document import Document
from cleaners.edits import Edit
from cleaners.ending import COMMENTS, LINKS
from cleaners.knowledge import Knowledge
from cleaners.page import beyond_article
from cleaners.prefilter import Prefilter, starts_with_words
from cleaners.rules import Rule, RuleBook

_ENOUGH_LINES = 3_000  # different ones, after which a prefilter, which takes a quarter of a second to make, is worth it
_MEMORY = 1 << 27  # bytes, at most, for an automaton, of which the rule book fills half; with less, RE2 forgets states
_MOST_REMEMBERED = 1 << 14  # lines; furniture stands on many pages
_ARTICLE = "The ministers of twelve countries met on Monday to talk about the treaty that they had signed."
# These stand between any two paragraphs, and say nothing of where the article is.
_INTERRUPTIONS = ("advertisement/", "loading/", "player/")
_ASKING = ("appeal/liked-it", "cookie-banner/consent-", "cookie-banner/heading-", "cookie-banner/so-", "notice/age")
_QUESTION_MARKS = ("?", "\uff1f", ";", "\u061f")  # the common one, and those of Chinese, Greek and Arabic
_LONGEST_QUESTION = 50  # characters
_ARROWS = re.compile(
    r"""
    (?: [\u2190-\u21ff\u25b6\u25b8\u25ba\u2794\u2798-\u27be\u2b05-\u2b0d\U0001f446-\U0001f449]\ufe0f?\s* | [»›]\s+ )+
    """,
    re.VERBOSE,
)
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SAID = """
    said says told tells asked asks wrote writes warned warns joked jokes begged sang added advised advises explained
    sagt sagte sagten meint meinte rät riet rief ruft fragt fragte schrieb schreibt erklärt erklärte heißt hieß stand
    bat bittet mahnt mahnte forderte smeekte ropade ropte råbte pidió pedía pediu gritó gritou exclamó lance criait
    chiedeva chiese gridò gridava esorta kiáltotta kérte radził radziła apeluje apelował apelowała wołał zawołał radil
    volal vyzval vyzvala призвал призвала крикнул крикнула попросил попросила закликав закликала
    zegt zei aldus vraagt vroeg schrijft raadt riep säger sa sade sier siger sagde skriver skrev frågar råder uppmanar
    sanoo sanoi kertoo kysyy neuvoo ütleb ütles saka teica sacīja sako sakė pasakė klausia pataria rašo rašė
    dit disait dirent conseille explique raconte demande écrit prévient dice dijo decía disse diceva aconseja aconselha
    consiglia explica spiega racconta pide chiede escribió escreveu scrive diz dizia spune spunea zice întreabă
    mówi mówią mówił mówiła powiedział powiedziała radzi głosi głosił głosiła głosiło pisze pyta dodaje twierdzi
    říká řekl řekla řekli radí píše dodává hovorí povedal povedala tvrdí kaže rekao rekla pravi
    mondja mondta mondták tanácsolja írja kérdezi diyor diyorlar dedi derdi söyledi yazıyor anlatıyor
    говорит говорят говорил говорила сказал сказала советует пишет гласит гласил гласила гласило просит шутит
    каже кажуть казав казала сказав сказала радить пише просить жартує казва каза съветва λέει είπε λένε
""".split()
# "We use cookies," the baker said; we use cookies, says the baker; we use cookies, the baker said.
_SPEECH = re.compile(
    rf"""
    ^" | [,.!?]"\s | »,\s
    | ,\s (?: (?:[–—-]\s)? (?:{"|".join(_SAID)}) | (?:[\w'-]+\s){{1,3}} (?:said|told|asked|sang) )\b .* [.!?…]$
    """,
    re.VERBOSE,
)


def remove_boilerplate(document: Document, knowledge: Knowledge) -> Iterable[Edit]:
    """Whole lines that a rule of the rule book names, where the rule may act.

    A line that says in passing what furniture says is prose, and stays. Most rules act only at the edge, where no prose
    stands between the line and the start or the end of the text, or beside other furniture. On a page that rules have
    recognized as one, what lies beyond its article goes, too.

    >>> text = "Share this article\\nThe minister said on Monday that she would not resign over it.\\n"
    >>> [(edit.before, edit.rule) for edit in remove_boilerplate(Document(text), Knowledge())]
    [('Share this article\\n', 'share/prompt')]
    """
    lines = blocks(document.text)
    matched = _matcher(knowledge.rules).matches(lines)
    if not matched:
        return
    taken = {index: rule.id for index, rule in _decide(lines, matched).items()}
    for index in matched.keys() - taken.keys():
        if all(_may_be_asked_in_talk(lines[index], rule) for rule in matched[index]):
            del matched[index]
    interruptions = {index for index, rule in taken.items() if rule.startswith(_INTERRUPTIONS)}
    rest = [index for index in range(len(lines)) if index not in interruptions]
    known = {place: _kind(matched[index]) for place, index in enumerate(rest) if index in matched}
    recognized = {place for place, index in enumerate(rest) if index in taken}
    beyond = beyond_article([lines[index] for index in rest], recognized, known, document.metadata.title)
    taken |= dict.fromkeys((rest[place] for place in beyond), "boilerplate/beyond-article")
    yield from removals(document.text, taken)


def _decide(lines: Sequence[Block], known: Mapping[int, Sequence[Rule]]) -> dict[int, Rule]:
    """The rule that takes each line, by the line's index; of some lines rules are known that match them."""
    first, behind = edges(lines, known)
    taken: dict[int, Rule] = {}
    for index, rules in known.items():
        may_be_edge = index < first or index >= behind or index - 1 in known or index + 1 in known
        for rule in rules:
            acts = rule.where == "anywhere" or (may_be_edge and rule.where == "edge")
            if acts and not _may_be_asked_in_talk(lines[index], rule):
                taken[index] = rule
                break
    # What is taken vouches for its neighbours, and they for theirs.
    waiting = deque(taken)
    while waiting:
        index = waiting.popleft()
        for neighbour in (index - 1, index + 1):
            if neighbour in known and neighbour not in taken:
                near = (f"near:{taken[index].id}", f"near:{taken[index].family}")
                vouched_for = [
                    rule
                    for rule in known[neighbour]
                    if rule.where in near or _may_be_asked_in_talk(lines[neighbour], rule)
                ]
                if vouched_for:
                    taken[neighbour] = vouched_for[0]
                    waiting.append(neighbour)
    return taken


def _may_be_asked_in_talk(line: Block, rule: Rule) -> bool:
    """Whether a line asks what a site asks its readers, and a reporter somebody: "Do you accept cookies?"."""
    is_short = line.length < _LONGEST_QUESTION
    return is_short and line.text.endswith(_QUESTION_MARKS) and rule.id.startswith(_ASKING)


def _kind(rules: Sequence[Rule]) -> str:
    """What a line looks like to rules: a label of links, if that is among it, or what comes first."""
    families = [rule.family for rule in rules]
    for family in (COMMENTS, *LINKS):
        if family in families:
            return family
    return families[0]


_Found = dict[int, tuple[Rule, ...]]  # by the line's index
_Known = dict[str, tuple[Rule, ...]]  # by the line


class _Matcher:
    """Which rules of a book match a line.

    Most rules start with words, and one automaton, which seldom reads beyond these, answers for all of them. The others
    are tried one by one, with a prefilter if there are so many lines that it is worth the time.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        together = [starts_with_words(rule.pattern) for rule in rules]
        self._together = [index for index, is_together in enumerate(together) if is_together]
        self._others = [index for index, is_together in enumerate(together) if not is_together]
        self._bounds = [rule.longest for rule in rules]  # characters of a line
        self._longest = max(self._bounds, default=0)
        anywhere = (self._bounds[index] for index in self._others if rules[index].where == "anywhere")
        self._longest_anywhere = max(anywhere, default=0)
        self._set: re2.Set | None = None
        self._prefilter: Prefilter | None = None
        self._known: _Known = {}
        self._known_by_start: _Known = {}
        self._n_lines = 0

    def matches(self, lines: tuple[Block, ...]) -> _Found:
        """The rules that match lines of a text, by the line's index.

        A paragraph between two others is no edge: rules that do not start with words are tried there only if they act
        anywhere, or if furniture stands beside it.
        """
        outside: list[int] = []
        inside: list[int] = []
        longest, last = self._longest_anywhere, len(lines) - 1
        above = False  # whether the line above is prose
        for index, line in enumerate(lines):
            is_prose = line.is_prose
            if above and is_prose and index < last and lines[index + 1].is_prose and len(line.text) > longest:
                inside.append(index)
            else:
                outside.append(index)
            above = is_prose
        found: _Found = {}
        self._find(outside, inside, lines, found)
        if found and inside:
            rest = set(inside)
            beside = [index for index in inside if index in found or index - 1 in found or index + 1 in found]
            while beside:
                rest.difference_update(beside)
                self._find(beside, [], lines, found)
                beside = [near for index in beside if index in found for near in (index - 1, index + 1) if near in rest]
        return {index: found[index] for index in sorted(found)}

    def _find(self, whole: list[int], by_start: list[int], lines: tuple[Block, ...], found: _Found) -> None:
        """Add the rules that match lines: all, or those that start with words."""
        new = self._recall(self._known, whole, lines, found)
        new_by_start = self._recall(self._known_by_start, by_start, lines, found)
        if not new and not new_by_start:
            return
        for known in (self._known, self._known_by_start):
            if len(known) > _MOST_REMEMBERED:
                known.clear()
        indices = new + new_by_start
        matched = self._look_at([lines[index].text for index in indices], len(new))
        for place, index in enumerate(indices):
            known = self._known if place < len(new) else self._known_by_start
            known[lines[index].text] = matched[place]
            if matched[place]:
                found[index] = matched[place]

    def _recall(self, known: _Known, indices: list[int], lines: tuple[Block, ...], found: _Found) -> list[int]:
        """Add what is known of lines, and give back those of which nothing is."""
        new: list[int] = []
        for index in indices:
            text = lines[index].text
            rules = known.get(text)
            if rules:
                found[index] = rules
            elif rules is None and len(text) <= self._longest:
                new.append(index)
        return new

    def _look_at(self, lines: Sequence[str], n_whole: int) -> list[tuple[Rule, ...]]:
        """The rules that match each line; beyond some lines, those of them that start with words."""
        bare = [line if line[0].isalnum() else _without_arrows(line) for line in lines]
        text = plain("\n".join(bare))
        try:
            data = text.encode()
        except UnicodeEncodeError:
            data = _SURROGATE.sub("\ufffd", text).encode()
        rows = data.split(b"\n")
        self._set = self._set or _starting([self._rules[index].pattern for index in self._together])
        found = defaultdict[int, list[int]](list)  # indices of rules by number of the line
        for number, row in enumerate(rows):
            if places := self._set.Match(row):
                found[number] = [self._together[place] for place in places]
        for number, places in self._candidates(bare[:n_whole]):
            for place in places:
                index = self._others[place]
                if self._may_take(index, lines[number]) and _anywhere(self._rules[index].pattern).Match(rows[number]):
                    found[number].append(index)
        matched: list[tuple[Rule, ...]] = [()] * len(lines)
        for number, indices in found.items():
            line = lines[number]
            if not _SPEECH.search(plain(line)):
                matched[number] = tuple([self._rules[i] for i in sorted(indices) if self._may_take(i, line)])
        return matched

    def _may_take(self, index: int, line: str) -> bool:
        return len(line) <= self._bounds[index]

    def _candidates(self, lines: list[str]) -> Iterable[tuple[int, Iterable[int]]]:
        """For some of the lines, by number, which of the other rules may match them."""
        self._n_lines += len(lines)
        if self._n_lines >= _ENOUGH_LINES:
            self._prefilter = self._prefilter or Prefilter(self._rules[index].pattern for index in self._others)
            return self._prefilter.candidates(plain("\n".join(lines))).items()
        return enumerate([range(len(self._others))] * len(lines))


def _without_arrows(line: str) -> str:
    """The line without arrows that lead it: "→ Share this article" is the same furniture as without."""
    arrows = _ARROWS.match(line)
    return line[arrows.end() :] if arrows else line


def _starting(patterns: Iterable[str]) -> re2.Set:
    return _compiled(re2.Set.MatchSet, patterns)


@lru_cache(maxsize=1 << 10)
def _anywhere(pattern: str) -> re2.Set:
    return _compiled(re2.Set.SearchSet, [pattern])  # a set answers faster than a pattern, even a set of one


def _compiled(kind: Callable[[re2.Options], re2.Set], patterns: Iterable[str]) -> re2.Set:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _MEMORY
    compiled = kind(options)
    for pattern in patterns:
        compiled.Add(pattern)
    compiled.Compile()
    return compiled


@lru_cache(maxsize=8)
def _matcher(book: RuleBook) -> _Matcher:
    return _Matcher(book.rules)


def failing_examples(rule: Rule, knowledge: Knowledge) -> list[str]:
    """The examples that a rule does not live up to: it should take a line of the text and does not, or the reverse.

    What it removes has to go above an article, be it by a rule that comes before it and knows the line, too; what it
    leaves has to stay above one, below one, and on its own.
    """
    matcher = _matcher(knowledge.rules)

    def removals(text: str) -> list[Edit]:
        return list(remove_boilerplate(Document(text), knowledge))

    def takes(text: str) -> bool:
        return any(rule in matcher.matches(blocks(edit.before)).get(0, ()) for edit in removals(f"{text}\n{_ARTICLE}"))

    def acts(text: str) -> bool:
        return any(edit.rule == rule.id for edit in removals(text))

    kept = [text for text in rule.removes if not takes(text)]
    return kept + [text for text in rule.leaves if any(map(acts, (text, f"{text}\n{_ARTICLE}", f"{_ARTICLE}\n{text}")))]
