"""The prefilter only rules out what cannot match: no rule may lose a line by it."""

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

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
        for lines in (text, text.upper(), f"It rained.\n{text}\nIt snowed."):
            found = prefilter.candidates(lines)
            for number, line in enumerate(lines.split("\n")):
                assert {index for index, pattern in enumerate(patterns) if pattern.search(line)} <= found.get(
                    number, set()
                )


@given(st.lists(st.sampled_from("share SHARE this cookies \ud83d \u212aindle ſhare Ça İ".split(" ")), max_size=9))
def test_what_matches_a_line_of_any_text_is_tried_on_that_line(words):
    patterns = ["^share this", "cookies?$", "kindle", "^ça"]
    lines = " ".join(words).replace("this ", "this\n")
    found = Prefilter(patterns).candidates(lines)
    for number, line in enumerate(lines.encode("utf-8", "replace").decode().split("\n")):
        matching = {index for index, pattern in enumerate(patterns) if re2.search(f"(?i){pattern}", line)}
        assert matching <= found.get(number, set())


def test_most_rules_are_ruled_out_for_a_line_of_prose(prefilter):
    line = "The ministers of twelve countries met on Monday to talk about the treaty that they had signed."
    assert len(prefilter.candidates(line)[0]) < len(RULES) / 10


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
    assert Prefilter([pattern]).candidates(line) == {0: {0}}


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
    assert Prefilter([pattern]).candidates(line) == {}


@pytest.mark.parametrize("pattern", ["", "a*", ".", "[a-z]+", "(?:share)?"])
def test_a_pattern_that_asks_for_nothing_is_always_tried(pattern):
    assert literals(pattern) is None
    assert Prefilter([pattern]).candidates("anything") == {0: {0}}
