"""The prefilter only rules out what cannot match: no rule may lose a line by it."""

import pytest
import re2

from cleaners.prefilter import Prefilter, literals
from cleaners.rules import builtin

RULES = builtin().rules


@pytest.fixture(scope="module")
def prefilter():
    return Prefilter([rule.pattern for rule in RULES], [rule.longest for rule in RULES])


@pytest.fixture(scope="module")
def patterns():
    options = re2.Options()
    options.case_sensitive = False
    return [re2.compile(rule.pattern, options) for rule in RULES]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_example_still_finds_all_its_rules(rule, prefilter, patterns):
    for text in (*rule.removes, *rule.leaves):
        for line in (text, text.upper()):
            matching = {
                index
                for index, pattern in enumerate(patterns)
                if len(line) <= RULES[index].longest and pattern.search(line)
            }
            assert matching <= set(prefilter.candidates(line))


def test_most_rules_are_ruled_out_for_a_line_of_prose(prefilter):
    line = "The ministers of twelve countries met on Monday to talk about the treaty that they had signed."
    assert len(prefilter.candidates(line)) < len(RULES) / 10


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        ("^straße$", "STRASSE"),
        ("^σίσυφος", "ΣΊΣΥΦΟΣ"),
        (r"\x{41}bc", "abc"),
        (r"^\pL+ cookies$", "Ça cookies"),
        ("(?:a|b)?c{1,3}d", "ccd"),
        ("^(?:share|like)(?: this)?$", "Like this"),
        ("[0-9]+ comments?", "12 comment"),
    ],
)
def test_literals_stand_in_what_matches(pattern, line):
    found = literals(pattern)
    text = f"\x02{line.casefold()}\x03"
    assert found is None or any(literal in text for literal in found)


@pytest.mark.parametrize("pattern", ["", "a*", ".", "[a-z]+", "(?:share)?"])
def test_a_pattern_that_asks_for_nothing_is_always_tried(pattern):
    assert literals(pattern) is None
    assert Prefilter([pattern], [100]).candidates("anything") == [0]
