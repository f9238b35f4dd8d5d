"""What an article says about itself: title, byline, dates, source link, captions.

Lines that are not prose but worth keeping move to their fields. The edit that takes such a line away is all the
evidence there is, so `describe` reads the fields back from the ledger.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from dateutil.parser import ParserError, parse, parserinfo

from cleaners.blocks import Block, blocks, edges, removals
from cleaners.bylines import authors, is_name
from cleaners.captions import captions
from cleaners.credits import credit, signature
from cleaners.dates import month_of, read_date
from cleaners.document import Document, Metadata
from cleaners.edits import Edit, Ledger, revert
from cleaners.knowledge import Knowledge

_LONGEST_STAMP = 80  # characters of a line that holds a date and little else
_LONGEST_LABEL = 24  # characters beside a date and the names of authors
_LONGEST_TITLE = 200
_STANDFIRST = range(40, 400)  # characters
_BELOW_STANDFIRST = ("metadata/byline", "metadata/published", "metadata/updated")

_SOURCE = re.compile(r"(?:original )?(?:source|article|story)(?: url| link)?:\s*(https?://[^\s<>\"]+)", re.IGNORECASE)
_AGENCY = re.compile(
    r"""
    (?: (?:text)?quellen? | (?:original\ )?sources? | źródło | fuentes? | fontes? | bron | zdroj | källa | kilde | lähde
      | forrás | sursa | šaltinis | avots | allikas | πηγή | kaynak | источник | джерело | източник | izvor | vir
      | (?:文章)?(?:来源|來源) | 出典 | 출처 )
    \s? [:：] \s? (?!https?://) (?P<name> [^\n:：]{2,60} (?<![.!?…,;。]) )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_FIELDS = [field.name for field in fields(Metadata)]
_YEAR = re.compile(r"(?:19|20)\d\d")
_ISO_DATE = re.compile(r"\d{4}-")
_LETTERS = re.compile(r"[^\W\d_]+")
_MONTH_NAMES = parserinfo()  # beside one of these, no number can be the month
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
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


def harvest_metadata(document: Document, knowledge: Knowledge) -> Iterable[Edit]:  # noqa: ARG001  all cleaners are alike
    """Lines round the article that hold a date, a byline, or the address or agency it came from.

    A line moves only if its field has room for it: where two lines would fill one field, as in a timeline or a table of
    sources, both stay, and so does a line that says otherwise than the source declared: another day, say. A label that
    says again what is known goes, too. Dates and bylines stand above the article and never on its first line, which may
    be a headline; the address stands below.

    >>> text = "Talks\\nAnn Lee in Paris\\nUpdated 18:25, 18-Feb-2025\\n" + "They talked for hours on Monday. " * 2
    >>> [(edit.before, edit.rule) for edit in harvest_metadata(Document(text), Knowledge())]
    [('Ann Lee in Paris\\n', 'metadata/byline'), ('Updated 18:25, 18-Feb-2025\\n', 'metadata/updated')]
    """
    lines = blocks(document.text)
    first, behind = _first_paragraph(lines), edges(lines)[1]
    found: defaultdict[str, dict[int, object]] = defaultdict(dict)
    for index in range(1, first):
        line = lines[index].text
        if stamp := _stamp(line):
            found[stamp.field][index] = stamp.moment
        elif names := authors(line, beside_a_date=_is_labelled(lines, index - 1) or _is_labelled(lines, index + 1)):
            found["byline"][index] = names
        elif agency := _agency(line):
            found["agency"][index] = agency
    for index in range(behind, len(lines)):
        if address := _source(lines[index].text):
            found["source"][index] = address
        elif agency := _agency(lines[index].text):
            found["agency"][index] = agency
    declared = document.metadata
    known: dict[str, Any] = {
        "published": declared.published,
        "updated": declared.updated,
        "byline": declared.authors,
        "source": declared.url,
        "agency": None,
    }
    harvested: dict[int, str] = {}
    for field, values in found.items():
        for index, value in values.items():
            if len(values) == 1 and (known[field] in (None, (), value) or _is_same_day(known[field], value)):
                harvested[index] = f"metadata/{field}"
                known[field] = value
    has_title_elsewhere = bool(lines) and declared.title not in (None, lines[0].text)
    for index in range(0 if has_title_elsewhere else 1, first):
        if index not in harvested and (rule := _said_again(lines[index], known)):
            harvested[index] = rule
    yield from removals(document.text, harvested)


def _first_paragraph(lines: Sequence[Block]) -> int:
    """The first line of prose, but for a standfirst: one line between the title and a byline or labelled date."""
    first, _ = edges(lines)
    if first == 1 and len(lines) > 2 and _may_be_standfirst(lines[1]):
        beside_a_date = _is_labelled(lines, 3)
        if _is_labelled(lines, 2) or authors(lines[2].text, beside_a_date=beside_a_date):
            return edges(lines, (1,))[0]
    return first


def _is_same_day(one: object, other: object) -> bool:
    """Whether two moments are on one day, however precise they are and whatever their zones.

    >>> _is_same_day("2025-02-18T10:30:00Z", "2025-02-18"), _is_same_day("2025-02-18", "2025-02-19")
    (True, False)
    """
    return isinstance(one, str) and isinstance(other, str) and one[:10] == other[:10] and bool(_ISO_DATE.match(one))


def _said_again(line: Block, known: Mapping[str, Any]) -> str:
    """The rule that takes a label away which says, in whatever words, when or by whom as is known already, or "".

    >>> known = {"published": "2025-02-08T10:30", "updated": None, "byline": ("Ann Lee",)}
    >>> lines = blocks("Samstag, 8. Februar 2025, 10:30 Uhr\\nText: Ann Lee\\n9 February 2025")
    >>> [_said_again(line, known) for line in lines]
    ['metadata/declared-date', 'metadata/declared-author', '']
    """
    rest, rule = line.text, ""
    for author in filter(is_name, known["byline"]):
        if author in rest and not line.ends_sentence:
            rest, rule = rest.replace(author, "", 1), "metadata/declared-author"
    for moment in filter(None, (known["published"], known["updated"])):
        if day := _day_in(rest, moment):
            rest, rule = rest.replace(day, "", 1), "metadata/declared-date"
    return rule if len(rest) <= _LONGEST_LABEL else ""


def _day_in(text: str, moment: str) -> str:
    """How a text spells the day of a moment, its month as a number or by its name.

    >>> [_day_in(text, "2021-03-16") for text in ("16 marca 2021", "Mar 16, 2021", "16.03.2021 | News", "16 May 2021")]
    ['16 marca 2021', 'Mar 16, 2021', '16.03.2021', '']
    """
    date = _ISO_DAY.match(moment)
    if not date or date[1] not in text:
        return ""
    year, month, day = date[1], int(date[2]), int(date[3])
    for found in _day(month, day).finditer(text):
        spelled, *names = found.groups()
        if year in spelled and all(month in month_of(name) for name in names if name):
            return spelled
    return ""


@cache
def _day(month: int, day: int) -> re.Pattern[str]:
    """How texts spell a day of any year, for days that overlap, too; to compile it for each takes a millisecond."""
    named = rf"(?:0?{month}|([^\W\d]{{2,20}}))"
    day_first = rf"0?{day}\W{{1,3}}(?:de\W)?{named}\W{{1,3}}(?:de\W)?\d{{4}}"
    month_first = rf"{named}\W{{1,2}}0?{day}\D{{1,4}}\d{{4}}"
    year_first = rf"\d{{4}}\D0?{month}\D0?{day}"
    return re.compile(rf"(?<!\d)(?=((?:{day_first}|{month_first}|{year_first})(?!\d)))", re.IGNORECASE)


def holds_metadata(lines: Sequence[Block], index: int) -> bool:
    """Whether a line says when the article was published, by whom, or where it comes from, and nothing else."""
    line = lines[index].text
    if _stamp(line) or holds_source(lines[index]):
        return True
    if not authors(line, beside_a_date=True):  # most lines, and cheap
        return False
    beside_a_date = _is_labelled(lines, index - 1) or _is_labelled(lines, index + 1)
    return bool(authors(line, beside_a_date=beside_a_date))


def holds_source(line: Block) -> bool:
    """Whether a line says where the article comes from, and nothing else."""
    return _source(line.text) is not None or _agency(line.text) is not None


def describe(document: Document, text: str, ledger: Ledger) -> dict[str, Any]:
    """The fields of an article's metadata: what its source declared, what was harvested, what its text shows."""
    known: dict[str, Any] = {name: getattr(document.metadata, name) for name in _FIELDS}
    for edit in (edit for step in ledger if step.cleaner == harvest_metadata.__name__ for edit in step.edits):
        line = edit.before.strip()
        if edit.rule == "metadata/source":
            known["url"] = _source(line)
        elif edit.rule == "metadata/agency" and (agency := _agency(line)):
            known["credits"] = (*known["credits"], agency)
        elif edit.rule == "metadata/byline":
            known["authors"] = authors(line, beside_a_date=True)
        elif edit.rule == "metadata/published" and (stamp := _stamp(line)):
            known["published"] = _finer(known["published"], stamp.moment)
        elif edit.rule == "metadata/updated" and (stamp := _stamp(line)):
            known["updated"] = _finer(known["updated"], stamp.moment)
    known["title"] = known["title"] or _title(blocks(text))
    known["standfirst"] = known["standfirst"] or _standfirst(known["title"], text, ledger)
    known["site"] = known["site"] or _host(known["url"])
    known["captions"] = tuple(dict.fromkeys((*known["captions"], *captions(text))))
    known["credits"] = tuple(dict.fromkeys((*known["credits"], *filter(None, map(signature, known["captions"])))))
    return known


def _finer(declared: str | None, harvested: str) -> str:
    """The harvested moment where it says no other than the declared one, and that one else."""
    return harvested if harvested.startswith(declared or "") else declared or harvested


def _host(url: str | None) -> str | None:
    try:
        return urlsplit(url).hostname if url else None
    except ValueError:  # not an address after all
        return None


def _source(line: str) -> str | None:
    match = _SOURCE.fullmatch(line)
    return match[1] if match else None


def _agency(line: str) -> str | None:
    """Who is named as the source of an article, or None.

    >>> _agency("Źródło: PAP"), _agency("Source: close to the minister, and well informed.")
    ('PAP', None)
    """
    match = _AGENCY.fullmatch(line) if len(line) <= _LONGEST_STAMP else None
    return match["name"] if match else None


class _Stamp(NamedTuple):
    field: str  #: "published" or "updated"
    moment: str  #: ISO 8601
    is_labelled: bool


@lru_cache(maxsize=1 << 10)  # neighbours ask about the same line
def _stamp(line: str) -> _Stamp | None:
    """What a line says that holds a date or time beside nothing but a label; None if it can be read two ways.

    >>> _stamp(", Updated 18:25, 18-Feb-2025")
    _Stamp(field='updated', moment='2025-02-18T18:25', is_labelled=True)
    >>> _stamp("3 March 2024").moment, _stamp("Published: 2024-03-04").moment, _stamp("03/04/2025")
    ('2024-03-03', '2024-03-04', None)
    """
    match = _STAMP.fullmatch(line) if len(line) <= _LONGEST_STAMP and _YEAR.search(line) else None
    if not match:
        return None
    moment = _moment(match["moment"])
    if not moment:
        dated = read_date(line)
        return _Stamp(dated.label or "published", dated.moment, bool(dated.label)) if dated else None
    label = (match["label"] or "").lower()
    field = "updated" if label.endswith(("updated", "modified", "edited")) else "published"
    return _Stamp(field, moment, bool(label))


def _is_labelled(lines: Sequence[Block], index: int) -> bool:
    stamp = _stamp(lines[index].text) if 0 <= index < len(lines) else None
    return stamp is not None and stamp.is_labelled


def _moment(text: str) -> str | None:
    is_clear = _ISO_DATE.match(text) or any(map(_MONTH_NAMES.month, _LETTERS.findall(text)))
    read = partial(parse, text, tzinfos=_zone)
    try:
        # What the text does not say is filled in from the default: what differs was not said.
        one, other = read(default=datetime(2001, 1, 1, 1, 1, 1)), read(default=datetime(2002, 2, 2, 2, 2, 2))
        turned = one if is_clear else read(default=datetime(2001, 1, 1, 1, 1, 1), dayfirst=True)
    except (ParserError, OverflowError, ValueError):
        return None
    if one.date() != other.date() or one != turned:
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


def _title(lines: Sequence[Block]) -> str | None:
    """The first line, if it is a headline: short, not a sentence that ends in a full stop, and prose follows."""
    if len(lines) < 2 or not any(line.is_prose for line in lines[1:]):
        return None
    line = lines[0].text
    ends_as_headline = not line.endswith((".", ":", ",", ";", "。", '"')) or line.endswith("..")
    if len(line) <= _LONGEST_TITLE and ends_as_headline and not credit(line) and any(map(str.isalpha, line)):
        return line
    return None


def _standfirst(title: str | None, text: str, ledger: Ledger) -> str | None:
    """The one line between the title and the byline or date that was harvested."""
    for number, step in enumerate(ledger):
        above = next((edit for edit in step.edits if edit.rule in _BELOW_STANDFIRST), None)
        if above:
            lines = blocks(revert(text, ledger[number:])[: above.start])
            if len(lines) == 2 and lines[0].text == title and _may_be_standfirst(lines[1]) and lines[1] in blocks(text):
                return lines[1].text
            return None
    return None


def _may_be_standfirst(line: Block) -> bool:
    return line.length in _STANDFIRST and not credit(line.text)
