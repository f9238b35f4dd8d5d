"""The prefilter only rules out what cannot match: no rule may lose a line by it."""

import pytest
import re2

from cleaners.prefilter import Prefilter, literals
from cleaners.rules import builtin

RULES = builtin().rules


@pytest.fixture(scope="module")
def prefilter():
    return Prefilter([rule.pattern for rule in RULES])


@pytest.fixture(scope="module")
def patterns():
    options = re2.Options()
    options.case_sensitive = False
    return [re2.compile(rule.pattern, options) for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_example_still_finds_all_its_rules(rule, prefilter, patterns):
    for text in (*rule.removes, *rule.leaves):
        for line in (text, text.upper()):
            matching = {index for index, pattern in enumerate(patterns) if pattern.search(line)}
            assert matching <= set(prefilter.candidates(line.encode()))
            assert not matching or prefilter.may_match(f"It rained.\n{line}\nIt snowed.".encode())


def test_most_rules_are_ruled_out_for_a_line_of_prose(prefilter):
    line = "The ministers of twelve countries met on Monday to talk about the treaty that they had signed."
    assert len(list(prefilter.candidates(line.encode()))) < len(RULES) / 10


def test_lines_of_which_none_holds_what_a_pattern_asks_for_are_ruled_out_together():
    lines = "They share this with nobody.\nToday it rained."
    assert not Prefilter(["^(share|like) this$", "(now|today)$"]).may_match(lines.encode())


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("^straße$", "STRAẞE"),
        ("^σίσυφος", "ΣΊΣΥΦΟΣ"),
        (r"\x{41}bc", "abc"),
        (r"^\pL+ cookies$", "Ça cookies"),
        ("(?:a|b)?c{1,3}d", "ccd"),
        ("^(?:share|like)(?: this)?$", "Like this"),
        ("[0-9]+ comments?", "12 comment"),
    ],
)
def test_a_pattern_is_tried_on_what_it_matches(pattern, line):
    options = re2.Options()
    options.case_sensitive = False
    assert re2.compile(pattern, options).search(line)
    assert list(Prefilter([pattern]).candidates(line.encode())) == [0]


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("^(share|like) this$", "They share this with nobody"),
        ("(now|today)$", "Today it rained"),
        ("^(yes|no)( thanks)?$", "Nothing"),
        (r"^([^.]+ (says|said))$", "He said that it rained"),
    ],
)
def test_ends_of_the_line_rule_out_what_holds_the_words_elsewhere(pattern, line):
    assert list(Prefilter([pattern]).candidates(line.encode())) == []


@pytest.mark.parametrize("pattern", ["", "a*", ".", "[a-z]+", "(?:share)?"])
def test_a_pattern_that_asks_for_nothing_is_always_tried(pattern):
    assert literals(pattern) is None
    assert list(Prefilter([pattern]).candidates(b"anything")) == [0]
