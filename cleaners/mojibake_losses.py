"""Mojibake that lost bytes on its way: repaired where one reading is far more plausible than all others.

A no-break space became a space, a soft hyphen or control character was dropped, or U+FFFD stands for a byte that the
encoding does not define. What is left of a letter then has several readings; the letters round it choose.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from functools import lru_cache
from itertools import product
from math import prod

from cleaners.edits import Edit, smallest
from cleaners.mojibake_encodings import ENCODINGS, LEAD_BYTE, REST, UNIT, Encoding
from cleaners.mojibake_languages import letters_of
from cleaners.mojibake_letters import character, closer_surprise, least_surprising, surprise

_NO_BREAK_SPACE = 0xA0
_SOFT_HYPHEN = 0xAD
_CONTROLS = range(0x80, 0xA0)
_REPLACED = "\ufffd"
_LEADS_OF_WIDE = range(0xE4, 0xEE)  # Han and Hangul, which have no spaces and too many characters to guess
_LEAD_OF_SMALL_A = 0xC3  # "à" is the only small letter of Latin-1 that ends in a no-break space

# All in bits.
_NEEDED = 9  # by how much the reading must be less surprising than the text as it stands
_NEEDED_WITH_EVIDENCE = 2
_NEEDED_FOR_LONE_A = 6  # "Ã" before a space: no language ends a word with it in small letters
_MARGIN = 3  # by how much it must be less surprising than the next best reading
_MARGIN_WITHOUT_TRIPLES = 6
_WORDS_JOINED = 6  # the space was an "à" at the end of a word, and the words are now one
_SPACE_LOST_TOO = 6
_UNUSUAL_LOSS = 4
_TOO_RARE = 10
_FOREIGN = 14  # a letter that the language round it does not have
_RARE_LOSS = 6  # a byte that Windows-1252 defines was dropped, as happens to Latin-1

_MOST_LETTERS = 60
_MOST_REFUSED = 3  # in a line where no more are repaired: too much is lost to tell what was meant
_MOST_LOST_OF_LATIN_1 = 5  # different places in a line; at each, any of 32 characters may have been dropped
_SLACK = 8  # bits by which a reading may be worse at first sight than the best, to be looked at closer
_BEAM = 4  # readings that are carried on from one piece of a region to the next
_MOST_READINGS = 64  # where more are possible, the best of them is a guess


# Of letters that lost bytes, and of words with such letters; U+FFFD is encoded as a substitute character. No neighbour
# tells which of the many characters of Han and Hangul (\xe4 to \xed) was meant, unless a space stands for the byte.
_REMAINS = rb"""
    (?: (?<= [\xe0-\xe3\xee\xef] ) (?: [\x80-\xbf] [\x1a\x20]? | [\x1a\x20] [\x80-\xbf] )
      | (?<= [\xe4-\xed] ) (?: [\x80-\xbf] \x20 | \x20 [\x80-\xbf] )
      | (?<= [\xc2-\xdf] ) [\x1a\x20]? )"""
_LETTER = rb"%b (?: %b | %b )" % (LEAD_BYTE, REST, _REMAINS)
_REGION = re.compile(rb"%b (?: [a-zA-Z]* %b )*" % (_LETTER, _LETTER), re.VERBOSE)
_SURE = re.compile(rb"(?: %b | [a-zA-Z]+ )+" % UNIT, re.VERBOSE)
_PIECE = re.compile(rb"(?: %b | [a-zA-Z]+ )+ | %b %b" % (UNIT, LEAD_BYTE, _REMAINS), re.VERBOSE)
_SUBSTITUTE = b"\x1a"
_LOST = re.compile(rb"[\xc2-\xef] [\x80-\xbf]? \x1a [\x80-\xbf]?", re.VERBOSE)


class _Lossy:
    """An encoding, and what may have become of its bytes."""

    def __init__(self, encoding: Encoding) -> None:
        self.encoding = encoding
        self.dropped = [*(encoding.undefined or ENCODINGS[0].undefined), _SOFT_HYPHEN]
        self.rarely_dropped = () if encoding.undefined else [byte for byte in _CONTROLS if byte not in self.dropped]

    def encode(self, text: str) -> bytes:
        return self.encoding.encode(text.replace(_REPLACED, "\x1a"))

    def readings(self, piece: bytes, may_join: bool) -> Iterator[tuple[str, int]]:
        """What a piece of a region may mean, and what that costs beyond its letters.

        Args:
            piece: some of its characters, encoded.
            may_join: whether what follows could be the rest of a word.
        """
        if _SURE.fullmatch(piece):
            yield piece.decode(), 0
        elif _SUBSTITUTE in piece:
            yield from ((text, 0) for text in _filled(piece, _SUBSTITUTE, self.encoding.undefined))
        elif b" " in piece:
            is_lead_of_small_a = piece[0] == _LEAD_OF_SMALL_A
            joins = is_lead_of_small_a and may_join
            for text in _filled(piece, b" ", [_NO_BREAK_SPACE]):
                yield text, _WORDS_JOINED * joins
                yield text + " ", _SPACE_LOST_TOO * (not is_lead_of_small_a)
            if piece[0] in _LEADS_OF_WIDE:
                return
            for text in _filled(piece.replace(b" ", b""), b"", self.dropped):
                yield text + " ", _UNUSUAL_LOSS
            for text in _filled(piece.replace(b" ", b""), b"", self.rarely_dropped):
                if text.islower() or not is_lead_of_small_a:
                    yield text + " ", _UNUSUAL_LOSS + _RARE_LOSS
        else:
            yield from ((text, 0) for text in _filled(piece, b"", self.dropped))
            yield from ((text, _RARE_LOSS) for text in _filled(piece, b"", self.rarely_dropped))


def _filled(piece: bytes, gap: bytes, missing: Collection[int]) -> Iterator[str]:
    """The piece with each of the missing bytes at its gap, or at every place if it has none."""
    known = piece.replace(gap, b"") if gap else piece
    if len(known) + 1 != (2 if known[0] < 0xE0 else 3):
        return
    for byte, place in product(missing, [piece.index(gap)] if gap else range(1, len(known) + 1)):
        try:
            text = bytes([*known[:place], byte, *known[place:]]).decode("utf-8")
        except UnicodeDecodeError:
            continue
        if character(text).bits < _TOO_RARE:
            yield text


_LOSSY = {
    encoding.name: _Lossy(encoding)
    for encoding in ENCODINGS
    if encoding.name.startswith("windows-") or encoding.name == "iso-8859-1"
}
_WINDOWS = "mojibake/windows-1252"
WIDE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")  # Kana, Han and Hangul, which seldom stand alone
_SMALL_LETTER = re.compile("[a-z]")
_CONTRACTED = re.compile(r"(?:quel[ae]s?|quilo)\b")  # Portuguese writes "àquele", "àquelas", "àquilo"
_HAS_TRIPLES = re.compile("[\0-\u04ff‘’“”–—…]*")
_NOT_IN_LATIN_1 = re.compile("[^\x00-\xff]")


def repair_losses(
    lines: Iterable[tuple[int, str]], repaired: Collection[Edit], is_short: bool = False
) -> Iterator[Edit]:
    """Repairs of letters that lost bytes.

    Where nothing speaks for Windows-1252 rather than Latin-1, any of 32 control characters may have been dropped.

    Args:
        lines: where they start in a text, and how they read; there is no other mojibake in them.
        repaired: the mojibake that the text had; with such evidence, less is asked of each letter.
        is_short: whether the text has too few words to tell what a letter was that became U+FFFD; it stays lost.

    >>> list(repair_losses([(0, "Jaroslav KopeÄ\ufffdek")], ()))
    [Edit(start=13, before='Ä�', after='č', rule='mojibake/windows-1252')]
    >>> list(repair_losses([(0, "Å andra sidan")], ()))
    []
    """
    found = {rule.removeprefix("mojibake/") for rule in {edit.rule for edit in repaired}}
    is_windows = any(edit.rule == _WINDOWS and _NOT_IN_LATIN_1.search(edit.before) for edit in repaired)
    is_wide = any(WIDE.search(edit.after) for edit in repaired)
    names = {"windows-1252", "iso-8859-1", *found} & _LOSSY.keys()
    for offset, line in lines:
        edits: list[Edit] = []
        done = n_refused = 0
        regions = _regions(line, names, is_windows)
        if len(regions) > _MOST_LOST_OF_LATIN_1 and _n_lost_of_latin_1(line, regions) > _MOST_LOST_OF_LATIN_1:
            continue
        letters = letters_of(line) if regions else frozenset()
        has_wide = is_wide or WIDE.search(line) is not None
        for start, name, region in regions:
            end = start + len(region)
            is_gap = is_short and _REPLACED in region
            if start < done or (is_gap and not line[start - 1 : start].islower()):  # "GRÖ�E" is a good word but for "ẞ"
                continue
            meant = _meant(name, line[max(0, start - 2) : start], region, line[end : end + 2], bool(found), letters)
            if meant is not None and (has_wide or not WIDE.search(meant)):
                if is_gap:
                    meant = _with_gaps(name, region)
                if meant.endswith("à ") and _CONTRACTED.match(line, end):
                    meant = meant[:-1]
                edits.append(smallest(offset + start, region, meant, f"mojibake/{name}"))
                done = end
            elif (n_refused := n_refused + 1) >= max(_MOST_REFUSED, len(edits)):
                break
        else:
            yield from edits


def _with_gaps(name: str, region: str) -> str:
    """The region with U+FFFD for each letter that lost a byte, and nothing guessed."""
    return _LOST.sub(_SUBSTITUTE, _LOSSY[name].encode(region)).decode("utf-8", "replace").replace("\x1a", _REPLACED)


def _regions(line: str, names: Set[str], is_windows: bool) -> list[tuple[int, str, str]]:
    """Where letters that lost bytes may stand, each with its encoding and its characters."""
    if is_windows:
        names = names - {"iso-8859-1"}
    elif not _NOT_IN_LATIN_1.search(line):
        names = names - {"windows-1252"}
    are_both = {"windows-1252", "iso-8859-1"} <= names
    regions = []
    for name in names:
        for match in _REGION.finditer(_LOSSY[name].encode(line)):
            start, end = match.span()
            region = line[start:end]
            if are_both and name == ("iso-8859-1" if _NOT_IN_LATIN_1.search(region) else "windows-1252"):
                continue
            if "Å " in region and "å" in line:  # Danish, Norwegian and Swedish have a word "Å"
                continue
            if not line.startswith("?", end):  # it may stand for a lost byte, too
                regions.append((start, name, region))
    return sorted(regions)


def _n_lost_of_latin_1(line: str, regions: Iterable[tuple[int, str, str]]) -> int:
    """At how many different places characters of Latin-1 may be lost."""
    found = [(start, start + len(region)) for start, name, region in regions if name == "iso-8859-1"]
    return len({line[max(0, start - 2) : end + 2] for start, end in found})


def _meant(name: str, before: str, region: str, after: str, has_evidence: bool, letters: Set[str]) -> str | None:
    if len(region) > _MOST_LETTERS:
        return None
    proves_little = "Å " in region or not (_REPLACED in region or _SMALL_LETTER.search(before + region + after))
    if (proves_little and not has_evidence) or ("Å " in region and before.rstrip()[-1:].isdigit()):  # an ångström
        return None
    meant, gain = _best_reading(name, before, region, after, letters)
    if meant is None:
        return None
    if not letters.isdisjoint(meant.lower()) and letters.isdisjoint(region.lower()):
        has_evidence = True
    return meant if gain >= _needed(region, has_evidence) else None


@lru_cache(maxsize=1 << 16)
def _best_reading(name: str, before: str, region: str, after: str, letters: Set[str]) -> tuple[str | None, int]:
    """The one reading that is clearly more plausible than all others, and by how many bits it is than the text."""
    encoded = _LOSSY[name].encode(region)
    pieces = _PIECE.findall(encoded)
    if len(pieces) == 1 and _SURE.fullmatch(encoded):
        return None, 0
    following = [*(piece.decode("latin-1") for piece in pieces[1:]), after]
    joins = [text[:1].isalpha() and not text.startswith("s ") for text in following]
    choices = [_readings(name, piece, may_join) for piece, may_join in zip(pieces, joins, strict=True)]
    if letters:
        choices = [_weighed(readings, letters) for readings in choices]
    if not 0 < prod(map(len, choices)) <= _MOST_READINGS:
        return None, 0
    start = "  " + before
    found = [(0, start)]
    for index, readings in enumerate(choices, 1):
        is_last = index == len(choices)
        next_text = after if is_last else choices[index][0][0]
        likely: list[tuple[int, int, str, str]] = []
        for bits, spelled in found:
            rough = least_surprising(readings, spelled[-1], next_text, _BEAM)
            most = rough[0][0] + _SLACK
            likely += [(bits + cost, bits + extra, spelled, text) for cost, extra, text in rough if cost <= most]
        if len(likely) == 1:
            found = [(0, likely[0][2] + likely[0][3])]
        else:
            closer = [
                (bits + closer_surprise(text + after * is_last, spelled), spelled + text)
                for _, bits, spelled, text in sorted(likely)[:_BEAM]
            ]
            found = sorted(closer)
    (least, best), *others = found
    meant = best[len(start) :]
    if others and others[0][0] - least < (_MARGIN if _HAS_TRIPLES.fullmatch(meant) else _MARGIN_WITHOUT_TRIPLES):
        return None, 0
    as_it_stands = region + after
    if _REPLACED in region:  # which might be anything, so that it says nothing of the letters beside it
        as_it_stands = as_it_stands.replace(_REPLACED, " ").replace("  ", " ")
    return meant, surprise(as_it_stands, start) - surprise(meant + after, start)


@lru_cache(maxsize=1 << 16)
def _readings(name: str, piece: bytes, may_join: bool) -> Sequence[tuple[str, int]]:
    return tuple(_LOSSY[name].readings(piece, may_join))


@lru_cache(maxsize=1 << 16)
def _weighed(readings: Sequence[tuple[str, int]], letters: Set[str]) -> Sequence[tuple[str, int]]:
    """The readings, of which those that are no letters of the language cost more if others are."""
    if all(letters.isdisjoint(text.lower()) for text, _ in readings):
        return readings
    return [(text, bits + _FOREIGN * _is_foreign(text, letters)) for text, bits in readings]


def _is_foreign(text: str, letters: Set[str]) -> bool:
    return text[0] < "\u2000" and letters.isdisjoint(text.lower())  # not a quotation mark or dash


def _needed(region: str, has_evidence: bool) -> int:
    if has_evidence or _REPLACED in region:  # which is itself a sign of damage
        return _NEEDED_WITH_EVIDENCE
    return _NEEDED_FOR_LONE_A if "Ã " in region else _NEEDED
