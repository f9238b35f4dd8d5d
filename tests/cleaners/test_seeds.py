"""The five seeds, each right: what goes, what stays, and what moves to a field."""

from pathlib import Path

import pytest

from cleaners import clean
from cleaners.rules import builtin

SEEDS = Path(__file__).parents[2] / "seeds"


def seed(number):
    return next(SEEDS.glob(f"{number:03}_*.txt")).read_bytes().decode()


def rules(result):
    return {edit.rule for step in result.ledger for edit in step.edits}


def test_in_000_nothing_but_typography_changes():
    result = clean(seed(0))
    assert rules(result) == {"characters/quotation-mark", "layout/final-line-end"}
    straight = seed(0).translate(str.maketrans("“”‘’", "\"\"''"))
    assert result.text == straight + "\n"
    assert result.metadata.title == "Post-Ukraine Meeting, Germany Stresses NATO Unity Amidst US Shift"


def test_in_001_the_page_goes_and_headings_bullets_and_sentences_stay():
    result = clean(seed(1))
    lines = seed(1).translate(str.maketrans("“”‘’", "\"\"''")).split("\n")
    gone = [line for line in lines if line not in result.text.split("\n")]
    assert gone == [
        "For the latest updates on NATO, Ukraine, and global security, visit GlobalGossipNow.",
        "Share this content:",
        "Post Comment",
    ]
    assert "- 🇺🇦 Can European-led security guarantees effectively deter Russian aggression?\n" in result.text
    assert "\nConclusion: A New Chapter in Transatlantic Relations?\n" in result.text
    assert result.metadata.title == "Western military leaders meet in Paris to discuss Ukraine security"


def test_in_002_the_name_is_repaired_and_the_source_moves():
    result = clean(seed(2))
    assert "Lithuania's Defense Minister Dovilė Sakaliene warned" in result.text
    assert "Source:" not in result.text
    assert result.metadata.url == (
        "https://www.dw.com/en/at-nato-meeting-europe-demands-part-in-ukraine-peace-talks/a-71594447"
    )
    assert result.metadata.site == "www.dw.com"
    assert result.metadata.title is None


def test_in_003_nothing_changes_but_the_final_line_end():
    result = clean(seed(3))
    assert result.text == seed(3) + "\n"


def test_in_004_the_furniture_goes_and_the_prose_stays():
    result = clean(seed(4))
    assert result.text.startswith(
        "Europe scrambles in Paris as Trump's Putin talks sideline NATO allies\n\nOn Monday, European leaders"
    )
    assert result.text.endswith("to sufficiently protect the continent going forward.\n")
    caption = next(line for line in seed(4).split("\n") if line.endswith("/Abdul Saboor/Reuters"))
    assert result.text.count(caption) == 1
    assert result.text.count("\nMeanwhile, UK Prime Minister Sir Keir Starmer is set to meet") == 1
    assert result.text.count("This Trump-Putin relationship is clearly causing panic") == 2
    assert "\n\n\n" not in result.text
    prose = [line.strip() for line in seed(4).split("\n") if len(line) > 150 and "cookies" not in line]
    assert all(line in result.text for line in prose)


def test_in_004_byline_time_stamp_and_title_move_to_their_fields():
    metadata = clean(seed(4)).metadata
    assert metadata.title == "Europe scrambles in Paris as Trump's Putin talks sideline NATO allies"
    assert metadata.authors == ("Sarah Coates",)
    assert metadata.updated == "2025-02-18T18:25"
    assert metadata.published is None
    assert metadata.language == "en"
    (caption,) = metadata.captions
    assert caption.endswith("/Abdul Saboor/Reuters")


@pytest.mark.parametrize(
    "name", ["GlobalGossipNow", "CGTN", "Azure", "Starmer", "Sarah Coates", "Saboor", "Dovil", "dw.com"]
)
def test_no_rule_names_what_only_a_seed_says(name):
    assert not any(name.casefold() in rule.pattern.casefold() for rule in builtin())
