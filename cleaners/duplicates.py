"""Near copies of a text: a sketch of each text on its own, then copies found by comparing sketches.

A sketch is 512 bytes, whatever the length of its text, and is made where the text is cleaned. Two sketches agree in
about as many bytes as their texts have shingles in common, a shingle being five words in a row; eight bytes are a band,
and texts that agree in a whole band are compared. Copies are found one band at a time, so that besides the candidates
about 80 bytes for each document are in memory at once: 18 MB for a gigabyte of articles, 800 MB for ten million, whose
sketches take 5 GB of disk. A thousand million need a cluster: bands can be gone through apart, and a band in ranges of
its keys.

Sources: A. Broder, On the resemblance and containment of documents (1997); P. Li, A. Owen and C.-H. Zhang, One
permutation hashing (2012); A. Shrivastava and P. Li, Densifying one permutation hashing via rotation (2014); P. Li and
A. C. König, b-bit minwise hashing (2010).
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

N_BANDS = 64
_N_ROWS = 8  # bytes of a band; texts that have the share s of their shingles in common agree in one with s ** 8
_BANDS_AT_ONCE = 16
_AT_ONCE = 2  # bands that are gone through at one time, since to sort one lets other threads go on
_PAIRS_AT_ONCE = 1 << 14  # so few that a processor need not fetch them again and again
_SHINGLE = 5  # words
_LEAST = 0.7  # of the shingles of two texts that both must have, for one to be a copy
_PIECE = 1 << 16  # characters that are hashed at once; a word at the seam counts as two

_UNSPACED = (  # scripts without spaces between words: a letter is a word
    (0x0E00, 0x0F00),  # Thai, Lao
    (0x1000, 0x10A0),  # Myanmar
    (0x1780, 0x1800),  # Khmer
    (0x3040, 0x3100),  # Hiragana, Katakana
    (0x31F0, 0x3200),
    (0x3400, 0x4DC0),  # Han
    (0x4E00, 0xA000),
    (0xF900, 0xFB00),
    (0xFF66, 0xFF9E),  # Katakana, half width
    (0x20000, 0x40000),  # Han
)
_END = 0x40000  # of the code points that have letters
_LETTER, _WORD = 1, 2  # what belongs to a word, and what is one by itself

_Hashes = NDArray[np.uint64]


def sketch(text: str) -> _Hashes:
    """What is kept of a text to find its near copies: one number for each band.

    The same on every machine; case, spaces and punctuation do not matter.

    Returns:
        N_BANDS numbers; all are 0 if the text has no words.

    >>> story = "The mayor of Riga opened the bridge on Monday, a year late, and crossed it on foot."
    >>> bool((sketch(story) == sketch(story.upper().replace(",", " -"))).all())
    True
    >>> bool((sketch(story) == sketch(story.replace("Monday", "Sunday"))).all())
    False
    """
    return _minima(_shingles(text))


def sketch_many(texts: Iterable[str]) -> _Hashes:
    """The sketches of several texts, a row each."""
    return np.array([sketch(text) for text in texts], np.uint64).reshape(-1, N_BANDS)


def near_duplicates(ids: Sequence[str], band: Callable[[int], _Hashes], least: float = _LEAST) -> dict[str, str]:
    """The original of each copy, by id.

    The first document by id is an original; each next one is a copy if an original is found that is like it, and else
    an original. So a copy is always like its original, which is no copy itself, and the order of the documents does
    not matter. Of documents of which each is like the next, the last may be unlike the first; then it stays.

    Args:
        ids: of the documents; all different.
        band: gives the numbers of all documents for a band, that is, a column of their sketches. Each is asked for
            twice, so that not all need be in memory, and by two threads at a time.
        least: share of the shingles of two texts that both must have. Of pairs with a share of .8 practically all are
            found, with .7 98 %, with .6 66 %, with .5 22 %; fewer if the texts are shorter than fifty words.

    >>> words = [f"word{n}" for n in range(100)]
    >>> texts = {"b.txt": " ".join(words), "c.txt": " ".join(reversed(words)), "a.txt": " ".join(words[:95])}
    >>> sketches = sketch_many(texts.values())
    >>> near_duplicates(list(texts), lambda band: sketches[:, band])
    {'b.txt': 'a.txt'}
    """
    n = len(ids)
    by_id = np.array(sorted(range(n), key=ids.__getitem__), np.int64)
    pairs = np.empty(0, np.int64)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for start in range(0, N_BANDS, _BANDS_AT_ONCE):
            numbers = range(start, start + _BANDS_AT_ONCE)
            more = pool.map(lambda number: _candidates(band(number)[by_id]), numbers)
            pairs = np.sort(np.concatenate([pairs, *more]))  # np.unique takes ten times as long
            pairs = pairs[np.diff(pairs, prepend=-1) > 0]
        copies, firsts = (by_id[places] for places in np.divmod(pairs, n or 1))
        n_differing = np.zeros(len(pairs), np.int64)
        for start in range(0, N_BANDS if len(pairs) else 0, _BANDS_AT_ONCE):
            numbers = range(start, start + _BANDS_AT_ONCE)
            for found in pool.map(partial(_n_differing, band, copies, firsts), numbers):
                n_differing += found
            are_alike = n_differing <= (1 - least) * N_BANDS * _N_ROWS
            copies, firsts, n_differing = copies[are_alike], firsts[are_alike], n_differing[are_alike]
    originals: dict[str, str] = {}
    for copy, first in zip(copies.tolist(), firsts.tolist(), strict=True):  # by copy, then by first
        if ids[first] not in originals:
            originals.setdefault(ids[copy], ids[first])
    return originals


def _candidates(band: _Hashes) -> NDArray[np.int64]:
    """Each document with the first that has the same number, as one number: n_documents * document + first."""
    ordered = np.sort(band)
    again = np.zeros(len(band) + 1, np.bool)  # whether a number is that of the one before
    again[1:-1] = (ordered[1:] == ordered[:-1]) & (ordered[1:] != 0)
    if not again.any():
        return np.empty(0, np.int64)
    order = np.argsort(band)  # takes three times as long
    shared = again[:-1] | again[1:]
    order, again = order[shared], again[:-1][shared]
    starts = np.flatnonzero(~again)
    firsts = np.repeat(np.minimum.reduceat(order, starts), np.diff(starts, append=len(order)))
    found = order != firsts
    pairs: NDArray[np.int64] = order[found] * len(band) + firsts[found]
    return pairs


def _n_differing(
    band: Callable[[int], _Hashes], some: NDArray[np.int64], others: NDArray[np.int64], number: int
) -> NDArray[np.uint8]:
    """In how many bytes of a band some documents differ from others, by place."""
    n_differing, numbers, low = np.empty(len(some), np.uint8), band(number), np.uint64(0x7F7F7F7F7F7F7F7F)
    for start in range(0, len(some), _PAIRS_AT_ONCE):
        pairs = slice(start, start + _PAIRS_AT_ONCE)
        difference = numbers.take(some[pairs]) ^ numbers.take(others[pairs])
        # Those bytes of a difference that are not zero set their top bits.
        n_differing[pairs] = np.bitwise_count(((difference & low) + low | difference) & ~low)
    return n_differing


def _shingles(text: str) -> _Hashes:
    """A hash for each five words in a row, or for all words of a text that has fewer."""
    words = np.concatenate([_words(text[start : start + _PIECE]) for start in range(0, len(text) or 1, _PIECE)])
    width = min(_SHINGLE, len(words))
    hashes = np.zeros(len(words) - width + 1 if width else 0, np.uint64)
    for place in range(width):
        hashes = hashes * _FACTORS[0] + words[place : place + len(hashes)]
    return _mixed(hashes)


def _words(text: str) -> _Hashes:
    """A hash for each word: the value of a polynomial whose coefficients are its letters."""
    points = np.frombuffer(text.casefold().encode("utf-32-le", "surrogatepass"), "<u4")
    kinds = _kinds().take(points)
    in_word = kinds != 0
    starts = np.flatnonzero(kinds > np.append(False, in_word[:-1]))
    if not len(starts):
        return np.empty(0, np.uint64)
    powers, inverses = _powers()
    return np.add.reduceat(points * in_word * powers[: len(points)], starts) * inverses[starts]


@cache
def _powers() -> tuple[_Hashes, _Hashes]:
    """Powers of a number modulo 2 ** 64, and of its inverse."""
    base = int(_FACTORS[1])
    longest = 3 * _PIECE  # case folding makes three letters of one at most
    powers, inverses = (np.full(longest, number, np.uint64).cumprod() for number in (base, pow(base, -1, 2**64)))
    return powers, inverses


@cache
def _kinds() -> NDArray[np.uint8]:
    """For each code point whether it belongs to a word, is one, or neither; a mark belongs to what it stands behind."""
    kinds = np.zeros(0x110000, np.uint8)
    kinds[:_END] = [_LETTER * (unicodedata.category(chr(point))[0] in "LMN") for point in range(_END)]
    for start, end in _UNSPACED:
        kinds[start:end] = [
            _WORD * (unicodedata.category(chr(point))[0] in "LN") or kinds[point] for point in range(start, end)
        ]
    return kinds


def _minima(hashes: _Hashes) -> _Hashes:
    """For each of 64 points of eight rings, on which the hashes lie in different orders, a byte of the next hash.

    The first that either of two texts has behind a point is the first of both with the probability that a shingle which
    one of them has is common to both; so sketches agree in that share of bytes, however short the texts are.
    """
    rows = np.zeros((N_BANDS, _N_ROWS), np.uint8)
    for row in range(_N_ROWS if len(hashes) else 0):
        ring = (hashes * _FACTORS[row] >> 32).astype(np.uint32)
        ring.sort()
        rows[:, row] = ring.take(ring.searchsorted(_POINTS), mode="wrap")
    return rows.view("<u8")[:, 0].astype(np.uint64)


def _mixed(numbers: _Hashes) -> _Hashes:
    """Numbers that look random, each always the same for the same number: the finalizer of SplitMix64."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


_FACTORS = _mixed(np.arange(1, 9, dtype=np.uint64) * 0x9E3779B97F4A7C15) | 1
_POINTS = np.arange(N_BANDS, dtype=np.uint32) * (2**32 // N_BANDS)
