"""How surprising a piece of text is, letter by letter: the evidence by which mojibake is judged.

The tables are made by `scripts/make_letter_table.py` from names and words of the Unicode CLDR project (Unicode License
v3). A pair of letters costs what it costs in the language that uses it most readily, so that no language is foreign; a
capital inside a small-letter word, letters of two scripts in one word and signs that seldom stand in prose cost extra.
"""

import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

_EDGE = "_"  # what the tables call the edge of a word

# All costs are in bits.
_UNKNOWN_PAIR = 15
_UNKNOWN_TRIPLE = 5  # more than its last pair
_OTHER_SCRIPT = 22
_LATIN_AND_GREEK = 13  # as in science: "IL2Rγc"
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

_MOST_REMEMBERED = 1 << 17

_WIDE = "WIDE"
_WIDE_SCRIPTS = frozenset("CJK HIRAGANA KATAKANA HANGUL IDEOGRAPHIC KATAKANA-HIRAGANA BOPOMOFO".split())
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


class _Costs(dict[str, int]):
    """What the last of three characters costs after the other two, worked out when it is first asked for."""

    def __init__(self, work_out: Callable[[str], int]) -> None:
        super().__init__()
        self.work_out = work_out

    def __missing__(self, three: str) -> int:
        if len(self) >= _MOST_REMEMBERED:  # only senseless text has so many
            self.clear()
        bits = self[three] = self.work_out(three)
        return bits


def surprise(text: str, start: str = "  ") -> int:
    """How surprising the text is behind a start of two characters or more, in bits; its end counts as edge of a word.

    >>> surprise("Dovil\u00c4\u2014 said") - surprise("Dovilė said") > 8
    True
    >>> surprise("MACHALÍ— said") < surprise("MACHAL\u0357 said")
    True
    """
    text = start[-2:] + text
    return sum([_STEPS[text[i : i + 3]] for i in range(len(text) - 2)])


def closer_surprise(text: str, start: str) -> int:
    """The same, with all letters judged by threes, which tells similar letters of a language apart.

    >>> closer_surprise("zč", " s") > closer_surprise("zc", " s") > closer_surprise("ze", " s")
    True
    """
    text = start[-2:] + text
    return sum([_CLOSER_STEPS[text[i : i + 3]] for i in range(len(text) - 2)])


def _step(three: str) -> int:
    """What the last of three characters costs in itself and for standing behind the other two."""
    two = _TWO[three[1:]]
    if not (two.after_capital or two.after_letter):
        return two.bits
    before_last = character(three[0])
    return two.bits + two.after_capital * before_last.is_upper + two.after_letter * bool(before_last.script)


def _closer_step(three: str) -> int:
    """The same, from a closer look at all three letters."""
    two = _TWO[three[1:]]
    bits = _step(three) + two.capital_inside
    if two.starts_at_edge or (triple := character(three[0]).letter + two.letters).isascii():
        return bits
    if (found := _triples().get(triple)) is not None:
        return bits - two.pair + found
    return bits + _UNKNOWN_TRIPLE * (max(triple) <= "\u04ff")


class _Two(NamedTuple):
    """What two characters side by side cost, the first of them left out."""

    bits: int  #: whatever stands before them
    after_capital: int  #: more, if that is a capital
    after_letter: int  #: more, if that is a letter
    pair: int  #: how much of `bits` is for the letters
    capital_inside: int  #: how much of it is for a capital behind a small letter
    letters: str
    starts_at_edge: bool


class _Twos(dict[str, _Two]):
    def __missing__(self, two: str) -> _Two:
        if len(self) >= _MOST_REMEMBERED:  # only senseless text has so many
            self.clear()
        last, this = map(character, two)
        bits, after_letter = this.bits, 0
        pair = 0 if this.letter == last.letter == _EDGE else _pair(last, this)
        capital_inside = _CAPITAL_INSIDE * (this.is_upper and last.is_lower)
        after_capital = _SMALL_AFTER_CAPITALS * (this.is_lower and last.is_upper)
        if this.script and last.bits and not last.joins:
            after_letter = _DASH_INSIDE if last.symbol in "–—…" else _SIGN_INSIDE
            if last.bits > 4 and not last.opens and this.script != "GREEK":  # as in "√π"
                bits += _SIGN_GLUED
        if this.symbol in " ,." and last.symbol == " ":
            bits += _NOTHING_BETWEEN
        bits += pair + capital_inside
        letters = last.letter + this.letter
        self[two] = _Two(bits, after_capital, after_letter, pair, capital_inside, letters, last.letter == _EDGE)
        return self[two]


_TWO = _Twos()
_STEPS = _Costs(_step)
_CLOSER_STEPS = _Costs(_closer_step)


def _pair(last: Character, this: Character) -> int:
    if (bits := _pairs().get(last.letter + this.letter)) is not None:
        return bits
    scripts = {last.script, this.script}
    if _WIDE in scripts:
        return _WIDE_PAIR if len(scripts) == 1 else _WIDE_AT_EDGE if "" in scripts else _WIDE_AND_OTHER
    if scripts == {"LATIN", "GREEK"}:
        return _LATIN_AND_GREEK
    return _OTHER_SCRIPT if len(scripts) == 2 and "" not in scripts else _UNKNOWN_PAIR


@cache
def _pairs() -> dict[str, int]:
    return _read("letter_pairs.txt")


@cache
def _triples() -> dict[str, int]:
    return _read("letter_triples.txt")


def _read(name: str) -> dict[str, int]:
    """Letters, and what the last one costs after the others."""
    rows = (row.split("\t") for row in files("cleaners").joinpath("data", name).read_text("utf-8").splitlines())
    return {
        start + letter: bits
        for start, groups in rows
        for bits, letters in enumerate(groups.split(" "), 1)
        for letter in letters
    }


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
    script = _WIDE if script in _WIDE_SCRIPTS else "" if script == "COMBINING" else script
    is_known = script == _WIDE or category[0] == "M" or letter + _EDGE in _pairs() or _EDGE + letter in _pairs()
    bits = 0 if is_known else _UNKNOWN_LETTER
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
        is_common = "\u2010" <= symbol < "\u2050" or "\u2070" <= symbol < "\u2200" or symbol >= "\u3000"
        return _PUNCTUATION if is_common and not "\ufe10" <= symbol < "\ufe20" else _FOREIGN_SIGN
    return _SYMBOL
