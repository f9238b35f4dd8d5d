"""Mojibake that lost bytes on its way: repaired where one reading is far more plausible than all others.

A no-break space became a space, a soft hyphen or control character was dropped, or U+FFFD stands for a byte that the
encoding does not define. What is left of a letter then has several readings; the letters round it choose.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import product
from math import prod

from cleaners.edits import Edit, smallest
from cleaners.mojibake_encodings import ENCODINGS, Encoding
from cleaners.mojibake_letters import character, closer_surprise, surprise

_NO_BREAK_SPACE = 0xA0
_SOFT_HYPHEN = 0xAD
_CONTROLS = range(0x80, 0xA0)
_REPLACED = "\ufffd"
_LEAD_OF_SMALL_A = 0xC3  # "à" is the only small letter of Latin-1 that ends in a no-break space

# All in bits.
_NEEDED = 9  # by how much the reading must be less surprising than the text as it stands
_NEEDED_WITH_EVIDENCE = 2
_NEEDED_WITH_REPLACED = 4  # U+FFFD is itself a sign of damage
_NEEDED_FOR_LONE_A = 6  # "Ã" before a space: no language ends a word with it in small letters
_MARGIN = 3  # by how much it must be less surprising than the next best reading
_MARGIN_WITHOUT_TRIPLES = 6
_WORDS_JOINED = 6  # the space was an "à" at the end of a word, and the words are now one
_SPACE_LOST_TOO = 6
_UNUSUAL_LOSS = 4
_TOO_RARE = 10
_RARE_LOSS = 6  # a byte that Windows-1252 defines was dropped, as happens to Latin-1

_MOST_LETTERS = 60
_MOST_REFUSED = 1000  # in a text, so that senseless text does not take long
_BEAM = 6  # readings that are carried on from one piece of a region to the next
_MOST_READINGS = 64  # where more are possible, the best of them is a guess


class _Lossy:
    """An encoding, and what may have become of its bytes."""

    def __init__(self, encoding: Encoding) -> None:
        rest, two, three = encoding.one_of(0x80, 0xBF), encoding.one_of(0xC2, 0xDF), encoding.one_of(0xE0, 0xEF)
        lossy = f"{three}(?:{rest}[{_REPLACED} ]?|[{_REPLACED} ]{rest})|{two}[{_REPLACED} ]?"
        letter = f"(?:{encoding.unit}|{lossy})"
        self.encoding = encoding
        self.region = re.compile(f"{letter}(?:[a-zA-Z]*{letter})*")
        self.sure = re.compile(f"(?:{encoding.unit}|[a-zA-Z]+)+")
        self.piece = re.compile(f"{self.sure.pattern}|{lossy}")
        self.dropped = [*(encoding.undefined or ENCODINGS[0].undefined), _SOFT_HYPHEN]
        self.rarely_dropped = () if encoding.undefined else [byte for byte in _CONTROLS if byte not in self.dropped]

    def readings(self, piece: str, may_join: bool) -> Iterator[tuple[str, int]]:
        """What a piece of a region may mean, and what that costs beyond its letters.

        Args:
            piece: some of its characters.
            may_join: whether what follows could be the rest of a word.
        """
        if self.sure.fullmatch(piece):
            yield self.encoding.decode(piece), 0
        elif _REPLACED in piece:
            yield from ((text, 0) for text in self._filled(piece, _REPLACED, self.encoding.undefined))
        elif " " in piece:
            is_lead_of_small_a = self.encoding.bytes[ord(piece[0])] == _LEAD_OF_SMALL_A
            joins = is_lead_of_small_a and may_join
            for text in self._filled(piece, " ", [_NO_BREAK_SPACE]):
                yield text, _WORDS_JOINED * joins
                yield text + " ", _SPACE_LOST_TOO * (not is_lead_of_small_a)
            for text in self._filled(piece.replace(" ", ""), "", self.dropped):
                yield text + " ", _UNUSUAL_LOSS
            if not is_lead_of_small_a:
                for text in self._filled(piece.replace(" ", ""), "", self.rarely_dropped):
                    yield text + " ", _UNUSUAL_LOSS + _RARE_LOSS
        else:
            yield from ((text, 0) for text in self._filled(piece, "", self.dropped))
            yield from ((text, _RARE_LOSS) for text in self._filled(piece, "", self.rarely_dropped))

    def _filled(self, piece: str, gap: str, missing: Collection[int]) -> Iterator[str]:
        """The piece with each of the missing bytes at its gap, or at every place if it has none."""
        known = [self.encoding.bytes[ord(symbol)] for symbol in piece if symbol != gap]
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
_SMALL_LETTER = re.compile("[a-z]")
_NOT_IN_LATIN_1 = re.compile("[^\x00-\xff]")


def repair_losses(lines: Iterable[tuple[int, str]], repaired: Collection[Edit]) -> Iterator[Edit]:
    """Repairs of letters that lost bytes.

    Where nothing speaks for Windows-1252 rather than Latin-1, any of 32 control characters may have been dropped.

    Args:
        lines: where they start in a text, and how they read; there is no other mojibake in them.
        repaired: the mojibake that the text had; with such evidence, less is asked of each letter.

    >>> list(repair_losses([(0, "Jaroslav KopeÄ\ufffdek")], ()))
    [Edit(start=13, before='Ä�', after='č', rule='mojibake/windows-1252')]
    >>> list(repair_losses([(0, "Å andra sidan")], ()))
    []
    """
    found = {edit.rule.removeprefix("mojibake/") for edit in repaired}
    is_windows = any(edit.rule == _WINDOWS and _NOT_IN_LATIN_1.search(edit.before) for edit in repaired)
    names = {"windows-1252", "iso-8859-1", *found} & _LOSSY.keys()
    n_refused = 0
    for offset, line in lines:
        done = 0
        for start, name, region in _regions(line, names, is_windows):
            end = start + len(region)
            if start < done:
                continue
            meant = _meant(name, line[max(0, start - 2) : start], region, line[end : end + 2], bool(found))
            if meant is not None:
                yield smallest(offset + start, region, meant, f"mojibake/{name}")
                done = end
            elif (n_refused := n_refused + 1) > _MOST_REFUSED:
                return


def _regions(line: str, names: Collection[str], is_windows: bool) -> Iterator[tuple[int, str, str]]:
    """Where letters that lost bytes may stand, each with its encoding and its characters."""
    regions = [(match.start(), name, match[0]) for name in names for match in _LOSSY[name].region.finditer(line)]
    for start, name, region in sorted(regions):
        if "Å " in region and "å" in line:  # Danish, Norwegian and Swedish have a word "Å"
            continue
        if name == ("iso-8859-1" if is_windows or _NOT_IN_LATIN_1.search(region) else "windows-1252"):
            continue
        if not line.startswith("?", start + len(region)):  # it may stand for a lost byte, too
            yield start, name, region


def _meant(name: str, before: str, region: str, after: str, has_evidence: bool) -> str | None:
    if len(region) > _MOST_LETTERS:
        return None
    proves_little = "Å " in region or not (_REPLACED in region or _SMALL_LETTER.search(before + region + after))
    if proves_little and not has_evidence:
        return None
    meant, gain = _best_reading(name, before, region, after)
    return meant if gain >= _needed(region, has_evidence) else None


@lru_cache(maxsize=1 << 16)
def _best_reading(name: str, before: str, region: str, after: str) -> tuple[str | None, int]:
    """The one reading that is clearly more plausible than all others, and by how many bits it is than the text."""
    lossy = _LOSSY[name]
    pieces = lossy.piece.findall(region)
    if len(pieces) == 1 and lossy.sure.fullmatch(region):
        return None, 0
    choices: list[tuple[tuple[str, int], ...]] = []
    for piece, following in zip(pieces, [*pieces[1:], after], strict=True):
        choices.append(_readings(name, piece, following[:1].isalpha() and not following.startswith("s ")))
        if not 0 < prod(map(len, choices)) <= _MOST_READINGS:
            return None, 0
    start = "  " + before
    found = [(0, start)]
    for readings in choices:
        found = sorted(
            [
                (bits + extra + closer_surprise(text, spelled), spelled + text)
                for bits, spelled in found
                for text, extra in readings
            ]
        )[:_BEAM]
    (least, best), *others = sorted((bits + closer_surprise(after, spelled), spelled) for bits, spelled in found)
    meant = best[len(start) :]
    has_triples = all(symbol <= "\u04ff" or symbol in "‘’“”–—…" for symbol in meant)
    margin = _MARGIN if has_triples else _MARGIN_WITHOUT_TRIPLES
    if others and others[0][0] - least < margin:
        return None, 0
    return meant, surprise(region + after, start) - surprise(meant + after, start)


@lru_cache(maxsize=1 << 16)
def _readings(name: str, piece: str, may_join: bool) -> tuple[tuple[str, int], ...]:
    return tuple(_LOSSY[name].readings(piece, may_join))


def _needed(region: str, has_evidence: bool) -> int:
    if has_evidence:
        return _NEEDED_WITH_EVIDENCE
    if _REPLACED in region:
        return _NEEDED_WITH_REPLACED
    return _NEEDED_FOR_LONE_A if "Ã " in region else _NEEDED
