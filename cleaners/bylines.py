"""Who wrote an article, as the line says that stands above it."""

import re
from functools import cache

from cleaners.dates import folded
from cleaners.labels import labels_of

_LONGEST_BYLINE = 80  # characters
_BEFORE_PLACE = "in at from"
_AND = "and und et y e & a agus dan eta i ir ja og och oraz és și un ve και и і й та"
_PLACE = re.compile(rf",?\s+(?:{_BEFORE_PLACE.replace(' ', '|')})\s+\w[\w.'\- ]{{1,40}}\Z")
_BETWEEN = re.compile(rf"\s*[,、]\s*|\s+(?:{_AND.replace(' ', '|')})\s+")
_NOT_IN_NAMES = frozenset([*_BEFORE_PLACE.split(), *_AND.split()])
_PARTICLES = frozenset("al bin da de del della den der di do dos du el ibn la le ten ter van von y zu".split())
_WIDE_NAME = re.compile(r"[\u3400-\u9fff\uac00-\ud7af]{2,4}")


def authors(line: str, *, beside_a_date: bool) -> tuple[str, ...]:
    """The people that a line names as authors, or () if it does not.

    A line without "by" or the like is a byline only beside a labelled date.

    >>> authors("By Ann Lee and Jan van der Berg", beside_a_date=False)
    ('Ann Lee', 'Jan van der Berg')
    >>> authors("Автор: Іван Франко", beside_a_date=False), authors("Автор: людина з міста", beside_a_date=False)
    (('Іван Франко',), ())
    >>> authors("Ann Lee in Paris", beside_a_date=True), authors("Ann Lee in Paris", beside_a_date=False)
    (('Ann Lee',), ())
    """
    if len(line) > _LONGEST_BYLINE:
        return ()
    named = _behind_label(line, beside_a_date=beside_a_date)
    if _WIDE_NAME.fullmatch(named) and named != line:
        return (named,)
    if "," not in named and "、" not in named and _NOT_IN_NAMES.isdisjoint(named.split()):  # most lines, and cheap
        return (named,) if is_name(named) else ()
    people = [_PLACE.sub("", person) for person in _BETWEEN.split(named)]
    return tuple(people) if all(map(is_name, people)) else ()


def is_name(text: str) -> bool:
    """Two to five words that are spelled as names are.

    >>> [is_name(text) for text in ("Ann Lee", "Ursula von der Leyen", "J. R. R. Tolkien", "Land", "the minister")]
    [True, True, True, False, False]
    """
    words = text.split()
    if not 2 <= len(words) <= 5:  # most lines, and cheap
        return False
    capitalized = [
        word for word in words if word[0].isupper() and word.replace("-", "").replace("'", "").rstrip(".").isalpha()
    ]
    return len(capitalized) >= 2 and all(w in capitalized or w in _PARTICLES for w in words)


def _behind_label(line: str, *, beside_a_date: bool) -> str:
    """What a line says but for the label of a byline, or "" if it needs one and has none."""
    if ":" in line or "：" in line:
        label, _, rest = line.replace("：", ":").partition(":")
        said = folded(label).split()
        return rest.strip() if said and _labels().issuperset(said) else ""
    first, _, rest = line.partition(" ")
    if first in _by() or (beside_a_date and first in _of()):
        return rest.strip()
    second, _, behind = rest.partition(" ")
    if second in labels_of("by") and folded(first) in _labels():  # "Text by Ann Lee"
        return behind.strip()
    return line if beside_a_date else ""


@cache
def _labels() -> frozenset[str]:
    return labels_of("author") | labels_of("by")


@cache
def _by() -> frozenset[str]:
    return _at_start(labels_of("by")) | {"by"}


@cache
def _of() -> frozenset[str]:
    return _at_start(labels_of("of"))


def _at_start(words: frozenset[str]) -> frozenset[str]:
    return frozenset((*map(str.capitalize, words), *map(str.upper, words)))
