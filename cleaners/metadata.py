"""What an article says about itself: title, byline, dates, source link, captions.

Lines that are not prose but worth keeping move to their fields. The edit that takes such a line away is all the
evidence there is, so `describe` reads the fields back from the ledger.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from urllib.parse import urlsplit

from dateutil.parser import ParserError, parse

from cleaners.blocks import Block, blocks, edges, removal
from cleaners.captions import captions, credit
from cleaners.document import Document, Metadata
from cleaners.edits import Edit, Ledger
from cleaners.knowledge import Knowledge

_LONGEST_STAMP = 80  # characters of a line that holds a date and little else
_LONGEST_TITLE = 200
_ENOUGH_FOR_LANGUAGE = 40  # characters
_SAMPLE_FOR_LANGUAGE = 2_000

_SOURCE = re.compile(r"(?:original )?(?:source|article|story)(?: url| link)?:\s*(https?://[^\s<>\"]+)", re.IGNORECASE)
_STAMP = re.compile(
    r"""
    [\W_]*
    (?: (?P<label> (?:last\ )? (?:updated|modified|edited) | (?:first\ )? (?:published|posted) )
        (?: \ on | \ at )? \s* :? \s* )?
    (?P<moment> [^\n]*? (?:19|20)\d\d [^\n]*? )
    [\s|,;]*
    """,
    re.VERBOSE | re.IGNORECASE,
)
_BY = re.compile(r"(?:by|von|par|por|di|door|av|af)\s+", re.IGNORECASE)
_PLACE = re.compile(r",?\s+(?:in|at|from)\s+\w[\w.'\- ]{1,40}\Z")
_AND = re.compile(r"\s*,\s*|\s+(?:and|und|et|y|e|&)\s+")
_PARTICLES = "al bin da de del della den der di do dos du el ibn la le ten ter van von y zu"


def harvest_metadata(document: Document, knowledge: Knowledge) -> Iterable[Edit]:  # noqa: ARG001  all cleaners are alike
    """Lines at the edge of the article that hold a date, a byline or the address it came from.

    A name alone is a byline only beside a line with a date, and never on the first line, which may be a headline.

    >>> text = "Talks in Paris\\nAnn Lee in Paris\\nUpdated 18:25, 18-Feb-2025\\nThey talked."
    >>> [(edit.before, edit.rule) for edit in harvest_metadata(Document(text), Knowledge())]
    [('Ann Lee in Paris\\n', 'metadata/byline'), ('Updated 18:25, 18-Feb-2025\\n', 'metadata/updated')]
    """
    lines = blocks(document.text)
    first, behind = edges(lines, [line.is_prose for line in lines])
    at_edge = [index for index in range(len(lines)) if index < first or index >= behind]
    fields = {index: field for index in at_edge if (field := _field(lines[index].text))}
    for index in at_edge:
        beside_a_date = any(fields.get(neighbour) in ("published", "updated") for neighbour in (index - 1, index + 1))
        if 0 < index < first and beside_a_date and index not in fields and _names(lines[index].text):
            fields[index] = "byline"
    for index in sorted(fields):
        yield removal(document.text, lines[index], f"metadata/{fields[index]}")


def describe(document: Document, text: str, ledger: Ledger) -> Metadata:
    """All that is known of an article: what its source declared, what was harvested, and what the clean text shows."""
    known = document.metadata
    for edit in (edit for step in ledger for edit in step.edits if edit.rule.startswith("metadata/")):
        line = edit.before.strip()
        match edit.rule:
            case "metadata/source":
                known = replace(known, url=known.url or _source(line))
            case "metadata/byline":
                known = replace(known, authors=known.authors or tuple(_names(line)))
            case "metadata/published":
                known = replace(known, published=known.published or _moment(line))
            case "metadata/updated":
                known = replace(known, updated=known.updated or _moment(line))
    return replace(
        known,
        title=known.title or _title(blocks(text)),
        site=known.site or (urlsplit(known.url).hostname if known.url else None),
        language=known.language or _language(text),
        captions=captions(text),
    )


def _field(line: str) -> str | None:
    """The field that a line fills by itself."""
    if _source(line):
        return "source"
    if _moment(line):
        label = (_STAMP.fullmatch(line) or {"label": None})["label"]
        return "updated" if label and label.lower().endswith(("updated", "modified", "edited")) else "published"
    if _BY.match(line) and _names(line):
        return "byline"
    return None


def _source(line: str) -> str | None:
    match = _SOURCE.fullmatch(line)
    return match[1] if match else None


def _moment(line: str) -> str | None:
    """The date or time that a line holds beside nothing but a label, as ISO 8601; None if it can be read two ways.

    >>> _moment(", Updated 18:25, 18-Feb-2025"), _moment("Published: 3 March 2024"), _moment("03/04/2025")
    ('2025-02-18T18:25', '2024-03-03', None)
    """
    match = _STAMP.fullmatch(line) if len(line) <= _LONGEST_STAMP else None
    if not match:
        return None
    try:
        # What the line does not say is filled in from the default: what differs was not said.
        one, other, day_first = (
            parse(match["moment"], default=default, dayfirst=day_first, tzinfos=_zone)
            for default, day_first in [
                (datetime(2001, 1, 1, 1, 1, 1), False),
                (datetime(2002, 2, 2, 2, 2, 2), False),
                (datetime(2001, 1, 1, 1, 1, 1), True),
            ]
        )
    except (ParserError, OverflowError, ValueError):
        return None
    if one.date() != other.date() or one != day_first:
        return None
    if one.hour != other.hour:
        return one.date().isoformat()
    return one.isoformat(timespec="minutes" if one.second != other.second else "seconds")


def _zone(name: str | None, seconds: int | None) -> tzinfo | None:
    """The zone of a time, if the source says it without doubt; zone names such as EST and IST mean several."""
    if seconds is not None:
        return timezone(timedelta(seconds=seconds))
    if name and name.upper() not in ("GMT", "UTC", "Z"):
        raise ParserError(f"the zone {name} is ambiguous")
    return UTC if name else None


def _names(line: str) -> list[str]:
    """The people that a byline names, or [] if it is not one."""
    by = _BY.match(line)
    people = [_PLACE.sub("", person) for person in _AND.split(line[by.end() :] if by else line) if person]
    return people if people and all(map(_is_name, people)) else []


def _is_name(text: str) -> bool:
    """Two to five words that are spelled as names are.

    >>> [_is_name(text) for text in ("Ann Lee", "Ursula von der Leyen", "J. R. R. Tolkien", "Land", "the minister")]
    [True, True, True, False, False]
    """
    words = text.split()
    capitalized = [
        word for word in words if word[0].isupper() and word.replace("-", "").replace("'", "").rstrip(".").isalpha()
    ]
    return (
        2 <= len(words) <= 5
        and len(capitalized) >= 2
        and all(w in capitalized or w in _PARTICLES.split() for w in words)
    )


def _title(lines: Sequence[Block]) -> str | None:
    """The first line, if it is a headline: short, not a sentence that ends in a full stop, and prose follows."""
    if len(lines) < 2 or not any(line.is_prose for line in lines[1:]):
        return None
    line = lines[0].text
    ends_as_headline = not line.endswith((".", ":", ",", ";", "。", '"')) or line.endswith("..")
    if len(line) <= _LONGEST_TITLE and ends_as_headline and not credit(line) and any(map(str.isalpha, line)):
        return line
    return None


def _language(text: str) -> str | None:
    """ISO 639-1 code by py3langid, None for a text too short to tell."""
    if len(text) < _ENOUGH_FOR_LANGUAGE:
        return None
    import py3langid  # its model takes half a second to load

    sample = text[:_SAMPLE_FOR_LANGUAGE].encode("utf-8", "replace").decode()
    return str(py3langid.classify(sample)[0])
