"""What the tags and names of elements say: classes, ids and roles as words, known from `data/markup.toml`."""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_WORD = re.compile(r"[^a-z0-9 ]+")
_UNNAMED = frozenset("html body main h1 h2 h3 h4 h5 h6".split())  # the id of a heading is often made of its words
_MOST_REMEMBERED = 1 << 15


class _Book(NamedTuple):
    rules: dict[str, str]  #: by name
    whole: dict[str, str]  #: by name that says nothing as a part of another
    starts: frozenset[str]  #: the first words of those names
    n_words: int  #: in the longest of them
    bodies: re.Pattern[str]
    leads: re.Pattern[str]
    tags: dict[str, str]
    outside: dict[str, str]  #: by tag, outside the article
    unnamed: dict[str, str]  #: by tag, where no name says more


@lru_cache(maxsize=1)
def _book() -> _Book:
    book = tomllib.loads(files("cleaners.data").joinpath("markup.toml").read_text("utf-8"))
    names, whole, *tags = (_by_word(book[table]) for table in ("names", "whole", "tags", "outside", "unnamed"))
    starts = frozenset(name.partition("-")[0] for name in names)
    n_words = max(name.count("-") for name in names) + 1
    return _Book(names, whole, starts, n_words, _any_of(book["body"].split()), _any_of(book["lead"].split()), *tags)


def _by_word(table: dict[str, str]) -> dict[str, str]:
    return {word: f"markup/{rule}" for rule, words in table.items() for word in words.split()}


def _any_of(words: list[str]) -> re.Pattern[str]:
    longest_first = sorted(words, key=len, reverse=True)
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(map(re.escape, longest_first))})(?![a-z0-9])")


def _plain(names: str) -> str:
    """Names as words: lower case, with hyphens between the words of a name.

    >>> _plain("ArticleBody js_share--bar")
    'article-body js-share-bar'
    """
    return _NO_WORD.sub("-", _CAMEL.sub("-", names).lower())


@lru_cache(maxsize=_MOST_REMEMBERED)
def rule_of(tag: str, names: str, in_article: bool) -> str:  # positional, for a keyword would cost a tenth of reading
    """The rule that an element may fall under by its tag or its names, or "".

    >>> rule_of("div", "post__ShareBar", True), rule_of("div", "shared-garden", True)
    ('markup/share-bar', '')
    """
    book = _book()
    if tag in book.tags:
        return book.tags[tag]
    if tag in book.outside and not in_article:
        return book.outside[tag]
    named = map(_rule_of_name, () if tag in _UNNAMED else names.split())
    return next(filter(None, named), "") or book.unnamed.get(tag, "")


@lru_cache(maxsize=_MOST_REMEMBERED)
def _rule_of_name(name: str) -> str:
    book, plain = _book(), _plain(name)
    words = plain.split("-")
    for first, word in enumerate(words):
        if word not in book.starts:
            continue
        for last in range(min(first + book.n_words, len(words)), first, -1):
            if rule := book.rules.get("-".join(words[first:last])):
                return rule
    return book.whole.get(plain, "")


@lru_cache(maxsize=_MOST_REMEMBERED)
def is_body(names: str) -> bool:
    """Whether the names say that the element holds the text of an article."""
    return names != "" and _book().bodies.search(_plain(names)) is not None


@lru_cache(maxsize=_MOST_REMEMBERED)
def is_lead_name(names: str) -> bool:
    """Whether the names say that the element holds the lead of an article."""
    return names != "" and _book().leads.search(_plain(names)) is not None
