"""Real sentences with names: what must not change, what must change, and the promises that hold for all of them."""

import tomllib
import unicodedata
from pathlib import Path

import pytest

from cleaners import Knowledge, clean, compose
from cleaners.boilerplate import failing_examples
from cleaners.rules import builtin

CASES = Path(__file__).parents[1] / "cases"


def read(name):
    return [pytest.param(case, id=case["name"]) for case in tomllib.loads((CASES / name).read_text("utf-8"))["case"]]


@pytest.mark.parametrize("case", read("must_not_change.toml"))
def test_good_text_stays_as_it_is(case):
    assert clean(case["text"]).text == case["text"] + "\n"


@pytest.mark.parametrize("case", read("must_change.toml"))
def test_damaged_text_is_cleaned(case):
    assert clean(case["text"]).text == case["clean"]


@pytest.mark.parametrize("case", read("must_not_change.toml") + read("must_change.toml"))
def test_every_case_is_reversible_idempotent_and_explained(case):
    result = clean(case["text"])
    assert result.revert() == case["text"]
    assert clean(result.text).text == result.text
    assert unicodedata.is_normalized("NFC", result.text)
    assert all(change.rules for change in compose(case["text"], result.ledger))


@pytest.mark.parametrize("rule", builtin(), ids=lambda rule: rule.id)
def test_every_rule_does_what_its_examples_say(rule):
    assert failing_examples(rule, Knowledge()) == []
