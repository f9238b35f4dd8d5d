"""Makes `cleaners/data/dates.txt`, the words with which languages write dates.

    python scripts/make_date_table.py FOLDER

FOLDER holds the npm package cldr-dates-full (48.2.0), unpacked below its own name: data of the Unicode CLDR project
under the Unicode License v3.

A row is one language, with what its regions write, too. Its columns, apart by tabs, are the language, the order of a
date in numbers (dmy, mdy, ymd; two for English), the names of the twelve months, the words for the hours before and
after noon where these are counted to twelve, and the other words that stand in a date: the days of the week and what
goes between the numbers. Words are in lower case, apart by spaces.
"""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from cleaners.dates import words

_EUROPE = """
    az be bg br bs ca cs cy da de el en es et eu fi fo fr ga gd gl hr hu hy is it ka lb lt lv mk mt nb nl nn oc pl pt rm
    ro ru sk sl sq sr sv tr uk
"""
_BEYOND = "ar bn fa fil he hi id ja kk ko mr ms sw ta te ur uz vi zh"
_OTHER_SCRIPTS = {"en-Dsrt", "en-Shaw", "hi-Latn", "zh-Latn"}
_MONTHS = [str(month) for month in range(1, 13)]
_QUOTED = re.compile(r"'([^']+)'|([^\x00-\x7f]+)")  # in a pattern such as "d 'de' MMMM" or "y年"
_SIGNS = re.compile(r"'[^']*'|[^dMy]")  # all but the numbers of a date
_WIDTHS = ("abbreviated", "wide")
_TARGET = Path(__file__).parent.parent / "cleaners" / "data" / "dates.txt"


def main(folder: Path) -> None:
    """Write the table."""
    rows = [_row(language, dict(_calendars(folder, language))) for language in sorted((_EUROPE + _BEYOND).split())]
    _TARGET.write_text("".join(rows), "utf-8")


def _calendars(folder: Path, language: str) -> Iterator[tuple[str, dict[str, Any]]]:
    main = folder / "cldr-dates-full" / "main"
    for path in sorted([*main.glob(f"{language}/ca-gregorian.json"), *main.glob(f"{language}-*/ca-gregorian.json")]):
        locale = path.parent.name
        if locale not in _OTHER_SCRIPTS:
            yield locale, json.loads(path.read_text("utf-8"))["main"][locale]["dates"]["calendars"]["gregorian"]


def _row(language: str, calendars: dict[str, dict[str, Any]]) -> str:
    names: list[set[tuple[str, ...]]] = [set() for _ in _MONTHS]
    before, after, others, orders = set[str](), set[str](), set[str](), set[str]()
    for locale, calendar in calendars.items():
        for forms in calendar["months"].values():
            for width in _WIDTHS:
                for index, month in enumerate(_MONTHS):
                    names[index].add(tuple(words(forms[width][month])))
        if any("a" in pattern for pattern in _strings(calendar["timeFormats"])):
            for period, found in (("am", before), ("pm", after)):
                spoken = words(calendar["dayPeriods"]["format"]["abbreviated"][period])
                found.update(spoken if len(spoken) == 1 else ())
        days = (day for forms in calendar["days"].values() for width in _WIDTHS for day in forms[width].values())
        patterns = _strings(*(node for key, node in calendar.items() if key.startswith(("dateF", "dateT", "timeF"))))
        quoted = ("".join(match) for text in patterns if _is_moment(text) for match in _QUOTED.findall(text))
        others.update(word for text in chain(days, quoted) for word in words(text))
        if locale in (language, f"{language}-001"):
            orders.add("".join(dict.fromkeys(_SIGNS.sub("", calendar["dateFormats"]["short"]).lower())))
    months_of = Counter(word for month in names for word in {word for name in month for word in name})
    others.update(word for word in months_of if months_of[word] > 1)  # "de", or "tháng"
    months = [{word for name in month for word in name if months_of[word] == 1} for month in names]
    columns = [orders, *months, before, after, others.difference(*months, before, after)]
    return "\t".join([language, *(" ".join(sorted(column)) for column in columns)]) + "\n"


def _is_moment(pattern: str) -> bool:
    """Whether a pattern speaks neither of weeks, quarters and eras nor of stretches of time."""
    return not re.search("[wWqQG–]", _QUOTED.sub("", pattern))


def _strings(*nodes: Any) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, str):
            yield node
        else:
            yield from _strings(*node.values())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
