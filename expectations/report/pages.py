"""The report's pages: data in, HTML out.

`index_page` is the front page of a run, `document_page` shows one document before and after with every edit marked.
The index is made of one small `Entry` a document, so that no texts stay in memory. Whatever a document holds is hostile
text: everything is escaped, and a page's own policy lets it load and run nothing but its one style and one script.
"""

import re
import unicodedata
from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cleaners.document import Metadata
from cleaners.edits import Ledger
from expectations.report.sides import rows

Verdict = Literal["published", "quarantined", "duplicate"]

_TEMPLATES = Path(__file__).parent / "templates"
_N_EXAMPLES = 3
_LONGEST_EXCERPT = 160
_MOST_PROPOSALS = 100
_REPEATED_LINE = "site/repeated-line"
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


@dataclass(frozen=True, slots=True)
class Run:
    """What is told of the run as a whole."""

    sources: tuple[str, ...]
    out: str  #: the folder of the canonical corpus
    started: str  #: ISO 8601
    seconds: float
    stages: Mapping[str, float]  #: seconds by name of the stage
    version: str
    rules_sha256: str
    published: bool
    failures: tuple[Reason, ...]  #: why nothing was published


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
    edits: Counter[str]  #: number of edits by rule
    removed: Counter[str]  #: characters taken away by rule
    sentences: Counter[str]  #: pieces taken away that read like a sentence, by rule
    repeated: tuple[str, ...]  #: lines taken away since the site repeats them
    examples: Mapping[str, tuple[Excerpt, ...]]  #: a few different edits by rule
    n_source: int  #: characters of the source text
    n_clean: int  #: characters of the clean text
    removed_ratio: float


def entry(document: ReviewedDocument) -> Entry:
    """The document's line in the index, without its texts."""
    edits: Counter[str] = Counter()
    removed: Counter[str] = Counter()
    sentences: Counter[str] = Counter()
    repeated: list[str] = []
    examples: dict[str, tuple[Excerpt, ...]] = {}
    for step in document.ledger:
        for edit in step.edits:
            edits[edit.rule] += 1
            removed[edit.rule] += max(0, len(edit.before) - len(edit.after))
            sentences[edit.rule] += not edit.after and _SENTENCE.fullmatch(edit.before.strip()) is not None
            if edit.rule == _REPEATED_LINE:
                repeated.append(edit.before.strip())
            examples[edit.rule] = _gather(examples.get(edit.rule, ()), [Excerpt(_cut(edit.before), _cut(edit.after))])
    return Entry(
        id=document.id,
        source=document.source,
        title=document.metadata.title,
        page=page_path(document.id),
        verdict=document.verdict,
        reasons=document.reasons,
        duplicate_of=document.duplicate_of,
        n_edits=edits.total(),
        edits=edits,
        removed=removed,
        sentences=+sentences,
        repeated=tuple(repeated),
        examples=examples,
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


def document_page(document: ReviewedDocument, *, run_published: bool = True) -> str:
    """One document's page: verdict and reasons, metadata, before and after, and every edit in the ledger's order.

    Args:
        document: the document with its texts.
        run_published: whether the run's corpus was published; if not, a sound document has passed, no more.
    """
    return _render(
        "document.html",
        document=document,
        entry=entry(document),
        metadata={name: getattr(document.metadata, name) for name in Metadata.__slots__},
        rows=rows(document.source_text, document.ledger),
        labels=_labels(run_published),
        original=None if document.duplicate_of is None else "../" + page_path(document.duplicate_of),
    )


def index_page(run: Run, entries: Sequence[Entry], data_docs: str | None) -> str:
    """The front page of a run.

    Args:
        run: the summary.
        entries: one for every document, in the order to be shown.
        data_docs: path of the Data Docs beside the index, if they were built.
    """
    return _render(
        "index.html",
        run=run,
        started=_spoken(run.started),
        entries=entries,
        pages={entry.id: entry.page for entry in entries},
        verdicts=Counter(entry.verdict for entry in entries),
        checks=Counter(reason.check for entry in entries for reason in entry.reasons),
        rules=_tallies(entries),
        proposals=_proposals(entries),
        labels=_labels(run.published),
        data_docs=data_docs,
    )


@dataclass(slots=True)
class _Tally:
    """What one rule did in all documents."""

    rule: str
    n_edits: int = 0
    n_documents: int = 0
    n_removed: int = 0
    n_sentences: int = 0
    examples: tuple[Excerpt, ...] = ()


def _tallies(entries: Iterable[Entry]) -> list[_Tally]:
    tallies: dict[str, _Tally] = {}
    for entry in entries:
        for rule, n_edits in entry.edits.items():
            tally = tallies.setdefault(rule, _Tally(rule))
            tally.n_edits += n_edits
            tally.n_documents += 1
            tally.n_removed += entry.removed[rule]
            tally.n_sentences += entry.sentences[rule]
            tally.examples = _gather(tally.examples, entry.examples[rule])
    return sorted(tallies.values(), key=lambda tally: (-tally.n_sentences, -tally.n_edits, tally.rule))


def _proposals(entries: Iterable[Entry]) -> list[tuple[str, int, str]]:
    """The lines that sites repeat: each with the number of its documents, and a pattern for a rule of its own."""
    n_documents = Counter(line for entry in entries for line in set(entry.repeated))
    most = sorted(n_documents.items(), key=lambda item: (-item[1], item[0]))[:_MOST_PROPOSALS]
    return [(_cut(line), n, "^" + re.escape(line).replace(r"\ ", " ") + "$") for line, n in most]


def _gather(examples: tuple[Excerpt, ...], more: Iterable[Excerpt]) -> tuple[Excerpt, ...]:
    """The first few different examples."""
    return tuple(dict.fromkeys((*examples, *more)))[:_N_EXAMPLES]


_INVISIBLE = "".join(
    (
        r"\x00-\x09\x0b-\x1f\x7f-\xa0",  # control characters and the no-break space
        r"\xad\u061c\u180e",  # soft hyphen, Arabic letter mark, Mongolian vowel separator
        r"\u115f\u1160\u3164\uffa0",  # Hangul fillers
        r"\u1680\u2000-\u200f\u3000",  # spaces of every width, zero-width characters, direction marks
        r"\u2028-\u202f\u205f-\u206f",  # separators, embeddings, isolates and other format characters
        r"\ufe00-\ufe0f\U000e0100-\U000e01ef",  # variation selectors
        r"\ufeff\ufff0-\uffff\U000e0000-\U000e007f",  # byte order mark, specials, tags
        r"\ud800-\udfff",  # lone surrogates
    )
)
_UNSEEN = re.compile(rf"(?P<one>[{_INVISIBLE}])(?P=one)*|\n+|\A +| +\Z")
_SYMBOLS = {
    " ": "·",
    "\n": "↵\n",
    "\t": "⇥",
    "\r": "CR",
    "\N{NO-BREAK SPACE}": "NBSP",
    "\N{SOFT HYPHEN}": "SHY",
    "\N{ZERO WIDTH SPACE}": "ZWSP",
    "\N{ZERO WIDTH NON-JOINER}": "ZWNJ",
    "\N{ZERO WIDTH JOINER}": "ZWJ",
    "\N{ZERO WIDTH NO-BREAK SPACE}": "BOM",
}


def _signs(text: str) -> Iterator[tuple[str, str]]:
    """The text in runs: as it stands, or a symbol and a name for what cannot be seen.

    >>> list(_signs("a\\u00a0\\u00a0b"))
    [('a', ''), ('NBSP×2', 'no-break space'), ('b', '')]
    """
    if text and unicodedata.category(text[0]).startswith("M"):
        yield "\N{DOTTED CIRCLE}", ""
    position = 0
    for found in _UNSEEN.finditer(text):
        if found.start() > position:
            yield text[position : found.start()], ""
        character, n = found[0][0], len(found[0])
        symbol = _SYMBOLS.get(character, f"U+{ord(character):04X}")
        name = {"\n": "line end", "\t": "tab"}.get(character) or unicodedata.name(character, "unnamed").lower()
        yield symbol * n if character in " \n" else f"{symbol}×{n}" if n > 1 else symbol, name
        position = found.end()
    if position < len(text):
        yield text[position:], ""


def _cut(text: str) -> str:
    """The text, or its beginning and how much more there is."""
    more = len(text) - _LONGEST_EXCERPT
    return text if more <= 0 else f"{text[:_LONGEST_EXCERPT]} … (+{more:,} characters)"


def _labels(published: bool) -> dict[Verdict, str]:
    """A sound document is not called published when nothing was."""
    return {
        "published": "published" if published else "passed",
        "quarantined": "in quarantine",
        "duplicate": "duplicate",
    }


def _spoken(moment: str) -> str:
    """A point in time as a newspaper prints it; as it came where it cannot be read.

    >>> _spoken("2025-02-18T18:25:07+00:00")
    '18 February 2025, 18:25 UTC'
    """
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return moment
    return f"{at.day} {at:%B %Y, %H:%M} {at.tzname() or ''}".rstrip()


def _percent(ratio: float) -> str:
    """One decimal; what is more than nothing does not read 0.0."""
    return "< 0.1 %" if 0 < ratio < 0.0005 else f"{ratio:.1%}".replace("%", " %")


def _plural(n: int, noun: str) -> str:
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _source_hash(inline: str) -> str:
    """How a content security policy names an inline style or script."""
    return f"'sha256-{b64encode(sha256(inline.encode()).digest()).decode()}'"


_STYLE = (_TEMPLATES / "report.css").read_text("utf-8")
_SCRIPT = (_TEMPLATES / "report.js").read_text("utf-8")
_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {"cut": _cut, "percent": _percent, "plural": _plural, "signs": _signs, "n": "{:,}".format}
_ENVIRONMENT.globals |= {
    "style": Markup(_STYLE),  # noqa: S704  # our own file
    "script": Markup(_SCRIPT),  # noqa: S704  # our own file
    "policy": f"default-src 'none'; img-src data:; style-src {_source_hash(_STYLE)}; "
    f"script-src {_source_hash(_SCRIPT)}; base-uri 'none'; form-action 'none'",
}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def _render(template: str, **data: object) -> str:
    """The page; control characters and lone surrogates, which HTML and UTF-8 cannot carry, are replaced."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", _ENVIRONMENT.get_template(template).render(data))
