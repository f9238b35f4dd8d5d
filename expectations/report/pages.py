"""The report's pages: data in, HTML out.

`index_page` is the front page of a run, `document_page` shows one document before and after with every edit marked.
Whatever a document holds is hostile
text: everything is escaped, and a page's own policy lets it load and run nothing but its one style and one script.
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from cleaners.document import Metadata
from expectations.report.entries import Reason, ReviewedDocument, Totals, Verdict, cut, entry, page_path
from expectations.report.sides import rows

_TEMPLATES = Path(__file__).parent / "templates"


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


def document_page(document: ReviewedDocument, *, run_published: bool = True, version: str = "") -> str:
    """One document's page: verdict and reasons, metadata, before and after, and every edit in the ledger's order.

    Args:
        document: the document with its texts.
        run_published: whether the run's corpus was published; if not, a sound document has passed, no more.
        version: what tells this page from others of the document, said in its head.
    """
    return _render(
        "document.html",
        document=document,
        entry=entry(document),
        metadata={name: getattr(document.metadata, name) for name in Metadata.__slots__},
        rows=rows(document.source_text, document.ledger),
        labels=_labels(run_published),
        version=version,
        original=None if document.duplicate_of is None else "../" + page_path(document.duplicate_of),
    )


def index_page(run: Run, totals: Totals, data_docs: str | None) -> str:
    """The front page of a run.

    Args:
        run: the summary.
        totals: what all documents come to, with those that are shown in their order.
        data_docs: path of the Data Docs beside the index, if they were built.
    """
    return _render(
        "index.html",
        run=run,
        started=_spoken(run.started),
        totals=totals,
        pages={entry.id: entry.page for entry in totals.shown},
        labels=_labels(run.published),
        version="",
        data_docs=data_docs,
    )


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


def _signed(text: str) -> Markup:
    """The text as HTML, with a symbol and a name for what cannot be seen.

    >>> print(_signed("<a>\\u00a0\\u00a0b"))
    &lt;a&gt;<span class="sign" title="no-break space">NBSP×2</span>b
    """
    base = "\N{DOTTED CIRCLE}" if text and unicodedata.category(text[0]).startswith("M") else ""
    return Markup(base + _UNSEEN.sub(_sign, escape(text)))  # noqa: S704  escaped, and names of characters


def _sign(found: re.Match[str]) -> str:
    character, n = found[0][0], len(found[0])
    symbol = _SYMBOLS.get(character, f"U+{ord(character):04X}")
    name = {"\n": "line end", "\t": "tab"}.get(character) or unicodedata.name(character, "unnamed").lower()
    run = symbol * n if character in " \n" else f"{symbol}×{n}" if n > 1 else symbol
    return f'<span class="sign" title="{name}">{run}</span>'


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
_ENVIRONMENT.filters |= {"cut": cut, "percent": _percent, "plural": _plural, "signed": _signed, "n": "{:,}".format}
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
