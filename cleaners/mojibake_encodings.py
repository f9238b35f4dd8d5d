"""The encodings that UTF-8 is mistaken for, each as browsers decode it: an undefined byte is a control character."""

import re

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
    return "".join(sorted({symbol for e in ENCODINGS for symbol in e.symbols[first - 0x80 : last - 0x7F]}))


# A character that starts a unit in some encoding, and one that can follow it.
PAIR = re.compile(f"[{re.escape(_any_of(0xC2, 0xF4))}][{re.escape(_any_of(0x80, 0xBF))}]")
_TWO_BEYOND_ASCII = re.compile(r"[^\x00-\x7f][^\x00-\x7f]")
_LOST_BYTE = re.compile(
    r"[\x80-\x9fÂÃÄÅÎÏÐÑØÙâ](?: (?<=[\x80-\x9f]) | (?<=â)[€?] | (?<!â)(?: [\x20,.’a-zÂ-Ù] | $ ) )", re.VERBOSE
)


def is_suspect(text: str) -> bool:
    """Whether a text may hold mojibake; for text that does not, this is all that repair costs.

    >>> is_suspect("A café — “fine”"), is_suspect("A caf\u00c3\u00a9")
    (False, True)
    """
    if text.isascii():
        return False
    return (
        (_TWO_BEYOND_ASCII.search(text) is not None and PAIR.search(text) is not None)
        or "\ufffd" in text
        or _LOST_BYTE.search(text) is not None
    )
