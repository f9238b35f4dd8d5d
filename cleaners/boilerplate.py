"""Page furniture: lines that belong to the page round an article, not to the article."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

import re2

from cleaners.blocks import Block, blocks, edges, plain, removal
from cleaners.document import Document
from cleaners.edits import Edit
from cleaners.knowledge import Knowledge
from cleaners.page import beyond_article
from cleaners.rules import Rule, RuleBook

_LONGEST_LINE = 1_000  # characters; no furniture is longer, and hostile lines cost nothing
_MOST_MEMORY = 128 << 20  # bytes that the automaton of all patterns may take
_ARTICLE = "The ministers of twelve countries met on Monday to talk about the treaty that they had signed."
_SURROGATE = re.compile("[\ud800-\udfff]")


def remove_boilerplate(document: Document, knowledge: Knowledge) -> Iterable[Edit]:
    """Whole lines that a rule of the rule book names, where the rule may act.

    A line that says in passing what furniture says is prose, and stays. Most rules act only at the edge, where no prose
    stands between the line and the start or the end of the text, or beside other furniture. On a page that rules have
    recognized as one, what lies beyond its article goes, too.

    >>> text = "We use cookies on this website.\\nThe minister said on Monday that she would not resign over it.\\n"
    >>> [(edit.before, edit.rule) for edit in remove_boilerplate(Document(text), Knowledge())]
    [('We use cookies on this website.\\n', 'cookie-banner/we-use-cookies')]
    """
    lines = blocks(document.text)
    matches = _matcher(knowledge.rules)
    found = [matches(line.text) for line in lines]
    taken = {index: rule.id for index, rule in enumerate(_decide(lines, found)) if rule}
    beyond = beyond_article(lines, taken.keys(), document.metadata.title)
    taken |= dict.fromkeys(beyond, "boilerplate/beyond-article")
    for index in sorted(taken):
        yield removal(document.text, lines[index], taken[index])


def _decide(lines: Sequence[Block], found: Sequence[Sequence[Rule]]) -> list[Rule | None]:
    """The rule that takes each line, or None."""
    first, behind = edges([line.is_prose and not rules for line, rules in zip(lines, found, strict=True)])
    taken: list[Rule | None] = [None] * len(lines)
    for index, rules in enumerate(found):
        at_edge = index < first or index >= behind
        beside_another = (index > 0 and bool(found[index - 1])) or (index + 1 < len(found) and bool(found[index + 1]))
        may_be = ("anywhere", "edge") if at_edge or beside_another else ("anywhere",)
        taken[index] = next((rule for rule in rules if rule.where in may_be), None)
    # What is taken vouches for its neighbours, and they for theirs.
    waiting = deque(index for index, rule in enumerate(taken) if rule)
    while waiting:
        index = waiting.popleft()
        voucher = taken[index]
        for neighbour in (index - 1, index + 1):
            if voucher and 0 <= neighbour < len(lines) and taken[neighbour] is None:
                near = {f"near:{voucher.id}", f"near:{voucher.family}"}
                taken[neighbour] = next((rule for rule in found[neighbour] if rule.where in near), None)
                if taken[neighbour]:
                    waiting.append(neighbour)
    return taken


@lru_cache(maxsize=8)
def _matcher(book: RuleBook) -> Callable[[str], list[Rule]]:
    """All patterns of a rule book as one automaton: a line in, the rules that match it out."""
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _MOST_MEMORY
    patterns = re2.Set.SearchSet(options)
    rules = tuple(book)
    for rule in rules:
        patterns.Add(rule.pattern)
    patterns.Compile()

    def matches(line: str) -> list[Rule]:
        if len(line) > _LONGEST_LINE:
            return []
        if not line.isascii():
            line = _SURROGATE.sub("\ufffd", plain(line))
        hits = patterns.Match(line)
        return [rules[index] for index in sorted(hits)] if hits else []

    return matches


def failing_examples(rule: Rule, knowledge: Knowledge) -> list[str]:
    """The examples that a rule does not live up to: it should take a line of the text and does not, or the reverse.

    What it removes has to go above an article; what it leaves has to stay above one, below one, and on its own.
    """

    def acts(text: str) -> bool:
        return any(edit.rule == rule.id for edit in remove_boilerplate(Document(text), knowledge))

    kept = [text for text in rule.removes if not acts(f"{text}\n{_ARTICLE}")]
    return kept + [text for text in rule.leaves if any(map(acts, (text, f"{text}\n{_ARTICLE}", f"{_ARTICLE}\n{text}")))]
