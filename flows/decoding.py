"""Bytes as text: with the encoding that was chosen, and how sure that is."""

import codecs
import re
from typing import NamedTuple

import chardet
from chardet import EncodingEra

from flows import UnreadableDocument

# The UTF-32 mark begins with the UTF-16 mark, so it comes first.
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What pages mean by a name is what browsers take it for. Source: the WHATWG Encoding Standard.
_AS_BROWSERS_DO = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
_ERAS = EncodingEra.MODERN_WEB | EncodingEra.LEGACY_ISO
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SHIFT_TO_JAPANESE = b"\x1b$"
_MOST_CONTROLS = 0.05  # of the bytes of a text; a picture or a program has more
_SAMPLE = 200_000  # bytes
_HALF_OF_A_PAIR = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")  # of surrogates, each written in UTF-8
_GOOD_FOR_ONE_BAD = 4  # letters in good UTF-8 for one byte that is not


class Decoded(NamedTuple):
    """A text, and how its bytes were read."""

    text: str
    encoding: str  #: a name that Python knows
    confidence: float  #: 1 where the bytes or their source say so themselves, else what the detector says


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """The text of some bytes.

    The first of these that fits: a byte-order mark, which stays for the ledger to remove; UTF-16 without a mark; the
    encoding that the source declares, unless it is one of 8 bits and the bytes are UTF-8 all the same; ISO-2022-JP;
    UTF-8; what the detector chardet says. In a text that is UTF-8 but for a few bytes, each of these becomes U+FFFD,
    which the judge will not let pass.

    Args:
        data: a whole text.
        declared: name of an encoding, as a header or a page gives it.

    Raises:
        UnreadableDocument: if the bytes are not text.

    >>> decode(b"caf\\xc3\\xa9"), decode(b"caf\\xe9", declared="latin1").text
    (Decoded(text='café', encoding='utf-8', confidence=1.0), 'café')
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return Decoded(data.decode(encoding, "replace"), encoding, 1.0)
    if wide := _wide(data):
        text = data.decode(wide, "replace")
        _refuse_controls(text.encode())
        return Decoded(text, wide, 0.9)
    encodings = ["iso2022_jp", "utf-8"] if _SHIFT_TO_JAPANESE in data else ["utf-8"]
    if known := _known(declared):
        encodings.insert(_has_8_bits(known), known)
    for encoding in encodings:
        try:
            text = data.decode(encoding)
            as_utf8 = data if encoding == "utf-8" else text.encode()
        except UnicodeError:  # it does not fit, or gives half of a surrogate pair
            continue
        _refuse_controls(as_utf8)
        return Decoded(text, encoding, 1.0)
    _refuse_controls(data)
    return _repaired_utf8(data) or _detected(data)


def _known(declared: str | None) -> str | None:
    try:
        name = codecs.lookup(declared.strip()).name if declared else None
        bytes(range(256)).decode(name or "utf-8", "replace")  # Python has codecs that give no text, such as base64
    except (LookupError, ValueError):
        return None
    return _AS_BROWSERS_DO.get(name, name) if name else None


def _has_8_bits(encoding: str) -> bool:
    """Whether the encoding takes every byte for a character, so that it fits whatever there is."""
    high = bytes(range(0xA1, 0xFF)).decode(encoding, "replace")
    return len(high) == 0xFF - 0xA1 and high.count("\ufffd") < len(high) / 2


def _refuse_controls(data: bytes) -> None:
    found = _CONTROLS.search(data)
    if found and len(_CONTROLS.findall(data[:_SAMPLE])) > _MOST_CONTROLS * len(data[:_SAMPLE]):
        byte = f"byte {found.start()} is 0x{data[found.start()]:02x}"
        raise UnreadableDocument("intake/not-text", f"It is not text: {byte}, and there are more of the kind.")


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark, which ASCII letters give away: every other byte is zero."""
    sample = data[:_SAMPLE]
    if b"\0" not in sample:
        return None
    even, odd = (sample[first::2].count(0) / max(1, len(sample) // 2) for first in (0, 1))
    if len(data) % 2 == 0 and max(even, odd) > 0.3 and min(even, odd) < 0.05:
        return "utf-16-be" if even > odd else "utf-16-le"
    return None


def _repaired_utf8(data: bytes) -> Decoded | None:
    data = _HALF_OF_A_PAIR.sub("\ufffd".encode(), data)
    text = data.decode("utf-8", "replace")
    n_bad = text.count("\ufffd") - data.count("\ufffd".encode())
    n_good = sum(1 for character in text if character > "\x7f") - n_bad
    if n_good < _GOOD_FOR_ONE_BAD * n_bad:
        return None
    return Decoded(text, "utf-8", n_good / (n_good + n_bad))


def _detected(data: bytes) -> Decoded:
    found = chardet.detect(data, encoding_era=_ERAS, max_bytes=_SAMPLE)
    if not found["encoding"]:
        raise UnreadableDocument("intake/not-text", "It is not text in any encoding that chardet knows.")
    encoding = codecs.lookup(found["encoding"]).name
    return Decoded(data.decode(encoding, "replace"), encoding, round(found["confidence"], 3))
