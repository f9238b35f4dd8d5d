"""Mojibake of which no byte is lost: stretches that are valid UTF-8 when they are encoded back.

A stretch is repaired if that makes the text much less surprising, letter by letter; other repairs of the same encoding
lower what is asked. Where so much of a line is valid that it cannot be chance, the letters are not weighed one by one.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import accumulate, pairwise
from operator import attrgetter
from typing import NamedTuple

from cleaners.edits import Edit, smallest
from cleaners.mojibake_encodings import CANDIDATE, ENCODINGS, UNIT, Encoding, is_valid
from cleaners.mojibake_letters import character, surprise
from cleaners.mojibake_surroundings import Surroundings, touches_letter

# All in bits: by how much a proposal must make the text less surprising.
_NEEDED = 8
_LEAST_NEEDED = -2  # where many others of the same encoding are accepted
_DECISIVE = 16  # no reading of a part of the stretch is looked at
_OVERWHELMING = 40  # evidence for an encoding in a line, after which common characters in it need no weighing
_COMMON_SIGN = 7  # what a sign costs at most that is one of them, as punctuation does

_BONUS_OF_MAIN_ENCODING = 24
_PRIOR = 4  # of the commonest encoding
_OTHERS_PER_BIT = 10  # so much evidence elsewhere lowers what is needed by one bit
_MOST_AGAINST = -30  # what one senseless proposal can say against its encoding
_SIGN_INSTEAD_OF_LETTER = 8
_SIGN_ON_ITS_OWN = 30
_POSSESSIVE = 4  # "Ã’s" may be an article on mojibake
_FORMULA = 12
_THREE_FOR_ONE = 11  # three characters that make one letter are rarely chance
_OF_SCIENCE = frozenset("αβγδεκλμπσω")
_GREEK_OF_SCIENCE = 3  # as in "IL2Rγc", a word that no table has
_CAPITALS = 6  # "DĹŽKA" is a good Slovak word
_MANY_CHARACTERS = 12  # beyond ASCII: in one stretch, or most of a line's, so many are not valid by chance
_GAIN_OF_WHOLE = 24  # for each run of characters in it
_SAMPLE = 8  # runs of characters by which such a line is judged,
_LONGEST = 64  # and characters of each
_SENSELESS = 50  # proposals in a line that make it worse, if they are an eighth of all
_SHARE = 0.75  # how much of what the best encoding finds others must find
_CONTEXT = 2  # characters on either side that are judged with a proposal

_TABLE = frozenset(" ─│┌┐└┘├┤┬┴┼═║╔╗╚╝╠╣╦╩╬")
_STRETCH = re.compile(rb"%b (?: %b )*" % (UNIT, UNIT), re.VERBOSE)  # starts with a set, which makes it fast
_NOT_MEANT = re.compile("[\x80-\x9f\ue000-\uf8ff]")

_Alike = Mapping[bytes, tuple[Encoding, ...]]  #: bytes, and the encodings in which the same characters are these
_Options = Mapping[str, tuple[Encoding, ...]]  #: what a stretch may mean, and in which encodings


class _Proposal(NamedTuple):
    gain: int  #: bits by which the text gets less surprising
    start: int
    before: str
    after: str
    encodings: tuple[Encoding, ...]  #: those that read it alike


def repair_stretches(lines: Iterable[tuple[int, str]]) -> Iterator[Edit]:
    """Repairs of stretches that are valid UTF-8.

    Args:
        lines: where they start in a text, and how they read.

    >>> list(repair_stretches([(0, "Minister Dovil\u00c4\u2014 Sakaliene")]))
    [Edit(start=14, before='Ä—', after='ė', rule='mojibake/windows-1252')]
    >>> list(repair_stretches([(0, "MACHALÍ — the RETWEET SE VOCÊ…")]))
    []
    """
    proposals = [proposal for start, line in lines for proposal in _proposals(start, line)]
    evidence = dict.fromkeys(ENCODINGS, 0)
    for proposal in proposals:
        gain = max(proposal.gain, _MOST_AGAINST)
        for encoding in proposal.encodings:
            evidence[encoding] += gain
    main = max(ENCODINGS, key=lambda encoding: evidence[encoding] + _PRIOR * (encoding is ENCODINGS[0]))
    for proposal in _accepted(proposals, evidence, main):
        encoding = main if main in proposal.encodings else proposal.encodings[0]
        yield smallest(proposal.start, proposal.before, proposal.after, f"mojibake/{encoding.name}")


def is_senseless(line: str) -> bool:
    """Whether a line has so many stretches by mere chance that there is no telling what was meant."""
    proposals = list(_proposals(0, line))
    n_worse = sum([proposal.gain < 0 for proposal in proposals])
    return n_worse > max(_SENSELESS, len(proposals) // 8)


def _accepted(proposals: Sequence[_Proposal], evidence: Mapping[Encoding, int], main: Encoding) -> Sequence[_Proposal]:
    proposals = sorted(proposals, key=attrgetter("start"))
    are_apart = all(this.start + len(this.before) <= following.start for this, following in pairwise(proposals))
    if are_apart and all(proposal.gain >= _NEEDED for proposal in proposals):
        return proposals

    def is_accepted(proposal: _Proposal) -> bool:
        others = max([evidence[encoding] for encoding in proposal.encodings]) - max(proposal.gain, _MOST_AGAINST)
        return proposal.gain >= max(_LEAST_NEEDED, _NEEDED - others // _OTHERS_PER_BIT)

    def rank(proposal: _Proposal) -> int:
        return -proposal.gain - _BONUS_OF_MAIN_ENCODING * (main in proposal.encodings)

    taken: set[int] = set()
    best: list[_Proposal] = []
    for proposal in sorted(filter(is_accepted, proposals), key=rank):
        span = range(proposal.start, proposal.start + len(proposal.before))
        if taken.isdisjoint(span):
            taken.update(span)
            best.append(proposal)
    return sorted(best, key=attrgetter("start"))


def _proposals(offset: int, line: str) -> Iterator[_Proposal]:
    islands = list(CANDIDATE.finditer(line))
    if not islands:
        return
    joined = " ".join([island[0] for island in islands])
    alike = defaultdict[bytes, tuple[Encoding, ...]](tuple)
    for encoding in ENCODINGS:
        alike[encoding.encode(joined)] += (encoding,)
    n_characters = len(joined) - len(islands) + 1
    n_beyond_ascii = len(line) - len(line.encode("ascii", "ignore"))
    is_whole = _MANY_CHARACTERS <= n_characters == n_beyond_ascii
    if is_whole and not _TABLE.issuperset(joined) and (whole := _reading_of_whole(line, islands, alike)):
        for island, meant in zip(islands, whole[0], strict=True):
            yield _Proposal(_GAIN_OF_WHOLE, offset + island.start(), island[0], meant, whole[1])
        return
    starts = list(accumulate([len(island[0]) + 1 for island in islands], initial=0))
    decided = bytearray(len(joined))
    lengths = {encoded: _valid_length(encoded) for encoded in alike}
    most = max(lengths.values())
    likely = [encoded for encoded, length in lengths.items() if length >= max(1, most * _SHARE)]
    likely.sort(key=lengths.__getitem__, reverse=True)
    stretches = _stretches(likely, alike)
    evidence = dict.fromkeys(ENCODINGS, 0)
    if most >= max(_MANY_CHARACTERS, n_beyond_ascii * _SHARE) and max(map(len, stretches.values())) == 1:
        evidence |= dict.fromkeys(alike[likely[0]], _OVERWHELMING)
    places = {span: _place(span[0], starts, islands) for span in stretches}
    surroundings: Surroundings | None = None
    for (start, end), options in stretches.items():
        if len(likely) > 1 and decided.find(1, start, end) >= 0:
            continue
        at = places[start, end]
        stretch = joined[start:end]
        behind = at + end - start
        if _TABLE.issuperset(stretch) and not touches_letter(line, at, behind):
            continue
        is_long = end - start >= _MANY_CHARACTERS
        if sure := _sure_reading(options, evidence, is_long):
            if is_long:
                for encoding in sure[1]:
                    evidence[encoding] += _DECISIVE
            decided[start:end] = b"\1" * (end - start)
            yield _Proposal(_DECISIVE, offset + at, stretch, *sure)
            continue
        before, after = line[max(0, at - _CONTEXT) : at], line[behind : behind + _CONTEXT]
        found: list[_Proposal] = []
        for meaning, encodings in options.items():
            if readings := _readings(meaning):
                gain, meant = _best_reading(before, stretch, after, readings)
                if gain >= _LEAST_NEEDED:
                    if not surroundings:
                        spans = [(place, place + stop - first) for (first, stop), place in places.items()]
                        surroundings = Surroundings(line, spans)
                    gain += surroundings.bits(at, stretch, meant)
                    if gain < _DECISIVE or len(options) > 1:
                        gain += surroundings.bits_of_language(at, stretch, meant)
                found.append(_Proposal(gain, offset + at, stretch, meant, encodings))
        if found:
            yield from found
            best = max(found, key=attrgetter("gain"))
            for encoding in best.encodings:
                evidence[encoding] += best.gain
            if best.gain >= _DECISIVE:
                decided[start:end] = b"\1" * (end - start)


def _place(start: int, starts: Sequence[int], islands: Sequence[re.Match[str]]) -> int:
    """Where in a line a place in its joined islands is."""
    index = bisect_right(starts, start) - 1
    return islands[index].start() + start - starts[index]


def _reading_of_whole(
    line: str, islands: Sequence[re.Match[str]], alike: _Alike
) -> tuple[list[str], tuple[Encoding, ...]] | None:
    """What is meant by the islands of a line, and in which encodings, if every character beyond ASCII is mojibake."""
    readings: dict[str, tuple[Encoding, ...]] = {}
    for encoded, encodings in alike.items():
        if b"?" not in encoded and is_valid(encoded):
            for reading in _readings(encoded.decode()):
                readings[reading] = (*readings.get(reading, ()), *encodings)
    if not readings:
        return None
    found = [(reading.split(" "), encodings) for reading, encodings in readings.items()]
    if len(found) > 1:
        by_island = zip(*[words for words, _ in found], strict=True)
        differing = [index for index, words in enumerate(by_island) if len(set(words)) > 1][:_SAMPLE]
        found.sort(key=lambda item: _surprise(line, [(islands[index], item[0][index]) for index in differing]))
    meant, encodings = found[0]
    symbols = set("".join(meant))
    if sum([character(symbol).bits for symbol in symbols]) > len(symbols):  # not all are common ones of some language
        sample = islands[:_SAMPLE]
        now = _surprise(line, [(island, island[0]) for island in sample])
        if now - _surprise(line, zip(sample, meant, strict=False)) < _NEEDED * len(sample):
            return None
    return meant, encodings


def _surprise(line: str, readings: Iterable[tuple[re.Match[str], str]]) -> int:
    """How surprising readings of some of a line's islands are."""
    bits = 0
    for island, meant in readings:
        start, end = island.span()
        bits += surprise(meant[:_LONGEST] + line[end : end + _CONTEXT], "  " + line[max(0, start - _CONTEXT) : start])
    return bits


def _stretches(likely: Iterable[bytes], alike: _Alike) -> Mapping[tuple[int, int], _Options]:
    """Spans that are valid UTF-8 in likely encodings, and what they mean."""
    found = defaultdict[tuple[int, int], dict[str, tuple[Encoding, ...]]](dict)
    for encoded in likely:
        for match in _STRETCH.finditer(encoded):
            options = found[match.span()]
            meaning = match[0].decode()
            options[meaning] = options.get(meaning, ()) + alike[encoded]
    return found


def _valid_length(encoded: bytes) -> int:
    """How many bytes are part of valid UTF-8, in islands that are joined by spaces."""
    return len(encoded.decode("utf-8", "ignore").encode()) - encoded.count(b" ") - encoded.count(b"?")


def _sure_reading(
    options: _Options, evidence: Mapping[Encoding, int], is_long: bool
) -> tuple[str, tuple[Encoding, ...]] | None:
    """The reading for which there is overwhelming evidence, if its characters are common."""
    if len(options) == 1:
        ((meaning, encodings),) = options.items()
        proof = _OVERWHELMING if is_long else evidence[encodings[0]]
    else:
        proofs = [(max([evidence[encoding] for encoding in those]), some) for some, those in options.items()]
        (second, _), (first, meaning) = sorted(proofs)[-2:]
        proof = first - second
        encodings = options[meaning]
    if proof >= _OVERWHELMING and all(map(_is_common, meaning)) and not CANDIDATE.search(meaning):
        return meaning, encodings
    return None


@cache
def _is_common(symbol: str) -> bool:
    letter = character(symbol)
    return not letter.bits if letter.script else 0 < letter.bits <= _COMMON_SIGN


@lru_cache(maxsize=1 << 12)
def _best_reading(before: str, stretch: str, after: str, readings: Sequence[str]) -> tuple[int, str]:
    is_possessive = stretch[-1] == "’" and after.startswith("s ")
    is_upper = stretch.isalpha() and stretch.isupper() and (before + after).isupper()
    is_formula = stretch in ("√π", "√Ω")
    start = "  " + before
    now = surprise(stretch + after, start) - _POSSESSIVE * is_possessive - _CAPITALS * is_upper - _FORMULA * is_formula
    gains = [now - surprise(meant + after, start) - _penalty(before, stretch, meant, after) for meant in readings]
    return max(zip(gains, readings, strict=True))


@lru_cache(maxsize=1 << 12)
def _readings(meaning: str) -> tuple[str, ...]:
    """What is meant by a stretch, and by that in turn where it is mojibake of mojibake."""
    readings = [meaning]
    for meant in readings:  # which grows
        if CANDIDATE.search(meant):
            again = dict.fromkeys([other.decode(meant) for other in ENCODINGS])
            readings += [reading for reading in again if reading and reading not in readings]
    return tuple([reading for reading in readings if not _NOT_MEANT.search(reading)])


def _penalty(before: str, stretch: str, meant: str, after: str) -> int:
    """What is held against a reading that is a Latin-1 sign: one lead character before it is all it takes."""
    if meant in _OF_SCIENCE and before[-1:].isascii():
        return -_GREEK_OF_SCIENCE
    if (last := max(meant)) > "\xff":
        return -_THREE_FOR_ONE if min(meant) >= "\u1e00" and last < "\u2e80" else 0
    if stretch[0] == "Â" and stretch[1:].isalpha() and not before[-1:].isalpha() and after[:1].isalpha():
        return _SIGN_ON_ITS_OWN  # "Âşık" is a Turkish name
    if meant in "×÷" and any(map(str.isdigit, before)) and any(map(str.isdigit, after)):
        return 0
    leads_sign = stretch[0] == "Â" or (stretch[0] == "Ā" and not stretch[1].isalpha())
    if any(map(str.isalpha, meant)) or (leads_sign and not before[-1:].isupper()):  # no word is spelled so
        return 0
    if stretch[0] in "¬┬" and any(map(str.isdigit, before[-1:] + after[:1])):  # what "Â" is in Mac Roman and cp437
        return 0
    touches_a_word = any(map(str.isalnum, before[-1:] + after[:1]))
    return _SIGN_INSTEAD_OF_LETTER if touches_a_word else _SIGN_ON_ITS_OWN
