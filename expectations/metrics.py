"""What the judge looks at: one row of measurements for each document, never its text.

The measures are the judge's own. None calls a cleaner, which would be wrong in the same way twice. All take time linear
in the text.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import cache
from string import ascii_letters
from typing import TYPE_CHECKING, TypedDict, get_type_hints

import re2

from cleaners.document import Cleaned, Document
from cleaners.edits import EditError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LONG_LINE = 60  # characters; a shorter line may well stand twice with reason
_LEAST_PROSE = 0.1  # of a page's long lines; an article that has less was not found
_LONGEST_FURNITURE = 300  # characters; a longer line is prose, whatever it starts with

# What the bytes 0x80 to 0xBF turn into where UTF-8 is read as Windows-1252, and where as Windows-1251.
_TAIL = "[€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ¡-¿]"
_TAIL_1251 = "[ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџЎўЈ¤Ґ¦§Ё©Є«¬®Ї°±Ііґµ¶·ё№є»јЅѕї]"
_SMALL = "[a-zß-öø-ÿ]"
_CAPITAL = "[A-ZÀ-ÖØ-Þ]"

# Capitals stand before dashes, quotation marks and trade marks with good reason: "«IRMÃ»", "CAFÉ™", "10 Å²". So most
# pairs count only inside or at the start of a word in small letters, where a capital and a sign have no business.
_MOJIBAKE = re.compile(
    rf"""
      [\x80-\x9f]                                       # control characters: punctuation in Windows-1252
    | â€ | â‚¬ | â„¢ | ï»¿ | ï¿½ | ðŸ | вЂ[™љњќ”“¦]        # quotation marks, byte-order mark, lost character, emoji
    | Â[¡-©«-¸¼-¿] | Ã[¡-©¬-°´-¶¸¼-¿€ƒ†‡ˆ‰Š‹ŒŽœžŸ]          # Western European, beyond doubt
    | [ÄÅ][¡-¨¬´¶¸¼-¾ƒ†‡ˆ‰] | Ĺ[›‚„ľş]                      # Central European, beyond doubt
    | (?<={_SMALL}) (?: [ÂÃĂĹ] | [ÄÅ]{_TAIL} | [ÄÅ]['"](?={_SMALL}) )
    | (?<!{_CAPITAL}) [ÃÄÅ]{_TAIL}(?={_SMALL}{{2}})         # two, since Å is a village, and "Å’s" its own
    | (?<={_SMALL}) (?:É™|È[˜™š›]) | (?<!{_CAPITAL}) (?:É™|È[˜™š›])(?={_SMALL})   # Azerbaijani, Romanian
    | (?:[ÐÑÎÏ×ØÙ]{_TAIL}){{2,}}                          # Cyrillic, Greek, Hebrew, Arabic
    | (?:[РС]{_TAIL_1251}){{3,}}                          # Cyrillic read as Windows-1251
    | (?:[à-é]{_TAIL}{{2}}){{2,}}                         # Indic scripts, Thai, Chinese, Japanese, Korean
    | ‚Ä[ìîúùôò¶] | √[©®º§†] | (?<={_SMALL})√[±≠≥∂ª°]    # Mac Roman
    | [├┬][^\s\w─-▟]                                    # MS-DOS
    """,
    re.VERBOSE,
)
_LOST = re.compile(r"[\ufffd\ud800-\udfff]")
_STRAY = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2028\u2029\u2060-\u2064\ufeff\ufff9-\ufffc]")
# Putting so many marks on one letter in order takes quadratic time, so no text that has them is looked at further.
_STACKED_MARKS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{31}")
_UNTIDY = re.compile(r"[^\S\n]\n|\n{3,}|\A\n|(?:[^\n]|\n\n)\Z")
_FURNITURE = re.compile(
    r"""
      error\ loading\ (?:the\ )?(?:media|player)\b | no\ playable\ sources\ found
    | your\ browser\ does\ not\ support\ (?:the\ )?(?:html|audio|video|javascript)\S*(?:\ \w+){0,3}\W*$
    | please\ enable\ javascript(?:\ to\ (?:view|watch|play)\ (?:the|this)\ \w+)?\W*$
    | (?:we|this\ (?:web)?site)\ uses?\ cookies\ (?:and|on\ (?:this|our)|to\ (?:improve|give|ensure|personali[sz]e))\b
    | by\ (?:continuing|using)\b.{0,60}\byou\ (?:agree|consent)\ to\b.{0,40}\bcookies\b
    | (?:accept|allow|reject)\ all\ cookies\W*$ | translating(?:\.{3}|…)$
    | share\ this\ (?:article|content|post|story)\W*$ | your\ e-?mail\ address\ will\ not\ be\ published
    """,
    re.VERBOSE | re.IGNORECASE,
)


# For each measure a pattern that finds a place wherever the measure counts one, and more, in RE2's syntax.
_SIGNS = {
    "mojibake": r"[\x{80}-\x{9f}├┬]|[ÂÃÄÅĹÐÑÎÏ×ØÙ√][^\x00-\x7f]|[ÄÅ]['\"]|[a-zß-öø-ÿ][ÂÃĂĹ]|â[€‚„]|ï[»¿]|ðŸ|вЂ|‚Ä"
    r"|È[˜™š›]|É™|[à-é][^\x00-\x7f]{2}|[РС][^\x00-\x7f][РС]",
    "lost": r"\x{fffd}",
    "stray": r"[\x00-\x09\x0b-\x1f\x7f-\x{9f}\x{ad}\x{200b}\x{2028}\x{2029}\x{2060}-\x{2064}\x{feff}"
    r"\x{fff9}-\x{fffc}]",
    "untidy": r"[\t\v\f\r\x1c-\x1f \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]\n"
    r"|\n\n\n|\A\n|[^\n]\z|\n\n\z",
    "furniture": r"(?im)^(?:error load|no playable|your (?:bro|e-?ma)|plea[sſ]e|we u[sſ]e|th[iıİ][sſ] (?:web)?[sſ]"
    r"|by (?:con|u[sſ])|(?:accept|allow|reject) all|tran[sſ]lat|[sſ]hare th)",
    "marks": "".join(
        (
            r"[^\x00-\x{2ff}\x{400}-\x{482}\x{48a}-\x{52f}\x{5d0}-\x{5ea}\x{621}-\x{64a}\x{2010}-\x{2027}\x{2030}-\x{205e}",
            r"\x{20a0}-\x{20bf}\x{3001}-\x{3029}\x{3041}-\x{3096}\x{30a1}-\x{30fe}\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}",
            r"\x{ac00}-\x{d7a3}\x{ff01}-\x{ff9d}]",
        )
    ),
}
_ASCII = bytes(range(128))
_ASCII_LETTERS = ascii_letters.encode()
_END_OF_LETTERS = 0x40000  # the last code point before it is none
_FEW = 400  # characters, which are faster counted one by one


class Measurements(TypedDict):
    """One document's row. Counts are of characters, places or lines of the clean text unless they say otherwise."""

    id: str
    n_characters: int
    n_letters: int  #: in any script
    n_edits: int  #: in the whole ledger
    removed_ratio: float  #: share of its characters that the text is shorter by; of a page, once its markup is heard
    longest_removal: int  #: characters of the longest single piece that was taken away, without white space round it
    is_longest_paragraph_kept: bool  #: whether no piece that was taken away is longer than the longest line left
    repeated_ratio: float  #: share of characters that are further copies of long lines
    mojibake_suspects: int  #: places that read like text decoded with the wrong encoding
    n_replacement_characters: int  #: U+FFFD or half a surrogate pair, where a character was lost
    n_stray_characters: int  #: control and invisible characters
    n_untidy_places: int  #: trailing spaces, blank lines in a row, no or several line ends at the end
    n_furniture_lines: int  #: lines that are page furniture beyond doubt
    is_nfc: bool  #: whether the text is in Unicode's Normalization Form C
    is_reversible: bool  #: whether the ledger leads back to the source text


COLUMNS: dict[str, type] = get_type_hints(Measurements)
"""The columns of a row and their types."""


def measure(document: Document, cleaned: Cleaned) -> Measurements:
    """A document's row for the judge.

    Args:
        document: the article as it came in.
        cleaned: what became of it.

    >>> from cleaners.document import Metadata
    >>> row = measure(Document("Dovil\u00c4\u2014 left.\\n"), Cleaned("Dovil\u00c4\u2014 left.\\n", Metadata(), ()))
    >>> row["mojibake_suspects"], row["n_letters"], row["removed_ratio"]
    (1, 10, 0.0)
    """
    # What the markup of a page calls navigation, comments and so on is no loss, unless hardly any prose is left; then
    # the text is measured against the whole page.
    article = document.without_furniture()
    is_article = article is document or _n_prose(article.text) >= _LEAST_PROSE * _n_prose(document.text)
    source, text = (article if is_article else document).text, cleaned.text
    steps = [step for step in cleaned.ledger if not (is_article and step.edits == document.furniture)]
    lines = text.split("\n")
    copies = [(len(line), count - 1) for line, count in Counter(lines).items() if count > 1 and len(line) >= _LONG_LINE]
    removals = [before for step in steps for _, before, after, _ in step.edits if not after]
    longest_removal = max((len(removed.strip()) for removed in removals), default=0)
    signs = _signs(text)
    return Measurements(
        id=document.id,
        n_characters=len(text),
        n_letters=_n_letters(text),
        n_edits=cleaned.n_edits,
        removed_ratio=max(0.0, 1 - len(text) / len(source)) if source else 0.0,
        longest_removal=longest_removal,
        is_longest_paragraph_kept=longest_removal <= max(map(len, lines)),
        repeated_ratio=sum(length * n_copies for length, n_copies in copies) / len(text) if text else 0.0,
        mojibake_suspects=_count(_MOJIBAKE, text) if "mojibake" in signs else 0,
        n_replacement_characters=_count(_LOST, text) if "lost" in signs else 0,
        n_stray_characters=_count(_STRAY, text) if "stray" in signs else 0,
        n_untidy_places=_count(_UNTIDY, text) if "untidy" in signs else 0,
        n_furniture_lines=_n_furniture_lines(lines) if "furniture" in signs else 0,
        is_nfc="marks" not in signs or (not _STACKED_MARKS.search(text) and unicodedata.is_normalized("NFC", text)),
        is_reversible=_is_reversible(cleaned, document.text),
    )


@cache
def _sign_patterns() -> "re2.Set":
    patterns = re2.Set.SearchSet()
    for pattern in _SIGNS.values():
        patterns.Add(pattern)
    patterns.Compile()
    return patterns


def _signs(text: str) -> frozenset[str]:
    """Which measures have something to count: one pass over the text tells, and most texts have nothing."""
    try:
        found = _sign_patterns().Match(text.encode())
    except UnicodeEncodeError:  # half a surrogate pair, which RE2 cannot read
        return frozenset(_SIGNS)
    names = list(_SIGNS)
    return frozenset([names[index] for index in found or ()])


def _n_letters(text: str) -> int:
    """Letters in any script; ASCII is counted apart, which is fast.

    >>> _n_letters("Vilnius, 2025: 巴黎")
    9
    """
    data = text.encode("utf-8", "surrogatepass")
    rest = data.translate(None, _ASCII_LETTERS)
    n_in_ascii = len(data) - len(rest)
    others = rest.translate(None, _ASCII).decode("utf-8", "surrogatepass")
    if len(others) < _FEW:
        return n_in_ascii + sum(map(str.isalpha, others))
    import numpy as np

    points = np.frombuffer(others.encode("utf-32-le", "surrogatepass"), "<u4")
    return n_in_ascii + int(_is_letter().take(points, mode="clip").sum())


@cache
def _is_letter() -> "NDArray[np.bool]":
    """For each code point whether it is a letter; the last is none, as is none behind it."""
    import numpy as np

    return np.array([chr(point).isalpha() for point in range(_END_OF_LETTERS)])


def _n_furniture_lines(lines: Iterable[str]) -> int:
    return sum(1 for line in lines if len(line) <= _LONGEST_FURNITURE and _FURNITURE.match(line))


def _n_prose(text: str) -> int:
    """Characters of lines as long as a sentence."""
    return sum(len(line) for line in text.split("\n") if len(line) >= _LONG_LINE)


def _count(pattern: re.Pattern[str], text: str) -> int:
    return sum(1 for _ in pattern.finditer(text))


def _is_reversible(cleaned: Cleaned, source: str) -> bool:
    try:
        return cleaned.revert() == source
    except EditError:
        return False
