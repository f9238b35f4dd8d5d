"""The two gates: what every document must meet, and what the corpus must meet as a whole."""

from great_expectations.expectations.expectation import Expectation
from great_expectations.expectations.row_conditions import Column

from expectations.checks import (
    ExpectComposedCharacters,
    ExpectEnoughKept,
    ExpectEveryDocumentAccountedFor,
    ExpectFewInQuarantine,
    ExpectFewRepeats,
    ExpectLongestParagraphKept,
    ExpectNoFurniture,
    ExpectNoLongRemoval,
    ExpectNoLostCharacters,
    ExpectNoMojibake,
    ExpectNoStrayCharacters,
    ExpectReversible,
    ExpectSomethingToPublish,
    ExpectText,
    ExpectTidyLayout,
    ExpectUniqueIds,
)

_ENOUGH_FOR_A_SHARE = 20  # documents


def document_suite() -> list[Expectation]:
    """A document that fails one of these is set aside with the reason; the others are published."""
    return [
        ExpectText(column="n_letters"),
        ExpectNoMojibake(column="mojibake_suspects"),
        ExpectNoLostCharacters(column="n_replacement_characters"),
        ExpectNoStrayCharacters(column="n_stray_characters"),
        ExpectTidyLayout(column="n_untidy_places"),
        ExpectComposedCharacters(column="is_nfc"),
        ExpectNoFurniture(column="n_furniture_lines"),
        ExpectFewRepeats(column="repeated_ratio"),
        ExpectNoLongRemoval(column="longest_removal"),
        ExpectEnoughKept(column="removed_ratio"),
        ExpectLongestParagraphKept(column="is_longest_paragraph_kept"),
        ExpectReversible(column="is_reversible"),
    ]


def corpus_suite() -> list[Expectation]:
    """If the corpus fails one of these, nothing is published."""
    return [
        ExpectSomethingToPublish(column="n_published"),
        ExpectEveryDocumentAccountedFor(column="n_unaccounted"),
        ExpectUniqueIds(column="n_duplicate_ids"),
        ExpectFewInQuarantine(column="quarantined_ratio", row_condition=Column("n_documents") >= _ENOUGH_FOR_A_SHARE),
    ]
