"""Characters in one form: Unicode NFC, plain spaces and line ends, straight quotation marks, nothing invisible."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from cleaners.document import Document
from cleaners.edits import Edit, edits_of, smallest
from cleaners.knowledge import Knowledge
from cleaners.signs import STACKED_MARKS, signs

# Everything that may need a change, and the group that says what it is. A flag such as Scotland's is spelled with
# invisible tag characters; U+3000, the space of Chinese and Japanese typography, is not among the spaces.
_KINDS = {
    "line_end": r"\r\v\f\x85\u2028\u2029",
    "space": r"\t\u00a0\u1680\u2000-\u200a\u202f\u205f",
    "single": r"\u2018-\u201b",
    "double": r"\u201c-\u201f",
    "guillemet": r"«»‹›",
    "flag": r"\U0001f3f4",
    "joiner": r"\u180e\u200c\u200d",
    "direction": r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069",
    "surrogate": r"\ud800-\udfff",
    "invisible": r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters
    r"\u00ad\u200b\u2060-\u2065\u206a-\u206f\ufeff"  # soft hyphen, zero-width space, byte-order mark
    r"\ufff9-\ufffc\U000e0000-\U000e007f",  # annotations, embedded objects, tags
}
_KIND = re.compile("|".join(f"(?P<{kind}>[{characters}])" for kind, characters in _KINDS.items()))
# One class comes first, which is what makes the search fast; what is more than one character follows from it.
_SPECIAL = re.compile(
    rf"""
    [{"".join(_KINDS.values())}]
    (?: (?<= \r ) \n
      | (?<= \U0001f3f4 ) [\U000e0020-\U000e007f]+
      | (?<= [\ud800-\udbff] ) [\udc00-\udfff]
      | (?<= [«»‹›] ) [\u0020\u00a0\u202f]
      | (?<= [\u00a0\u202f] ) [«»‹›] [\u0020\u00a0\u202f]? )?
    """,
    re.VERBOSE,
)
_SPACES = "\t\u00a0\u2009\u202f"  # the common ones
_TYPOGRAPHIC = (  # what each becomes, and the rule
    dict.fromkeys(_SPACES, (" ", "characters/space"))
    | dict.fromkeys("‘’‚‛", ("'", "characters/quotation-mark"))
    | dict.fromkeys("“”„‟", ('"', "characters/quotation-mark"))
)
_GUILLEMET = re.compile("[«»‹›]")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_HAN_OR_KANA = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_HANGUL_VOWELS_AND_FINALS = range(0x1160, 0x1200)


def normalize_characters(document: Document, knowledge: Knowledge) -> Iterable[Edit]:
    """Spaces, line ends, invisible characters and quotation marks, each as one small edit.

    Zero-width joiners stay where they join, in Persian and Indic words and in emoji; direction marks stay on lines that
    are written from right to left; the quotation marks of a Chinese or Japanese line stay, where straight ones are
    foreign; and a guillemet that pairs with none, such as an arrow in "Home » News", is no quotation mark.

    >>> edits = normalize_characters(Document("“Oui”,\\u00a0dit-il."), Knowledge())
    >>> [edit.rule for edit in edits]
    ['characters/quotation-mark', 'characters/quotation-mark', 'characters/space']
    >>> list(normalize_characters(Document("می\\u200cخواهم 👩\\u200d🚀 “我们的海”"), Knowledge()))
    []
    """
    keeps_quotes = knowledge.quotes == "keep"
    shown = signs(document.text)
    if shown.isdisjoint(("special", "han or kana")):
        return _typographic_edits(document.text, keeps_quotes) if "typographic" in shown else ()
    return _special_edits(document.text, keeps_quotes)


def _typographic_edits(text: str, keeps_quotes: bool) -> Iterable[Edit]:
    """The edits of a text that has no other characters to change, nor lines that keep their quotation marks."""
    rows: list[tuple[int, str, str, str]] = []
    for character in _SPACES if keeps_quotes else _TYPOGRAPHIC:
        after, rule = _TYPOGRAPHIC[character]
        start = text.find(character)
        while start >= 0:
            rows.append((start, character, after, rule))
            start = text.find(character, start + 1)
    rows.sort()
    return edits_of(rows)


def _special_edits(text: str, always_keeps_quotes: bool) -> Iterator[Edit]:
    line, end_of_line, end, keeps_quotes = "", -1, 0, False
    for match in _SPECIAL.finditer(text):
        start, found = match.start(), match[0]
        kind = _kind(found)
        if start > end_of_line:
            line, end_of_line = _line(text, start)
            keeps_quotes = always_keeps_quotes or _HAN_OR_KANA.search(line) is not None
        if kind == "line_end":
            yield Edit(start, found, "\n", "characters/line-end")
        elif kind == "space":
            yield Edit(start, found, " ", "characters/space")
        elif kind in ("single", "double"):
            if not keeps_quotes:
                yield Edit(start, found, "'" if kind == "single" else '"', "characters/quotation-mark")
        elif kind == "guillemet":
            if text[start - 1 : start] == " " and start > end and found[0] in "«»‹›":
                start, found = start - 1, " " + found
            straightened = _straighten(found, "" if keeps_quotes else _guillemets(line))
            if straightened != found:
                yield smallest(start, found, straightened, "characters/quotation-mark")
        elif kind == "surrogate" and len(found) > 1:
            whole = found.encode("utf-16", "surrogatepass").decode("utf-16")
            yield Edit(start, found, whole, "characters/surrogate-pair")
        elif kind == "surrogate":
            yield Edit(start, found, "\ufffd", "characters/lone-surrogate")
        elif (
            kind == "invisible"
            or (kind == "joiner" and not _joins(text, start))
            or (kind == "direction" and not _is_right_to_left(line))
        ):
            yield Edit(start, found, "", "characters/invisible")
        end = match.end()


@lru_cache(maxsize=1 << 12)
def _kind(found: str) -> str | None:
    match = _KIND.match(found)
    return "guillemet" if _GUILLEMET.search(found) else match and match.lastgroup


def _line(text: str, offset: int) -> tuple[str, int]:
    """The line round an offset, and where it ends."""
    end = text.find("\n", offset)
    end = end if end >= 0 else len(text)
    return text[text.rfind("\n", 0, offset) + 1 : end], end


@lru_cache(maxsize=1)  # each character of a line asks about it
def _is_right_to_left(line: str) -> bool:
    return _RIGHT_TO_LEFT.search(line) is not None


@lru_cache(maxsize=1)
def _guillemets(line: str) -> str:
    """Which guillemets open and close quotations on a line, such as "«»"; "" where they do not all pair.

    French and most others write «so», German and Danish »so«; a mark that pairs with none may be an arrow, or open
    a paragraph of a long quotation.
    """
    marks = "".join(_GUILLEMET.findall(line))
    for pair in ("«»", "»«", "‹›", "›‹"):
        if marks == pair * (len(marks) // 2) and not (pair in ("»«", "›‹") and _is_spaced(line, pair)):
            return pair
    return ""


def _is_spaced(line: str, pair: str) -> bool:
    """Whether an opening mark has a space behind it, or a closing one before it, which arrows have."""
    return any(f"{pair[0]}{space}" in line or f"{space}{pair[1]}" in line for space in "\u0020\u00a0\u202f")


def _straighten(found: str, pair: str) -> str:
    """A guillemet with the spaces round it, made straight if it pairs; French sets a space inside, straight marks none.

    >>> _straighten(" «\u00a0", "«»"), _straighten(" » ", "«»"), _straighten(" » ", "")
    (' "', '" ', ' » ')
    """
    mark = found.strip("\u0020\u00a0\u202f")
    before, after = (" " if space else "" for space in found.split(mark))
    if mark not in pair:
        return before + mark + after
    straight = '"' if mark in "«»" else "'"
    return before + straight if mark == pair[0] else straight + after


def _joins(text: str, offset: int) -> bool:
    """Whether a zero-width joiner or non-joiner does its work between or behind letters, signs or emoji."""
    before, after = text[offset - 1 : offset], text[offset + 1 : offset + 2]
    if not before or unicodedata.category(before)[0] not in "LMNS":
        return False
    return before >= "\u0600" or (after != "" and unicodedata.category(after)[0] in "LMNS")


def compose_characters(document: Document, knowledge: Knowledge) -> Iterable[Edit]:  # noqa: ARG001  all cleaners are alike
    """Unicode NFC, one edit for each letter that was spelled otherwise.

    A text in which letters are buried under more than thirty marks is left alone; putting them in order would take
    time quadratic in their number. Source: Unicode Standard Annex #15, Unicode Normalization Forms.

    >>> [edit] = compose_characters(Document("Ca\u0301diz, C\u00e1diz"), Knowledge())
    >>> edit.start, len(edit.before), edit.after == "\u00e1"
    (1, 2, True)
    """
    text = document.text
    if "composition" not in signs(text) or STACKED_MARKS.search(text):
        return
    for start, piece in _letters(text):
        if not unicodedata.is_normalized("NFC", piece):
            yield smallest(start, piece, unicodedata.normalize("NFC", piece), "characters/nfc")


def _letters(text: str) -> Iterator[tuple[int, str]]:
    """Pieces that normalize by themselves: none starts with a character that can join the one before it."""
    for run in re.finditer(r"[\x00-\u02ff]?[^\x00-\u02ff]+", text):
        start = run.start()
        for offset in range(start + 1, run.end()):
            joins_back = unicodedata.category(text[offset])[0] == "M" or ord(text[offset]) in _HANGUL_VOWELS_AND_FINALS
            if not joins_back:
                yield start, text[start:offset]
                start = offset
        yield start, text[start : run.end()]
