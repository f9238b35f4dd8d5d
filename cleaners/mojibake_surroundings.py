"""What stands round a stretch that may be mojibake, and says whether it is: its word and language, spaces, scripts.

Two or three good characters that happen to be valid UTF-8 in some encoding may look rarer than what they would mean;
what a wrong decoding would have done to their neighbours, too, tells more.
"""

from collections.abc import Iterable

from cleaners.mojibake_languages import letters_of
from cleaners.mojibake_letters import WIDE, character

# In bits, as the gains of proposals.
_PARTLY_DAMAGED = _CLOSES_QUOTATION = _OF_NO_SCRIPT_HERE = -16
_STARTS_WITH_SPACE = -12  # a no-break space, which is a letter's first byte in Mac Roman alone
_SPACES_HERE = -16  # others are good
_SPACE_BETWEEN_WORDS = -16  # as well, in what would be one letter of Han
_SIGN_BEHIND_CAPITALS = -8  # as in "JYVÄSKYLÄ–TAMPERE", unless the language has the new letter and not the old
_OF_LANGUAGE = 6  # where it has, in a longer word
_SIGN_IN_NAME = 6  # as in "BÄ…kiewicz"
_ONLY_OF_ITS_SCRIPT = 8

_FARTHEST = 300  # characters in which a quotation, or a word, is looked for
_OPENING = {"”": "“„”", "»": "«", "“": "„", "’": "‘‚", "‘": "‚", "«": "»", "›": "‹"}
_SIGNS = frozenset("–—…™")


def touches_letter(line: str, start: int, end: int) -> bool:
    """Whether a letter stands right before a span of a line, or right behind it."""
    return any(map(str.isalpha, line[start - 1 : start] + line[end : end + 1]))


class Surroundings:
    """A line, with the spans in it that may be mojibake.

    >>> line = "з\u2019їзд"
    >>> Surroundings(line, [(0, 3)]).bits(0, line[:3], "\u74bf")
    -32
    """

    def __init__(self, line: str, spans: Iterable[tuple[int, int]]) -> None:
        self._line = line
        self._suspects = {place for start, end in spans for place in range(start, end)}
        self._scripts: set[str] | None = None
        spaces = (place for place, symbol in enumerate(line) if symbol == "\xa0")
        self._has_good_space = "\xa0" in line and not self._suspects.issuperset(spaces)

    def bits(self, at: int, stretch: str, meant: str) -> int:
        """What speaks for a stretch at a place being mojibake, if positive, or against it."""
        bits = _STARTS_WITH_SPACE if stretch[0] == "\xa0" else 0
        if self._is_partly_damaged(at, at + len(stretch), len(meant)):
            bits += _PARTLY_DAMAGED
        if self._closes_quotation(at, stretch):
            bits += _CLOSES_QUOTATION
        if stretch[0].isupper() and not stretch[-1].isalpha():
            if stretch[-1] not in "’\xa0" and self._is_in_name(at, at + len(stretch)):
                bits += _SIGN_IN_NAME
            elif stretch[1:] in _SIGNS and self._is_behind_capital(at) and not self._is_spelled_so(stretch, meant):
                bits += _SIGN_BEHIND_CAPITALS
        if self._has_good_space and "\xa0" in stretch:
            bits += _SPACES_HERE
        if character(meant[0]).script == WIDE:
            bits += _SPACE_BETWEEN_WORDS * stretch.count("\xa0", 1, -1)
        script = character(stretch[0]).script
        if script and script != "LATIN":
            if script not in self._own_scripts():
                bits += _ONLY_OF_ITS_SCRIPT * bool(self._own_scripts())
            elif len(meant) == 1 and character(meant).script not in (script, "LATIN"):
                bits += _OF_NO_SCRIPT_HERE
        return bits

    def bits_of_language(self, at: int, stretch: str, meant: str) -> int:
        """The same by the letters of its language, which takes longer to tell."""
        is_sign = stretch[1:] in _SIGNS and stretch[0].isupper()
        if (is_sign and self._is_behind_capital(at)) or not touches_letter(self._line, at, at + len(stretch)):
            return 0
        return _OF_LANGUAGE * self._is_spelled_so(stretch, meant)

    def _is_partly_damaged(self, start: int, end: int, n_meant: int) -> bool:
        """Whether as many letters of the word, beyond ASCII, are as they should be; lost bytes may leave a capital."""
        n_halves = 0
        for places in (
            range(start - 1, max(-1, start - _FARTHEST), -1),
            range(end, min(len(self._line), end + _FARTHEST)),
        ):
            for place in places:
                symbol = self._line[place]
                if not symbol.isalpha() and symbol != "’":
                    break
                if symbol > "\x7f" and symbol.lower() != symbol.upper() and place not in self._suspects:
                    n_halves += 2 if symbol.islower() else 1
                    if n_halves >= 2 * n_meant:
                        return True
        return False

    def _closes_quotation(self, at: int, stretch: str) -> bool:
        """Whether the last character is a closing quotation mark that an opening one in the line lacks."""
        closing, behind, line = stretch[-1], at + len(stretch), self._line
        opening = _OPENING.get(closing)
        if not opening or line[behind : behind + 1].isalnum():
            return False
        opened = max([line.rfind(mark, max(0, at - _FARTHEST), at) for mark in opening])
        if opened < 0 or opened in self._suspects or closing in line[opened + 1 : at]:
            return False
        following = line.find(closing, behind, behind + _FARTHEST)
        return following < 0 or any(mark != closing and mark in line[behind:following] for mark in opening)

    def _is_in_name(self, start: int, end: int) -> bool:
        """Whether a span is in the middle of a word that does not start with two capitals."""
        before, after = self._line[max(0, start - 2) : start], self._line[end : end + 1]
        is_behind_capitals = all(symbol.isupper() for symbol in before.rjust(2))
        return before[-1:].isalpha() and after.islower() and not is_behind_capitals

    def _is_behind_capital(self, at: int) -> bool:
        return self._line[max(0, at - 1) : at].isupper()

    def _is_spelled_so(self, stretch: str, meant: str) -> bool:
        """Whether the language has all the new letters and none of the old."""
        letters = letters_of(self._line, fewest_words=1)
        return letters.issuperset(meant.lower()) and letters.isdisjoint(stretch.lower())

    def _own_scripts(self) -> set[str]:
        """The scripts of the letters that are no suspects."""
        if self._scripts is None:
            letters = {symbol for place, symbol in enumerate(self._line) if place not in self._suspects}
            self._scripts = {character(symbol).script for symbol in letters if symbol.isalpha()}
        return self._scripts
