"""What the report says of documents: a line for each, and totals that can be added up over all shards.

No texts stay in memory but for a few short examples, and lines only of the documents that are shown.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, NamedTuple, Protocol

from cleaners.document import Metadata
from cleaners.edits import Ledger

Verdict = Literal["published", "quarantined", "duplicate"]

_N_EXAMPLES = 3
_LONGEST_EXCERPT = 160
_MOST_PROPOSALS = 100
REPEATED_LINE = "site/repeated-line"  # the rule that takes away what a site repeats
_SENTENCE = re.compile(r"""(?s).{80,}[.!?…。！？]["'”’»)\]]*""")


class Reason(Protocol):
    """Why a document is in quarantine, or why nothing was published."""

    @property
    def check(self) -> str:
        """The name of the expectation that was not met."""

    @property
    def text(self) -> str:
        """What was found, in a sentence."""


@dataclass(frozen=True, slots=True)
class ReviewedDocument:
    """Everything that one document's page needs."""

    id: str
    source: str
    verdict: Verdict
    reasons: tuple[Reason, ...]  #: why it is in quarantine
    duplicate_of: str | None  #: id of the original
    source_text: str
    clean_text: str
    metadata: Metadata
    ledger: Ledger

    @property
    def removed_ratio(self) -> float:
        """The share of the source text that the clean text is shorter by."""
        return max(0, len(self.source_text) - len(self.clean_text)) / (len(self.source_text) or 1)


class Excerpt(NamedTuple):
    """One edit as it is quoted in a table, cut where it is long."""

    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One document's line in the index."""

    id: str
    source: str
    title: str | None
    page: str  #: path of its page, beside the index
    verdict: Verdict
    reasons: tuple[Reason, ...]
    duplicate_of: str | None
    n_edits: int
    n_rules: int  #: that made the edits
    n_source: int  #: characters of the source text
    n_clean: int  #: characters of the clean text
    removed_ratio: float


def entry(document: ReviewedDocument) -> Entry:
    """The document's line in the index, without its texts."""
    rules = [edit.rule for step in document.ledger for edit in step.edits]
    return Entry(
        id=document.id,
        source=document.source,
        title=document.metadata.title,
        page=page_path(document.id),
        verdict=document.verdict,
        reasons=document.reasons,
        duplicate_of=document.duplicate_of,
        n_edits=len(rules),
        n_rules=len(set(rules)),
        n_source=len(document.source_text),
        n_clean=len(document.clean_text),
        removed_ratio=document.removed_ratio,
    )


def page_path(document_id: str) -> str:
    """Where the document's page lies beside the index: a name safe on every file system, and another for every id.

    >>> page_path("../Leaders meet.txt")
    'documents/leaders-meet-txt-3dd44d13ab44.html'
    """
    ascii_only = unicodedata.normalize("NFKD", document_id).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only)[:60].strip("-")
    digest = sha256(document_id.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"documents/{slug}-{digest}.html" if slug else f"documents/{digest}.html"


@dataclass(slots=True)
class Tally:
    """What one rule did in all documents."""

    rule: str
    n_edits: int = 0
    n_documents: int = 0
    n_removed: int = 0
    n_sentences: int = 0
    examples: tuple[Excerpt, ...] = ()

    def show(self, more: Iterable[Excerpt]) -> None:
        """Add examples, as long as there are few."""
        self.examples = tuple(dict.fromkeys((*self.examples, *more)))[:_N_EXAMPLES]


@dataclass(slots=True)
class Totals:
    """What all documents come to; those of several shards are added up in their order."""

    verdicts: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)  #: documents in quarantine by the check they failed
    tallies: dict[str, Tally] = field(default_factory=dict)  #: by rule
    repeated: Counter[str] = field(default_factory=Counter)  #: documents by the line of their site that was taken away
    n_edits: int = 0
    n_source: int = 0  #: characters
    n_clean: int = 0  #: characters
    shown: list[Entry] = field(default_factory=list)  #: the documents that have a line and a page

    @property
    def n_documents(self) -> int:
        """All documents, shown or not."""
        return self.verdicts.total()

    @property
    def rules(self) -> list[Tally]:
        """The rules, those that took whole sentences away first."""
        return sorted(self.tallies.values(), key=lambda tally: (-tally.n_sentences, -tally.n_edits, tally.rule))

    @property
    def proposals(self) -> list[tuple[str, int, str]]:
        """The lines that sites repeat: each with the number of its documents, and a pattern for a rule of its own."""
        most = sorted(self.repeated.items(), key=lambda item: (-item[1], item[0]))[:_MOST_PROPOSALS]
        return [(cut(line), n, "^" + re.escape(line).replace(r"\ ", " ") + "$") for line, n in most]

    def count(self, verdicts: Mapping[Verdict, int], reasons: Iterable[Reason], n_source: int, n_clean: int) -> None:
        """Add some documents, but for their edits.

        Args:
            verdicts: how many documents each was given on.
            reasons: why any of them are in quarantine.
            n_source: characters of their source texts.
            n_clean: characters of their clean texts.
        """
        self.verdicts.update(verdicts)
        self.checks.update(reason.check for reason in reasons)
        self.n_source += n_source
        self.n_clean += n_clean

    def count_edits(
        self,
        edits: Mapping[tuple[str, str, str], int],
        documents: Mapping[str, int],
        repeated: Mapping[str, int],
    ) -> None:
        """Add the edits of some documents.

        Args:
            edits: how often there is each edit, by rule, text before and text after.
            documents: how many documents have an edit of each rule.
            repeated: how many documents lost each line, since their site repeats it.
        """
        for (rule, before, after), n in edits.items():
            tally = self._tally(rule)
            tally.n_edits += n
            tally.n_removed += n * max(0, len(before) - len(after))
            if not after and _SENTENCE.fullmatch(before.strip()):
                tally.n_sentences += n
            if len(tally.examples) < _N_EXAMPLES:
                tally.show([Excerpt(cut(before), cut(after))])
            self.n_edits += n
        for rule, n in documents.items():
            self._tally(rule).n_documents += n
        for line, n in repeated.items():
            self.repeated[line.strip()] += n

    def add(self, other: "Totals") -> None:
        """Add all documents of a later shard."""
        self.verdicts += other.verdicts
        self.checks += other.checks
        self.repeated += other.repeated
        self.n_edits += other.n_edits
        self.n_source += other.n_source
        self.n_clean += other.n_clean
        for more in other.tallies.values():
            tally = self._tally(more.rule)
            tally.n_edits += more.n_edits
            tally.n_documents += more.n_documents
            tally.n_removed += more.n_removed
            tally.n_sentences += more.n_sentences
            tally.show(more.examples)
        self.shown += other.shown

    def _tally(self, rule: str) -> Tally:
        if rule not in self.tallies:
            self.tallies[rule] = Tally(rule)
        return self.tallies[rule]


def totals(documents: Iterable[ReviewedDocument]) -> Totals:
    """The totals of some documents, all of them shown."""
    found = Totals()
    for one in documents:
        edits = Counter((edit.rule, edit.before, edit.after) for step in one.ledger for edit in step.edits)
        found.count({one.verdict: 1}, one.reasons, len(one.source_text), len(one.clean_text))
        found.count_edits(
            edits,
            dict.fromkeys((rule for rule, _, _ in edits), 1),
            dict.fromkeys((before for rule, before, _ in edits if rule == REPEATED_LINE), 1),
        )
        found.shown.append(entry(one))
    return found


def cut(text: str) -> str:
    """The text, or its beginning and how much more there is."""
    more = len(text) - _LONGEST_EXCERPT
    return text if more <= 0 else f"{text[:_LONGEST_EXCERPT]} … (+{more:,} characters)"
