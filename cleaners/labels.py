"""How languages label the dates and authors of articles."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


@cache
def labels() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """For each language, the words of each kind that `data/labels.toml` names.

    >>> labels()["pt"]["author"]
    ('autor', 'autora', 'autores', 'texto')
    """
    book = tomllib.loads(files("cleaners").joinpath("data", "labels.toml").read_text("utf-8"))
    return {language: {kind: tuple(row[kind].split()) for kind in row} for language, row in book.items()}


@cache
def labels_of(kind: str) -> frozenset[str]:
    """The words of one kind in all languages."""
    return frozenset(word for row in labels().values() for word in row.get(kind, ()))
