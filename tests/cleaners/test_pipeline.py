"""The promises that hold for any text whatever."""

import subprocess
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cleaners import Document, Knowledge, apply, clean, clean_many
from cleaners.blocks import blocks, remember_rest, removals
from cleaners.layout import tidy_layout
from cleaners.pipeline import PIPELINE

CASES = Path(__file__).parents[1] / "cases"
SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))

# Arbitrary text, and texts put together from what the cleaners look for.
PIECES = st.sampled_from(
    [
        *"\n\n\n \u00a0\t\r\u2028\u200b\u200d\ufeff“”«»‹›'\"",
        "\ud83d", "\ude00", "\u0301", "\u1161", "e", "한", "可",
        "Ã©", "â€™", "DovilÄ—", "Ä", "\x92",
        "We use cookies.", "I agree", "Accept all", "Error loading player: No playable sources found", "00:59",
        "Share this article", "Tweet", "Post Comment", "Search Trends", "Translating...",
        "Ann Lee in Paris", "By Ann Lee", "Updated 18:25, 18-Feb-2025", "Source: https://example.org/a.",
        "The president waves to the crowd in front of the palace on Monday, at noon. /Ann Lee/Reuters",
        "The president waves to the crowd in front of the palace on Monday, at noon.",
        "Source: https://example.org/a/very/long/address/that/is/as/long/as/a/sentence.",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.text(st.characters(codec=None)), st.lists(PIECES).map("".join), st.lists(PIECES).map("\n".join))


@given(TEXTS)
@settings(max_examples=400)
def test_every_ledger_reverts_to_the_source_text(text):
    assert clean(text).revert() == text


@given(TEXTS)
@settings(max_examples=400)
def test_cleaning_a_clean_text_changes_nothing(text):
    once = clean(text)
    twice = clean(once.text)
    assert twice.text == once.text
    assert twice.ledger == ()


@pytest.mark.parametrize("given_instead", [None, b"It rained.", 7])
def test_what_is_no_text_is_refused_in_one_sentence(given_instead):
    with pytest.raises(TypeError, match="takes a Document or its text as str, not"):
        clean(given_instead)


@given(TEXTS)
def test_the_lines_that_are_left_are_known_as_a_fresh_look_finds_them(text):
    text = f"It rained.\n{text}"
    for edits in (removals(text, {0: "a/rule"}), tidy_layout(Document(text), Knowledge())):
        found = tuple(edits)
        rest = apply(text, found)
        remember_rest(rest, text, found)
        assert blocks(rest) == blocks(f"\n{rest}")


@given(TEXTS)
def test_the_edits_of_each_cleaner_are_in_order_and_do_not_overlap(text):
    for cleaner in PIPELINE:
        edits = list(cleaner(Document(text), Knowledge()))
        for edit in edits:
            assert text.startswith(edit.before, edit.start)
            assert edit.before != edit.after
            assert "/" in edit.rule
        assert all(one.end <= next_one.start for one, next_one in pairwise(edits))


def test_a_text_of_which_every_pass_takes_two_lines_settles():
    line = "The ministers of twelve countries met on Monday to talk about the treaty."
    result = clean(f"BY ANN LEE\n{line}\n" * 50)
    assert result.text == f"BY ANN LEE\n{line}\n"
    assert clean(result.text).text == result.text


@given(st.lists(TEXTS, max_size=5))
def test_many_documents_are_cleaned_as_each_by_itself(texts):
    documents = [Document(text * 20, str(number)) for number, text in enumerate(texts)]
    assert list(clean_many(documents)) == list(map(clean, documents))


def test_a_long_row_of_documents_is_cleaned_as_each_by_itself():
    languages = ("The ferry leaves at noon", "Die Fähre fährt am Mittag", "Le bac part à midi", "Ок")
    documents = [Document(f"{languages[number % 4]} {number}. " * (number % 50)) for number in range(300)]
    assert list(clean_many(documents)) == list(map(clean, documents))


@given(TEXTS)
def test_clean_text_has_canonical_form(text):
    result = clean(text).text
    assert unicodedata.is_normalized("NFC", result)
    assert result == "" or (result.endswith("\n") and not result.endswith("\n\n"))
    assert "\n\n\n" not in result
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in result.replace("\n", ""))
    assert all(line == line.rstrip() for line in result.split("\n"))


def test_text_without_letters_or_any_text_at_all_is_cleaned_without_complaint():
    assert clean("").text == ""
    assert clean(" \n\t\n").text == ""
    assert clean("").ledger == ()


def test_quotation_marks_stay_if_they_are_to():
    assert clean("“Oui”, « non »", Knowledge(quotes="keep")).text == "“Oui”, « non »\n"


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name)
def test_a_seed_reverts_and_is_clean_after_one_cleaning(path):
    source = path.read_bytes().decode()
    result = clean(source)
    assert result.revert() == source
    assert clean(result.text).ledger == ()


def test_importing_the_cleaners_pulls_in_no_framework():
    code = "import sys, cleaners; print(*{'prefect', 'great_expectations', 'pandas', 'pyarrow'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "\n"
