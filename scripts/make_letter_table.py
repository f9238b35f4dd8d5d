"""Makes the tables in `cleaners/data` that say how surprising one letter is after another, in any language.

    python scripts/make_letter_table.py FOLDER

FOLDER holds the npm packages cldr-core, cldr-annotations-full, cldr-dates-full, cldr-localenames-full and
cldr-units-full (48.2.0), each unpacked below its own name. They are data of the Unicode CLDR project under the Unicode
License v3: names of languages, countries, cities, months, units and emoji, which are some hundred thousand real words
in more than a hundred languages.

`letter_pairs.txt` has a row for each letter: the letter, a tab, and groups of letters separated by spaces. The letters
of the first group cost one bit (or less) after it, those of the second two, and so on. The edge of a word is written
as `_`. `letter_triples.txt` is the same for two letters and what follows them, in Latin, Greek and Cyrillic script
and only where one of the three is not ASCII.

A word counts once a language, in lower case. A pair costs what it costs in the language that uses it most readily.
"""

import json
import math
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PACKAGES = "cldr-annotations-full cldr-dates-full cldr-localenames-full cldr-units-full".split()
_LETTERS = re.compile(r"[a-zß-\u10ff\u1780-\u17ff\u1e00-\u1fff]+")  # not Han, Kana, Hangul, Ethiopic: too many
_TRIPLE = re.compile(r"[a-z_ß-\u04ff\u1e00-\u1fff]{3}")
_EDGE = "_"
_MOST_BITS = 14
_DOUBT = 10  # a letter that was seen less often than that proves little
_LEVELS = {"modern": 0, "moderate": 2, "basic": 3}  # extra bits for languages of which CLDR has fewer words
_MANY_WORDS = 4000  # what a language must have before its triples are believed
_FAR_AWAY = "vi yo ig ha so sw zu jv id ms fil pcm uz tk ky kk mn cv ba chr ak".split()  # their triples would only blur
_TARGET = Path(__file__).parent.parent / "cleaners" / "data"

Costs = dict[str, dict[str, int]]


def main(folder: Path) -> None:
    """Count, and write both tables."""
    levels = json.loads((folder / "cldr-core" / "coverageLevels.json").read_text("utf-8"))["effectiveCoverageLevels"]
    pairs: Costs = defaultdict(dict)
    triples: Costs = defaultdict(dict)
    for language, level in sorted(levels.items()):
        words = {word for path in _files(folder, language) for word in _words(json.loads(path.read_text("utf-8")))}
        _count(pairs, words, 2, _DOUBT, _LEVELS[level])
        if len(words) >= _MANY_WORDS and level == "modern" and language not in _FAR_AWAY:
            _count(triples, words, 3, 4, 0)
    (_TARGET / "letter_pairs.txt").write_text(_table(pairs), "utf-8")
    (_TARGET / "letter_triples.txt").write_text(_table(triples), "utf-8")


def _files(folder: Path, language: str) -> Iterator[Path]:
    for package in _PACKAGES:
        yield from sorted((folder / package).glob(f"*/{language}/*.json"))


def _words(node: Any) -> Iterator[str]:
    """The words in all strings below a node of a JSON document, in lower case."""
    if isinstance(node, str):
        text = unicodedata.normalize("NFC", node).replace("İ", "i").lower()
        yield from _LETTERS.findall("".join(c if unicodedata.category(c)[0] in "LM" else " " for c in text))
    elif isinstance(node, dict):
        for child in node.values():
            yield from _words(child)
    elif isinstance(node, list):
        for child in node:
            yield from _words(child)


def _count(costs: Costs, words: set[str], length: int, doubt: int, extra: int) -> None:
    """Lower each cost to what it is in a language with these words."""
    spelled = [_EDGE + word + _EDGE for word in words]
    pieces = Counter(word[i : i + length] for word in spelled for i in range(len(word) - length + 1))
    starts = Counter[str]()
    for piece, count in pieces.items():
        starts[piece[:-1]] += count
    for piece, count in pieces.items():
        start, last = piece[:-1], piece[-1]
        if length == 3 and (count < 2 or piece.isascii() or not _TRIPLE.fullmatch(piece)):
            continue
        bits = max(1, math.ceil(extra - math.log2(count / (starts[start] + doubt))))
        costs[start][last] = min(bits, costs[start].get(last, bits))


def _table(costs: Costs) -> str:
    return "".join(_row(start, costs[start]) for start in sorted(costs))


def _row(start: str, costs: dict[str, int]) -> str:
    groups = [""] * _MOST_BITS
    for letter, bits in sorted(costs.items()):
        if bits <= _MOST_BITS:
            groups[bits - 1] += letter
    return f"{start}\t{' '.join(groups).rstrip()}\n"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
