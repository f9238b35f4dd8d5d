"""How surprising a piece of text is, letter by letter: the evidence by which mojibake is judged.

The tables are made by `scripts/make_letter_table.py` from names and words of the Unicode CLDR project (Unicode License
v3). A pair of letters costs what it costs in the language that uses it most readily, so that no language is foreign; a
capital inside a small-letter word, letters of two scripts in one word and signs that seldom stand in prose cost extra.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from itertools import pairwise
from operator import add
from typing import NamedTuple

_EDGE = "_"  # what the tables call the edge of a word

# All costs are in bits.
_UNKNOWN_PAIR = 15
_UNKNOWN_TRIPLE = 5  # more than its last pair
_OTHER_SCRIPT = 22
_LATIN_AND_GREEK = 13  # as in science: "IL2Rγc"
_RARE_WIDE = 12  # as are those that Unicode calls extensions
_WIDE_PAIR = 8  # Han, Kana and Hangul have too many characters for a table
_WIDE_AT_EDGE = 4
_WIDE_AND_OTHER = 12
_CAPITAL_INSIDE = 8
_SMALL_AFTER_CAPITALS = 6
_DASH_INSIDE = 4
_SIGN_INSIDE = 8
_SIGN_GLUED = 6
_NOTHING_BETWEEN = 6  # two spaces, or a space before a comma
_UNKNOWN_LETTER = 6
_PUNCTUATION = 7
_SYMBOL = 10
_RARE_SIGN = 12
_CONTROL = 16
_FOREIGN_SIGN = 20
_NOT_A_CHARACTER = 40

_DEPENDENT = 1 << 28
_MOST_REMEMBERED = 1 << 17

WIDE = "WIDE"
_WIDE_SCRIPTS = frozenset("CJK HIRAGANA KATAKANA HANGUL IDEOGRAPHIC KATAKANA-HIRAGANA BOPOMOFO".split())
_COMMON_WIDE = re.compile("[\u3005-\u312f\u4e00-\u9fff\uac00-\ud7a3]")
_SIGNS = (
    dict.fromkeys("\n\t !\"'(),-./0123456789:;?", 0)
    | dict.fromkeys("#$%&*+<=>@[\\]^_`{|}~", 2)
    | dict.fromkeys("‘’“”„–—…", 3)
    | dict.fromkeys("«»‹›‚°€£·•™®©", 5)
    | dict.fromkeys("\u00a0¡¿ºª¹²³×§\u200b\u200c\u200d\u200e\u200f\ufe0f", 6)
)
_OPENING = frozenset("¡¿«‹»›„“”‘’‚€£$©®§¥\u00a0\u200b\u200e\u200f")
_NOT_LETTERS = frozenset("ªºˆ\u0336\ufe0f")  # the last two strike out what stands before, and make it an emoji
_JOINING = frozenset("'’-‐·\u00ad\u200c\u200d.&/@_")


class Character(NamedTuple):
    """What matters of a character when it is judged."""

    symbol: str
    letter: str  #: in lower case, or the edge of a word for what is not a letter
    script: str  #: "" for what is not a letter, or belongs to every script
    is_upper: bool
    is_lower: bool
    bits: int  #: what it costs wherever it stands
    opens: bool  #: may stand right before a word
    joins: bool  #: may stand inside a word


def surprise(text: str, start: str = "  ") -> int:
    """How surprising the text is behind a start of two characters or more, in bits; its end counts as edge of a word.

    >>> surprise("Dovil\u00c4\u2014 said") - surprise("Dovilė said") > 8
    True
    >>> surprise("MACHALÍ— said") < surprise("MACHAL\u0357 said")
    True
    """
    text = start[-2:] + text
    twos = list(map(add, text[1:], text[2:]))
    n_dependent, bits = divmod(sum(map(_TWOS.__getitem__, twos)), _DEPENDENT)
    if n_dependent:
        for index, two in enumerate(twos):
            if two in _TWOS.dependent:
                after_capital, after_letter = _TWOS.dependent[two]
                before_last = character(text[index])
                bits += after_capital * before_last.is_upper + after_letter * bool(before_last.script)
    return bits


def least_surprising(
    readings: Iterable[tuple[str, int]], last: str, following: str, number: int
) -> list[tuple[int, int, str]]:
    """Those of some readings that cost the least between two characters, as far as their first two letters tell.

    Args:
        readings: texts, and what each costs beyond its letters.
        last: the character before them.
        following: what follows, or nothing at the end.
        number: how many are wanted.

    Returns:
        The bits, what it costs beyond its letters, and the text; the cheapest first.
    """
    following = following[:1] or " "
    found = sorted([(_TWOS[last + text[0]] % _DEPENDENT + extra, extra, text) for text, extra in readings])
    likely = found[: 2 * number]
    found = [(bits + _TWOS[(text + following)[:2]] % _DEPENDENT, extra, text) for bits, extra, text in likely]
    return sorted(found)[:number]


def closer_surprise(text: str, start: str) -> int:
    """The same, with all letters judged by threes, which tells similar letters of a language apart.

    >>> closer_surprise("zč", " s") > closer_surprise("zc", " s") > closer_surprise("ze", " s")
    True
    """
    bits = surprise(text, start)
    text = start[-2:] + text
    if text != text.lower():
        symbols = list(map(character, text[1:]))
        bits += _CAPITAL_INSIDE * sum([last.is_lower and this.is_upper for last, this in pairwise(symbols)])
    letters = text.translate(_LETTERS)
    if letters.isascii():
        return bits
    return bits + sum(map(_THREES.__getitem__, map(add, map(add, letters, letters[1:]), letters[2:])))


class _Twos(dict[str, int]):
    """What the latter of two characters costs behind the former, worked out when it is first asked for.

    What depends on the character before them, too, has `_DEPENDENT` added to it.
    """

    def __init__(self) -> None:
        super().__init__()
        #: What it costs more if before them stands a capital, and if there stands a letter.
        self.dependent: dict[str, tuple[int, int]] = {}

    def __missing__(self, two: str) -> int:
        if len(self) >= _MOST_REMEMBERED:  # only senseless text has so many
            self.clear()
            self.dependent.clear()
        last, this = map(character, two)
        bits = this.bits
        if this.script:
            if last.script:
                if this.is_upper and last.is_lower:
                    bits += _CAPITAL_INSIDE
                elif this.is_lower and last.is_upper:
                    self.dependent[two] = (_SMALL_AFTER_CAPITALS, 0)
            elif last.bits and not last.joins:
                self.dependent[two] = (0, _DASH_INSIDE if last.symbol in "–—…" else _SIGN_INSIDE)
                if last.bits > 4 and not last.opens and this.script != "GREEK":  # as in "√π"
                    bits += _SIGN_GLUED
        elif this.symbol in " ,." and last.symbol == " ":
            bits += _NOTHING_BETWEEN
        if this.script or last.script or not this.letter == last.letter == _EDGE:
            bits += _pair(last, this)
        if two in self.dependent:
            bits += _DEPENDENT
        self[two] = bits
        return bits


class _Letters(dict[int, str]):
    """By code point, what the tables call a character."""

    def __missing__(self, point: int) -> str:
        letter = self[point] = character(chr(point)).letter
        return letter


class _Threes(dict[str, int]):
    """What the last of three letters costs more than behind the last of them alone."""

    def __missing__(self, three: str) -> int:
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        bits = 0
        if three[1] != _EDGE and not three.isascii():
            found = _look_up("letter_triples.txt", three[:2], three[2])
            if found is not None and (of_two := _look_up("letter_pairs.txt", three[1], three[2])) is not None:
                bits = found - of_two
            elif max(three) <= "\u04ff":
                bits = _UNKNOWN_TRIPLE
        self[three] = bits
        return bits


_TWOS = _Twos()
_THREES = _Threes()
_LETTERS = _Letters()


def _pair(last: Character, this: Character) -> int:
    if (bits := _look_up("letter_pairs.txt", last.letter, this.letter)) is not None:
        return bits
    scripts = {last.script, this.script}
    if WIDE in scripts:
        return _WIDE_PAIR if len(scripts) == 1 else _WIDE_AT_EDGE if "" in scripts else _WIDE_AND_OTHER
    if scripts == {"LATIN", "GREEK"}:
        return _LATIN_AND_GREEK
    return _OTHER_SCRIPT if len(scripts) == 2 and "" not in scripts else _UNKNOWN_PAIR


def _look_up(table: str, letters: str, letter: str) -> int | None:
    """What a letter costs after others, if they are in a table."""
    groups = _rows(table).get(letters, "")
    place = groups.find(letter)
    return groups.count(" ", 0, place) + 1 if place >= 0 else None


@cache
def _rows(table: str) -> dict[str, str]:
    """Letters, and what can follow them: groups of letters, each of which costs a bit more than the last."""
    text = files("cleaners").joinpath("data", table).read_text("utf-8")
    return dict([row.split("\t") for row in text.splitlines()])


@cache
def character(symbol: str) -> Character:
    """What matters of a character.

    >>> character("Č").letter, character("Č").is_upper, character("…").bits
    ('č', True, 3)
    """
    category = unicodedata.category(symbol)
    if category[0] not in "LM" or symbol in _NOT_LETTERS:
        bits = _sign(symbol, category)
        return Character(symbol, _EDGE, "", False, False, bits, symbol in _OPENING, symbol in _JOINING)
    letter = "i" if symbol == "İ" else symbol.lower()
    script = unicodedata.name(symbol, "").partition(" ")[0]
    script = WIDE if script in _WIDE_SCRIPTS else "" if script == "COMBINING" else script
    ends = [(_EDGE, letter), (letter, _EDGE)]  # of words
    is_known = script == WIDE or category[0] == "M" or any(_look_up("letter_pairs.txt", *end) for end in ends)
    bits = 0 if is_known else _UNKNOWN_LETTER
    if script == WIDE and not _COMMON_WIDE.match(symbol):
        bits = _RARE_WIDE
    return Character(symbol, letter, script, category == "Lu", category == "Ll", bits, True, True)


def _sign(symbol: str, category: str) -> int:
    if symbol in _SIGNS:
        return _SIGNS[symbol]
    if category in ("Cn", "Co", "Cs"):
        return _NOT_A_CHARACTER
    if category == "Cc":
        return _CONTROL
    if symbol < "\u02ff" or "\u2200" <= symbol < "\u2600":
        return _RARE_SIGN
    if category[0] in "PN":
        is_common = "\u2010" <= symbol < "\u2050" or "\u2070" <= symbol < "\u2160" or symbol >= "\u3000"
        return _PUNCTUATION if is_common and not "\ufe10" <= symbol < "\ufe20" else _FOREIGN_SIGN
    return _SYMBOL
