"""Dates in the words of many languages.

A line is read in one language at a time: in each that has all words of the line among those with which it labels and
writes dates. "4 listopada" is a day of November in Poland and of October in Croatia: a line that says no more, no date.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from itertools import cycle
from typing import NamedTuple

from cleaners.labels import labels

# A letter and the vowels and accents that are written on, below or behind it, over and over.
_WORD = re.compile(r"(?:[^\W\d_][\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0980-\u0dff]*)+")
_YEAR, _MONTH, _DAY = r"(?P<year>(?:19|20)\d\d)", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_JOINT = r"[\s.,'/-]{1,4}"
_NAMED = tuple(  # N is before a month that was named
    re.compile(rf"(?<!\d){_JOINT.join(parts)}(?!\d)")
    for month in (f"N{_MONTH}",)
    for parts in ((_DAY, month, _YEAR), (month, _DAY, _YEAR), (_YEAR, month, _DAY), (_YEAR, _DAY, month))
)
_NUMBERS = {
    order: re.compile(rf"(?<!\d){_JOINT.join(parts)}(?!\d)")
    for order, parts in {
        "dmy": (_DAY, _MONTH, _YEAR),
        "mdy": (_MONTH, _DAY, _YEAR),
        "ymd": (_YEAR, _MONTH, _DAY),
    }.items()
}
_TIME = re.compile(
    r"""
    [\W_]* (?P<early>AM|PM)? [\W_]*
    (?: (?P<hour>\d{1,2}) [\s:.]{1,3} (?P<minute>\d\d) (?: [:.] (?P<second>\d\d) )? )?
    [\W_]* (?P<late>AM|PM)? [\W_]* (?P<zone>UTC)? [\W_]*
    """,
    re.VERBOSE,
)
_MONTHS = tuple(f"N{month}" for month in range(1, 13))
_COLUMNS = (*_MONTHS, "AM", "PM", "")


class Dated(NamedTuple):
    """What a line says that holds a date and nothing else."""

    label: str  #: "published", "updated", or "" if it does not say which
    moment: str  #: ISO 8601


class _Table(NamedTuple):
    orders: Mapping[str, tuple[str, ...]]  #: of the numbers in a date, for each language
    meanings: Mapping[str, Mapping[str, str]]  #: of a word, for each language that has it


def words(text: str) -> list[str]:
    """The words of a text in lower case, without marks and numbers.

    >>> words("2025 m. Kovo 4 d.")
    ['m', 'kovo', 'd']
    """
    return _WORD.findall(folded(text))


def folded(text: str) -> str:
    """The text in lower case, its letters all of one kind where keyboards have two.

    >>> folded("YAYINLANDI"), folded("yayınlandı")
    ('yayinlandi', 'yayinlandi')
    """
    return text.replace("İ", "i").replace("ʼ", "'").lower().replace("ı", "i")


def read_date(line: str) -> Dated | None:
    """The date that a line holds beside nothing but a label and a time; None if it can be read two ways.

    >>> read_date("Mis à jour le 3 mars 2025 à 14h05")
    Dated(label='updated', moment='2025-03-03T14:05')
    >>> read_date("4 listopada 2025 r.").moment, read_date("4 listopada 2025"), read_date("03/04/2025")
    ('2025-11-04', None, None)
    """
    orders, meanings = _table()
    languages = set(orders)
    spoken = words(line)
    for word in spoken:
        languages &= meanings.get(word, {}).keys()
        if not languages:
            return None
    read = {
        (_label(spoken, language), _numbers(line, language), order)
        for language in languages
        for order in orders[language]
    }
    found = {Dated(label, moment) for label, text, order in read if (moment := _moment(text, order))}
    return found.pop() if len(found) == 1 else None


def month_of(word: str) -> frozenset[int]:
    """The months that a word names in some language."""
    meanings = _table().meanings.get(folded(word), {}).values()
    return frozenset(int(meaning[1:]) for meaning in meanings if meaning.startswith("N"))


def _label(spoken: list[str], language: str) -> str:
    kinds = labels().get(language, {})
    return next((kind for kind in ("updated", "published") if set(kinds.get(kind, ())).intersection(spoken)), "")


def _numbers(line: str, language: str) -> str:
    """The numbers of a line, and signs for its words that matter."""
    meanings = _table().meanings
    text = _WORD.sub(lambda word: f" {meanings[word[0]][language]}", folded(line))
    return " ".join(text.split())


def _moment(text: str, order: str) -> str | None:
    date = _date(text, order)
    time = date and _TIME.fullmatch(f"{text[: date.start()]} {text[date.end() :]}")
    if not date or not time:
        return None
    hour, half = int(time["hour"] or 0), time["early"] or time["late"]
    if half and hour > 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "PM" else 0)
    try:
        moment = datetime(
            int(date["year"]),
            int(date["month"]),
            int(date["day"]),
            hour,
            int(time["minute"] or 0),
            int(time["second"] or 0),
            tzinfo=UTC if time["zone"] else None,
        )
    except ValueError:  # no such day
        return None
    if not time["hour"]:
        return moment.date().isoformat()
    return moment.isoformat(timespec="seconds" if time["second"] else "minutes")


def _date(text: str, order: str) -> re.Match[str] | None:
    if "N" in text:
        return next(filter(None, (pattern.search(text) for pattern in _NAMED)), None)
    year_last = _NUMBERS["dmy"].search(text)
    if not year_last:
        return _NUMBERS["ymd"].search(text)
    if order == "ymd" or (order == "mdy" and "." in year_last[0]):  # they do not write so
        return None
    return _NUMBERS[order].search(text)


@cache
def _table() -> _Table:
    orders = dict[str, tuple[str, ...]]()
    meanings: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in files("cleaners").joinpath("data", "dates.txt").read_text("utf-8").splitlines():
        language, order, *columns = row.split("\t")
        orders[language] = tuple(order.split())
        own = labels().get(language, {})
        said = [(word, "") for kind in ("published", "updated", "beside") for word in own.get(kind, ())]
        said += [("utc", "UTC"), ("gmt", "UTC"), *zip(own.get("months", ()), cycle(_MONTHS), strict=False)]
        said += [(word, sign) for sign, column in zip(_COLUMNS, columns, strict=True) for word in column.split()]
        for word, sign in said:
            meanings[word][language] = sign
    return _Table(orders, meanings)
