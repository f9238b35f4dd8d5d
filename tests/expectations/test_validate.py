"""Rows in, verdicts out, by Great Expectations itself."""

import logging
import subprocess
import sys

import pytest

from cleaners.document import Cleaned, Document, Metadata
from expectations import validate
from expectations.metrics import measure
from expectations.suites import corpus_suite, document_suite
from expectations.validate import Judge, JudgeError

BRIEF = "A fire broke out in a barn near Ghent on Sunday; nobody was hurt.\n"
ROW = measure(Document(BRIEF, "good"), Cleaned(BRIEF, Metadata(), ()))
TOTALS = {
    "n_documents": 5, "n_published": 4, "n_duplicates": 0, "n_quarantined": 1, "n_unaccounted": 0,
    "n_duplicate_ids": 0, "quarantined_ratio": 0.2,
}  # fmt: skip


@pytest.fixture(scope="module")
def judge():
    with Judge(None) as court:
        yield court


def checks(reasons):
    return [reason.check for reason in reasons]


def test_a_short_news_item_passes(judge):
    assert judge.judge_documents([ROW]) == {}


def test_a_short_item_in_chinese_passes(judge):
    text = "羅馬人把地中海稱為“我們的海”。\n"
    assert judge.judge_documents([measure(Document(text, "海"), Cleaned(text, Metadata(), ()))]) == {}


def test_no_rows_are_no_failures(judge):
    assert judge.judge_documents([]) == {}


@pytest.mark.parametrize(
    ("column", "value", "check", "words"),
    [
        ("n_letters", 0, "ExpectText", "0 letters"),
        ("mojibake_suspects", 3, "ExpectNoMojibake", "3"),
        ("n_replacement_characters", 1, "ExpectNoLostCharacters", "1"),
        ("n_stray_characters", 2, "ExpectNoStrayCharacters", "2"),
        ("n_untidy_places", 4, "ExpectTidyLayout", "4"),
        ("is_nfc", False, "ExpectComposedCharacters", "Normalization Form C"),
        ("n_furniture_lines", 1, "ExpectNoFurniture", "1"),
        ("repeated_ratio", 0.5, "ExpectFewRepeats", "50%"),
        ("longest_removal", 3000, "ExpectNoLongRemoval", "3000 characters"),
        ("removed_ratio", 0.9, "ExpectEnoughKept", "90%"),
        ("is_longest_paragraph_kept", False, "ExpectLongestParagraphKept", "longest paragraph"),
        ("is_reversible", False, "ExpectReversible", "does not give back"),
    ],
)
def test_a_fault_sends_its_document_to_quarantine_and_no_other(judge, column, value, check, words):
    verdict = judge.judge_documents([ROW, ROW | {"id": "bad", column: value}, ROW | {"id": "also good"}])
    assert list(verdict) == ["bad"]
    [reason] = verdict["bad"]
    assert reason.check == check
    assert words in reason.text


def test_all_reasons_are_given_in_the_order_of_the_suite(judge):
    verdict = judge.judge_documents([ROW | {"is_reversible": False, "mojibake_suspects": 1, "n_letters": 3}])
    assert checks(verdict["good"]) == ["ExpectText", "ExpectNoMojibake", "ExpectReversible"]


def test_all_of_many_failing_documents_are_named(judge):
    rows = [ROW | {"id": str(number), "n_letters": 0} for number in range(300)]
    assert list(judge.judge_documents(rows)) == [row["id"] for row in rows]


@pytest.mark.parametrize(
    "totals",
    [
        {},
        {"n_published": 1, "n_quarantined": 4, "quarantined_ratio": 0.8},  # too few documents for a share to say much
        {"n_documents": 20, "n_published": 10, "n_quarantined": 10, "quarantined_ratio": 0.5},
    ],
)
def test_an_honest_corpus_passes(judge, totals):
    assert judge.judge_corpus(TOTALS | totals) == ()


@pytest.mark.parametrize(
    ("totals", "check"),
    [
        ({"n_published": 0}, "ExpectSomethingToPublish"),
        ({"n_unaccounted": 1}, "ExpectEveryDocumentAccountedFor"),
        ({"n_unaccounted": -1}, "ExpectEveryDocumentAccountedFor"),
        ({"n_duplicate_ids": 2}, "ExpectUniqueIds"),
        ({"n_documents": 20, "quarantined_ratio": 0.55}, "ExpectFewInQuarantine"),
    ],
)
def test_a_corpus_with_a_fault_is_not_published(judge, totals, check):
    assert checks(judge.judge_corpus(TOTALS | totals)) == [check]


def test_an_expectation_that_great_expectations_drops_is_an_error(judge, monkeypatch):
    unknown = {"type": "expect_the_unknown", "kwargs": {"column": "n_letters"}}
    monkeypatch.setattr(validate, "document_suite", lambda: [*document_suite(), unknown])
    with pytest.raises(JudgeError, match="12 of 13 expectations"):
        judge.judge_documents([ROW])


def test_an_expectation_that_raises_is_an_error(judge, monkeypatch):
    suite = document_suite()
    suite[0].column = "no_such_column"
    monkeypatch.setattr(validate, "document_suite", lambda: suite)
    with pytest.raises(JudgeError, match="ExpectText could not be evaluated"):
        judge.judge_documents([ROW])


@pytest.mark.parametrize("value", [None, "3", float("nan"), True])
def test_a_row_without_a_measurement_is_an_error(judge, value):
    with pytest.raises(JudgeError, match="good: n_letters should be int"):
        judge.judge_documents([ROW | {"n_letters": value}])


def test_a_missing_total_is_an_error(judge):
    with pytest.raises(JudgeError, match="n_published should be int and is None"):
        judge.judge_corpus({name: value for name, value in TOTALS.items() if name != "n_published"})


@pytest.mark.parametrize("expectation", [*document_suite(), *corpus_suite()], ids=lambda found: type(found).__name__)
def test_every_expectation_says_what_it_means_and_what_it_found(expectation):
    assert expectation.description.endswith(".")
    assert "$" not in expectation.description  # Great Expectations would take it for a parameter
    assert expectation.reason.format(value=1)


def test_the_pages_name_every_expectation_and_hold_no_text(tmp_path):
    with Judge(tmp_path / "data-docs") as court:
        court.judge_documents([ROW | {"id": "a bad one.txt", "mojibake_suspects": 3}])
        court.judge_corpus(TOTALS)
    assert (tmp_path / "data-docs" / "index.html").exists()
    pages = "".join(path.read_text("utf-8") for path in (tmp_path / "data-docs" / "validations").rglob("*.html"))
    for expectation in [*document_suite(), *corpus_suite()]:
        assert expectation.description in pages
    assert "a bad one.txt" in pages
    assert "barn near Ghent" not in pages


def test_an_error_leaves_no_pages(tmp_path):
    with pytest.raises(JudgeError), Judge(tmp_path / "data-docs") as court:
        court.judge_corpus({})
    assert not (tmp_path / "data-docs" / "index.html").exists()


def test_judging_is_quiet_and_leaves_logging_as_it_was(tmp_path, capfd):
    level = logging.getLogger("great_expectations").level
    with Judge(tmp_path) as court:
        court.judge_documents([ROW | {"n_letters": 0}])
    assert capfd.readouterr() == ("", "")
    assert logging.getLogger("great_expectations").level == level


def test_measuring_needs_neither_great_expectations_nor_pandas():
    program = (
        "import sys, expectations.metrics, expectations.verdicts\n"
        "print({'great_expectations', 'pandas'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
