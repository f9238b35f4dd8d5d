"""One article before and after: what the cleaners receive, and what they give back."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cleaners.edits import Change, Edit, Ledger, Step, apply, compose, revert


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known of an article beside its prose; None or empty where the article does not say."""

    title: str | None = None
    standfirst: str | None = None  #: the line below the title that sums the article up; it stays in the text
    authors: tuple[str, ...] = ()
    published: str | None = None  #: ISO 8601, as precise as the source; no time zone is invented
    updated: str | None = None  #: ISO 8601, likewise
    url: str | None = None
    site: str | None = None  #: host of `url`
    language: str | None = None  #: ISO 639-1 code
    captions: tuple[str, ...] = ()
    credits: tuple[str, ...] = ()  #: the article's source, and who took its pictures: "Ann Lee/Reuters"
    encoding: str | None = None  #: in which the bytes of the source were read, by Python's name
    encoding_confidence: float | None = None  #: 1 where the bytes or their source said so themselves


@dataclass(frozen=True, slots=True)
class Document:
    """One article as it came in."""

    text: str
    id: str = ""
    source: str = ""  #: where it was read, as a person would name it
    metadata: Metadata = field(default_factory=Metadata)  #: what the source itself declared, such as a page's head
    furniture: tuple[Edit, ...] = ()  #: the lines of `text` that the page's markup says are no part of the article

    def without_furniture(self) -> "Document":
        """What is left when the page's markup has been heard."""
        if not self.furniture:
            return self
        return replace(self, text=apply(self.text, self.furniture), furniture=())


@dataclass(frozen=True, slots=True)
class Cleaned:
    """One article after cleaning: the clean text, what was learnt, and every change on the way."""

    text: str
    metadata: Metadata
    ledger: Ledger

    def revert(self) -> str:
        """The source text, character for character."""
        return revert(self.text, self.ledger)

    @property
    def changes(self) -> Sequence[Change]:
        """All steps taken together, as changes from source to clean text."""
        return compose(self.revert(), self.ledger)

    @property
    def n_edits(self) -> int:
        """Number of edits in all steps."""
        return sum(len(step.edits) for step in self.ledger)


__all__ = ["Cleaned", "Document", "Metadata", "Step"]
