"""The encodings that UTF-8 is mistaken for, each as browsers decode it: an undefined byte is a control character."""

import re
from collections import defaultdict
from collections.abc import Iterator

_CODECS = {
    "windows-1252": "cp1252",
    "iso-8859-1": "latin-1",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "iso-8859-2": "iso8859-2",
    "windows-1254": "cp1254",
    "windows-1257": "cp1257",
    "mac-roman": "mac-roman",
    "ibm437": "cp437",
}
_UNDEFINED = "\ufffd"


class Encoding:
    """One of the encodings, with the patterns of the characters that UTF-8 turns into when it is mistaken for it."""

    def __init__(self, name: str, codec: str) -> None:
        decoded = bytes(range(0x80, 0x100)).decode(codec, "replace")
        self.name = name
        self.undefined = [byte for byte, symbol in enumerate(decoded, 0x80) if symbol == _UNDEFINED]
        self.symbols = [chr(byte) if byte in self.undefined else symbol for byte, symbol in enumerate(decoded, 0x80)]
        self.bytes = {ord(symbol): byte for byte, symbol in enumerate(self.symbols, 0x80)}
        self.unit = self._unit()  #: pattern of the two to four characters that were one
        self.stretch = re.compile(f"(?:{self.unit})+")
        self.line = re.compile(f"[\x00-\x7f]*+(?:(?:{self.unit})++[\x00-\x7f]*+)++")  #: has no other characters

    def decode(self, stretch: str) -> str:
        """What is meant by a stretch.

        >>> ENCODINGS[0].decode("\u00c5\u00be")
        'ž'
        """
        return stretch.translate(self.bytes).encode("latin-1").decode("utf-8")

    def one_of(self, first: int, last: int) -> str:
        """Pattern of the characters for a range of bytes."""
        return "[" + re.escape("".join(self.symbols[first - 0x80 : last - 0x7F])) + "]"

    def _unit(self) -> str:
        """Source: The Unicode Standard, table 3-7, Well-Formed UTF-8 Byte Sequences."""
        rest = self.one_of(0x80, 0xBF)
        return "|".join(
            (
                self.one_of(0xC2, 0xDF) + rest,
                self.one_of(0xE0, 0xE0) + self.one_of(0xA0, 0xBF) + rest,
                self.one_of(0xE1, 0xEC) + rest * 2,
                self.one_of(0xED, 0xED) + self.one_of(0x80, 0x9F) + rest,
                self.one_of(0xEE, 0xEF) + rest * 2,
                self.one_of(0xF0, 0xF0) + self.one_of(0x90, 0xBF) + rest * 2,
                self.one_of(0xF1, 0xF3) + rest * 3,
                self.one_of(0xF4, 0xF4) + self.one_of(0x80, 0x8F) + rest * 2,
            )
        )


ENCODINGS = tuple(Encoding(name, codec) for name, codec in _CODECS.items())


def _any_of(first: int, last: int) -> str:
    return re.escape("".join(sorted({symbol for e in ENCODINGS for symbol in e.symbols[first - 0x80 : last - 0x7F]})))


def _starts() -> Iterator[tuple[str, str, int]]:
    """How a unit starts in some encoding: lead characters, what can follow them there, and how often."""
    followers = defaultdict[tuple[str, int], set[str]](set)
    for encoding in ENCODINGS:
        for byte in range(0xC2, 0xF5):
            followers[encoding.symbols[byte - 0x80], 1 + (byte >= 0xE0)].update(encoding.symbols[:0x40])
    leads = defaultdict[tuple[str, int], str](str)
    for (lead, number), symbols in sorted(followers.items()):
        leads["".join(sorted(symbols)), number] += lead
    return ((f"[{re.escape(those)}]", f"[{re.escape(symbols)}]", number) for (symbols, number), those in leads.items())


LEAD, FOLLOWER = _any_of(0xC2, 0xF4), _any_of(0x80, 0xBF)
_START = "|".join(f"(?<={leads}){symbols}{{{number}}}" for leads, symbols, number in _starts())
#: A run of characters beyond ASCII, from the first place where a stretch can start.
CANDIDATE = re.compile(rf"[{LEAD}](?=[{FOLLOWER}])(?:{_START})[^\x00-\x7f]*")


def _suspect(*signs: str) -> re.Pattern[str]:
    """Pattern of what may be mojibake: it looks for what follows a lead, the rarer of the two in clean text."""
    starts = "|".join(f"(?<={leads}{symbols}){symbols * (number - 1)}" for leads, symbols, number in _starts())
    return re.compile(
        rf"""
        [{FOLLOWER}{CAPITALS}â\ufffd]
        (?: (?<= [{LEAD}][{FOLLOWER}] )
            (?: (?<! [‘’][À-ÿ] ) (?:{starts})  # "l’été" is French, and not mojibake of Armenian
              | (?<= à[¤-¹] )                  # Indic scripts and Thai
              | (?<= [à-ï]{ENCODINGS[0].one_of(0x80, 0xBF)} ) (?=[^\x00-\x7f]) )
          | (?<= [\x80-\x9f{CAPITALS}â\ufffd] )
            (?: (?<= [\x80-\x9f\ufffd] )
              | (?<= [ÂÃ] ) (?:[^A-Z]|$)
              | (?<= â ) [€?]
              | {" | ".join(signs)} ) )
        """,
        re.MULTILINE | re.VERBOSE,
    )


CAPITALS = "ÂÃÄÅÎÏÐÑØÙ"
_SUSPECT = _suspect(rf"(?<= [{CAPITALS}] ) (?:[^A-Z]|$)")
# "Änderung", "Øst" and "Île" are good words, while no language that has Ä or Å puts such a vowel behind it.
_CLEARLY_SUSPECT = _suspect(
    rf"(?<= [a-zß-ÿ][{CAPITALS}] ) (?:[^A-Z]|$)",
    rf"(?<= [{CAPITALS}] ) (?:[^A-Za-zß-ÿ]|$)",
    r"(?<= [ÄÅ] ) [aeoyáéíóúýàâãöôõü] | (?<= Å ) u",
)


def is_suspect(text: str) -> bool:
    """Whether a text may hold mojibake; for text that does not, this is all that repair costs.

    >>> is_suspect("A café — “fine”"), is_suspect("A caf\u00c3\u00a9")
    (False, True)
    """
    return not text.isascii() and _CLEARLY_SUSPECT.search(text) is not None


def suspect_lines(text: str) -> Iterator[tuple[int, str]]:
    """Where they start, and the lines that may hold mojibake.

    >>> list(suspect_lines("A café — “fine”.\\nA caf\u00c3\u00a9.")) == [(17, "A caf\u00c3\u00a9.")]
    True
    """
    end = 0
    while match := _SUSPECT.search(text, end):
        start = text.rfind("\n", end, match.start()) + 1 or end
        end = text.find("\n", match.start())
        end = len(text) if end < 0 else end
        yield start, text[start:end]
