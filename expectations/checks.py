"""Named expectations: what a newsroom would ask of a text, each with a description that a reader understands.

Each class is one of Great Expectations' own with bounds and a meaning; the suites say which column it judges, since
Great Expectations' pages do not see a column that is a class's default. `reason` is what is said of a document that
fails, with what was measured.
"""

from typing import Any, ClassVar

import great_expectations.expectations as gxe


class _Bounded(gxe.ExpectColumnValuesToBeBetween):  # type: ignore[misc]  # Great Expectations is not type-checked
    """A number within bounds."""

    reason: ClassVar[str]


class ExpectText(_Bounded):
    """There is something to read."""

    min_value: Any = 10
    description: str = "Every document has some text: at least ten letters."
    reason: ClassVar[str] = "There is no text: {value} letters."


class ExpectNoMojibake(_Bounded):
    """No text reads as if it had been decoded with the wrong encoding."""

    max_value: Any = 0
    description: str = "No document reads as if it had been decoded with the wrong encoding."
    reason: ClassVar[str] = "Places that look like text decoded with the wrong encoding: {value}."


class ExpectNoLostCharacters(_Bounded):
    """No replacement characters."""

    max_value: Any = 0
    description: str = "No character was lost before the text reached us, which U+FFFD would stand for."
    reason: ClassVar[str] = "Characters that were lost before the text reached us: {value}."


class ExpectNoStrayCharacters(_Bounded):
    """No control or invisible characters."""

    max_value: Any = 0
    description: str = "No document has control characters or stray invisible ones."
    reason: ClassVar[str] = "Control or invisible characters: {value}."


class ExpectTidyLayout(_Bounded):
    """White space has canonical form."""

    max_value: Any = 0
    description: str = (
        "Lines end without spaces, paragraphs are at most one blank line apart, and texts end with a line end."
    )
    reason: ClassVar[str] = "Trailing spaces, needless blank lines or a wrong end: {value}."


class ExpectNoFurniture(_Bounded):
    """No line is page furniture beyond doubt."""

    max_value: Any = 0
    description: str = "No line is a consent banner, a player's message or a prompt to share."
    reason: ClassVar[str] = "Lines of page furniture: {value}."


class ExpectFewRepeats(_Bounded):
    """Long lines stand once."""

    max_value: Any = 0.3
    description: str = "Long lines that stand more than once make up at most three tenths of a document."
    reason: ClassVar[str] = "Share of the text that repeats itself: {value:.0%}."


class ExpectNoLongRemoval(_Bounded):
    """No single rule took a whole passage away."""

    max_value: Any = 2000
    description: str = "No piece that cleaning takes away is longer than 2,000 characters."
    reason: ClassVar[str] = "Cleaning took away a piece of {value} characters."


class ExpectEnoughKept(_Bounded):
    """Cleaning took only part of the text away."""

    max_value: Any = 0.8
    description: str = "Cleaning takes at most four fifths of a document away."
    reason: ClassVar[str] = "Share of the text that cleaning took away: {value:.0%}."


class _True(gxe.ExpectColumnValuesToBeInSet):  # type: ignore[misc]  # Great Expectations is not type-checked
    """A condition that holds."""

    value_set: Any = [True]  # noqa: RUF012  a field with a default, as pydantic writes it
    reason: ClassVar[str]


class ExpectComposedCharacters(_True):
    """Unicode NFC."""

    description: str = "Every letter is spelled in one way: Unicode's Normalization Form C."
    reason: ClassVar[str] = "Letters are not in Unicode's Normalization Form C."


class ExpectLongestParagraphKept(_True):
    """What was taken away is shorter than what is left."""

    description: str = "The longest paragraph of a document is not among what cleaning takes away."
    reason: ClassVar[str] = "Cleaning took away the longest paragraph of the document."


class ExpectReversible(_True):
    """The ledger leads back to the source."""

    description: str = "Undoing all edits gives back the source text, character for character."
    reason: ClassVar[str] = "Undoing all edits does not give back the source text."


class ExpectSomethingToPublish(_Bounded):
    """The corpus is not empty."""

    min_value: Any = 1
    description: str = "At least one document can be published."
    reason: ClassVar[str] = "There is no document that can be published."


class ExpectEveryDocumentAccountedFor(_Bounded):
    """Nothing is lost between intake and corpus."""

    min_value: Any = 0
    max_value: Any = 0
    description: str = "Every document is in the corpus, in quarantine, or a duplicate of one in the corpus."
    reason: ClassVar[str] = "Documents that are neither in the corpus nor in quarantine: {value}."


class ExpectUniqueIds(_Bounded):
    """Ids name one document each."""

    max_value: Any = 0
    description: str = "No two documents have the same id."
    reason: ClassVar[str] = "Documents whose id another one has too: {value}."


class ExpectFewInQuarantine(_Bounded):
    """Most documents are good."""

    max_value: Any = 0.5
    description: str = (
        "In a run of twenty documents and more, at most half of those that could be read are in quarantine."
    )
    reason: ClassVar[str] = "Share of documents in quarantine: {value:.0%}. Has the source changed?"
