"""The language of damaged text, as far as its short words tell it: which letters and quotation marks it has.

`cleaners.language` knows more languages, but takes ten times as long, and half a second to load.
"""

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

_FEWEST_WORDS = 2  # that tell a language
_NEARLY_AS_MANY = 0.75  # its neighbours have, whose letters count, too


class Language(NamedTuple):
    """One language, or some that the words do not tell apart."""

    letters: frozenset[str]  #: in lower case, beyond ASCII
    quotes: tuple[str, str]  #: the opening and the closing quotation mark
    elides: bool  #: whether words lose their last vowel before another: "l’été"


def letters_of(text: str, fewest_words: int = _FEWEST_WORDS) -> frozenset[str]:
    """The letters of its language beyond ASCII, in lower case; none if its words do not tell the language."""
    language = language_of(text, fewest_words)
    return language.letters if language else frozenset()


def language_of(text: str, fewest_words: int = _FEWEST_WORDS) -> Language | None:
    """The language of a text, if its words tell it.

    >>> language_of("Die Straße ist gesperrt.").quotes, language_of("Straße")
    (('„', '“'), None)
    """
    n_words, likely = _likely(text)
    return _joined(likely) if n_words >= fewest_words else None


@lru_cache(maxsize=1 << 8)
def _likely(text: str) -> tuple[int, Sequence[tuple[int, int]]]:
    """How many words tell the likeliest language, and the languages that have nearly as many, the likeliest first."""
    languages_of = _languages_of_words()
    counts = dict[int, int]()
    for word in languages_of.keys() & text.lower().split():
        for index in languages_of[word]:
            counts[index] = counts.get(index, 0) + 1
    most = max(counts.values(), default=0)
    return most, tuple(sorted([(-n, index) for index, n in counts.items() if n >= _NEARLY_AS_MANY * most]))


@lru_cache(maxsize=1 << 8)
def _joined(likely: Sequence[tuple[int, int]]) -> Language:
    rows = [_rows()[index] for _, index in likely]
    opening, closing = list(rows[0]["quotes"])
    letters = frozenset("".join([row["letters"] for row in rows]))
    return Language(letters, (opening, closing), all("elides" in row for row in rows))


@cache
def _rows() -> Sequence[Mapping[str, str]]:
    """Of each language its commonest short words, its letters and its quotation marks."""
    text = files("cleaners").joinpath("data", "languages.toml").read_text("utf-8")
    return list(tomllib.loads(text).values())


@cache
def _languages_of_words() -> Mapping[str, Sequence[int]]:
    found = defaultdict[str, list[int]](list)
    for index, row in enumerate(_rows()):
        for word in row["words"].split():
            found[word].append(index)
    return dict(found)
