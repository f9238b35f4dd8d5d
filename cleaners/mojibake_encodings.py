"""The encodings that UTF-8 is mistaken for, each as browsers decode it: an undefined byte is a control character."""

import codecs
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

LEAD_BYTE = rb"[\xc2-\xf4]"
#: Verbose pattern of the bytes that follow it and make it one character.
#: Source: The Unicode Standard, table 3-7, Well-Formed UTF-8 Byte Sequences.
REST = rb"""
    (?: (?<= [\xc2-\xdf] )                          [\x80-\xbf]
      | (?<= \xe0 )          [\xa0-\xbf]            [\x80-\xbf]
      | (?<= [\xe1-\xec\xee\xef] )                  [\x80-\xbf]{2}
      | (?<= \xed )          [\x80-\x9f]            [\x80-\xbf]
      | (?<= \xf0 )          [\x90-\xbf]            [\x80-\xbf]{2}
      | (?<= [\xf1-\xf3] )                          [\x80-\xbf]{3}
      | (?<= \xf4 )          [\x80-\x8f]            [\x80-\xbf]{2} )"""
UNIT = LEAD_BYTE + REST


class Encoding:
    """One of the encodings."""

    def __init__(self, name: str, codec: str) -> None:
        decoded = bytes(range(0x80, 0x100)).decode(codec, "replace")
        self.name = name
        self.undefined = [byte for byte, symbol in enumerate(decoded, 0x80) if symbol == _UNDEFINED]
        self.symbols = [chr(byte) if byte in self.undefined else symbol for byte, symbol in enumerate(decoded, 0x80)]
        self._map = codecs.charmap_build("".join(map(chr, range(0x80))) + "".join(self.symbols))

    def encode(self, text: str) -> bytes:
        """The text as bytes, one for each character; what the encoding does not have is a question mark.

        >>> ENCODINGS[0].encode("Dovil\u00c4\u2014 я")
        b'Dovil\\xc4\\x97 ?'
        """
        return codecs.charmap_encode(text, "replace", self._map)[0]

    def decode(self, text: str) -> str | None:
        """What is meant by a text that is mojibake as a whole, or nothing if it is not.

        >>> ENCODINGS[0].decode("\u00c5\u00be"), ENCODINGS[0].decode("ž")
        ('ž', None)
        """
        encoded = self.encode(text)
        return encoded.decode() if encoded.count(b"?") == text.count("?") and is_valid(encoded) else None


def is_valid(encoded: bytes) -> bool:
    """Whether bytes are UTF-8."""
    try:
        encoded.decode()
    except UnicodeDecodeError:
        return False
    return True


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
    leads_of_two = {symbol for encoding in ENCODINGS for symbol in encoding.symbols[0x42:0x60]}
    small = sorted({symbol for symbol in LEAD + FOLLOWER if symbol.islower()} - leads_of_two)
    latin = "".join([symbol for symbol in small if symbol < "ƒ"])
    cyrillic = "".join([symbol for symbol in small if symbol >= "а"])
    return re.compile(
        rf"""
        [{FOLLOWER}{CAPITALS}â\ufffd]
        (?: (?<= [{LEAD}][{FOLLOWER}] )
            (?! (?<= [{latin}]{{2}} ) (?: [{latin}\x00-\x7f] | $ ) )        # as in the good word "zvlášť"
            (?! (?<= [{cyrillic}]{{2}} ) (?: [{cyrillic}\x00-\x7f] | $ ) )  # as in the good word "діє"
            (?: (?<! [‘’][À-ÿ] ) (?:{starts})      # "l’été" is French, and not mojibake of Armenian
              | (?<= à[¤-¹] )                      # Indic scripts and Thai
              | (?<= [à-ï][{re.escape("".join(ENCODINGS[0].symbols[:0x40]))}] ) (?=[^\x00-\x7f]) )
          | (?<= [\x80-\x9f{CAPITALS}â\ufffd] )
            (?: (?<= [\x80-\x9f] )
              | (?<= [{LEAD}]\ufffd )
              | (?<= [{LEAD}][{FOLLOWER}]\ufffd )
              | (?<= [ÂÃ] ) (?:[^A-Z]|$)
              | (?<= â ) [€?¦¢¬]
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


#: An "â" that is left of a quotation mark or an apostrophe: surely so, or (in the groups) in some languages only.
LOST_QUOTE = re.compile(
    r"""
    â (?: (?: (?<= \b(?:[Dd]o|[Cc]a|[Ww]o|[Ii]s|[Aa]i)nâ ) | (?<= \b(?:[Aa]re|[Dd]id|[Hh]ad|[Hh]as|[Ww]as)nâ )
            | (?<= \b(?:[Dd]oes|[Hh]ave|[Ww]ere|[Mm]ust|[Nn]eed)nâ )
            | (?<= \b[CcWw]ouldnâ ) | (?<= \b[Ss]houldnâ ) ) t\b
        | (?: (?<= \b[Ii]tâ ) | (?<= \b[Hh]eâ ) | (?<= \b[Ss]heâ ) | (?<= \b[Ww]hoâ ) | (?<= \b[Ll]etâ )
            | (?<= \b[Tt]hatâ ) | (?<= \b[Ww]hatâ ) | (?<= \b[Hh]ereâ ) | (?<= \b[Tt]hereâ ) ) s\b
        | (?<= \bIâ ) (?:m|d|ll|ve)\b
        | (?: (?<= \b[Yy]ouâ ) | (?<= \b[Tt]heyâ ) | (?<= \b[Ww]eâ ) ) (?:d|ll|re|ve)\b
        | (?<! [^\s(]â ) (?= [A-ZÀ-Þ]\w | I\s | [“‘] )
        | (?<= [.,!?…]â ) (?= \s|$ )
        | (?P<elided> (?<= \b[CDJLMNSTcdjlmnst]â ) (?= h?[aeouyéèêà]\w\w | hi\w\w ) | (?<= quâ ) (?= [aeiouyéèêà] ) )
        | (?P<possessive> (?<= [A-Za-z][a-z]â ) s\b ) )
    """,
    re.VERBOSE | re.MULTILINE,
)


_NORDIC = re.compile("[åäöæø]")  # letters of languages that have a word "Å"


def is_suspect(text: str) -> bool:
    """Whether a text may hold mojibake; for text that does not, this is all that repair costs.

    >>> is_suspect("A café — “fine”"), is_suspect("A caf\u00c3\u00a9")
    (False, True)
    """
    if text.isascii():
        return False
    if "â" in text and LOST_QUOTE.search(text):
        return True
    match = _CLEARLY_SUSPECT.search(text)
    while match and match[0] == "Å " and _NORDIC.search(text):
        match = _CLEARLY_SUSPECT.search(text, match.end())
    return match is not None


def suspect_lines(text: str) -> Iterator[tuple[int, str]]:
    """Where they start, and the lines that may hold mojibake.

    >>> list(suspect_lines("A café — “fine”.\\nA caf\u00c3\u00a9.")) == [(17, "A caf\u00c3\u00a9.")]
    True
    """
    yield from lines_with(_SUSPECT, text)


def lines_with(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, str]]:
    """Where they start, and the lines in which a pattern is found."""
    end = 0
    while match := pattern.search(text, end):
        start = text.rfind("\n", end, match.start()) + 1 or end
        end = text.find("\n", match.start())
        end = len(text) if end < 0 else end
        yield start, text[start:end]
