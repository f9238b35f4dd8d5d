"""Near copies found, seconds and memory: Cleancopy beside datasketch's MinHash and MinHashLSH.

    python benchmarks/duplicates.py [--documents N] [--least SHARE] [--data FILE...] [--floors]

Without --data, the documents are made here, a batch at a time and not timed: made-up words, 4 kB a document, and in
each hundred five that are copies of earlier ones with words replaced, cut and added. Which of them are like enough to
their originals is known from all their shingles. With --data, clusters are found in files that have a record a line
with id, cluster and text, packed with xz; what is missed and what is wrongly joined is named with its similarity.

datasketch gets the same words, five to a shingle, and the documents in batches. It runs with 128 permutations and the
bands that it chooses itself, and with 512 in 64 bands of eight rows as here. "verified" leaves out the pairs that it
estimates to be less alike than asked for; their estimates are not timed. With --floors the exit status is 1 if our
recall is below that of datasketch in the same bands, verified, or our F1 below that or that of datasketch 128, or our
speed below five times that of either.
"""

import argparse
import json
import lzma
import re
import resource
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import accumulate, combinations, islice, product
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from datasketch import MinHash, MinHashLSH

from cleaners.duplicates import near_duplicates, sketch_many

BATCH = 1_000
DOCUMENT = 600  # words
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
SPEED, SLACK = 5.0, 0.005
OURS, SAME_BANDS = "Cleancopy", "datasketch 512, verified"

Document = tuple[str, str]  # id and text
Pair = tuple[str, str]  # copy and original


class Result(NamedTuple):
    """What one system made of the documents."""

    pairs: list[Pair]
    seconds: float
    megabytes: float  #: peak of the process so far


def main() -> int:
    """Print the tables; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--least", type=float, default=0.7)
    parser.add_argument("--data", type=Path, nargs="+", default=[])
    parser.add_argument("--floors", action="store_true")
    arguments = parser.parse_args()
    if arguments.data:
        passed = [print_clusters(path, arguments.least) for path in arguments.data]
    else:
        passed = [print_made(arguments.documents, arguments.least)]
    return int(arguments.floors and not all(passed))


def ours(documents: Iterable[Document], least: float) -> Result:
    """Near copies by `cleaners.duplicates`."""
    ids: list[str] = []
    sketches, seconds = [], 0.0
    for batch in batches(documents):
        start = time.perf_counter()
        sketches.append(sketch_many(text for _, text in batch))
        seconds += time.perf_counter() - start
        ids += [document_id for document_id, _ in batch]
    start = time.perf_counter()
    originals = near_duplicates(ids, lambda band: np.concatenate([shard[:, band] for shard in sketches]), least)
    return Result(list(originals.items()), seconds + time.perf_counter() - start, peak())


def datasketch(documents: Iterable[Document], least: float, n: int, bands: tuple[int, int] | None) -> list[Result]:
    """Near copies by datasketch, as its index finds them, and verified."""
    index = MinHashLSH(least, n, params=bands)
    hashed: dict[str, MinHash] = {}
    pairs: list[Pair] = []
    seconds = 0.0
    for batch in batches(documents):
        start = time.perf_counter()
        sets = [[shingle.encode() for shingle in shingles(text)] for _, text in batch]
        for (document_id, _), minhash in zip(batch, MinHash.bulk(sets, num_perm=n), strict=True):
            pairs += [(document_id, other) for other in index.query(minhash)]
            index.insert(document_id, minhash)
            hashed[document_id] = minhash
        seconds += time.perf_counter() - start
    verified = [(copy, original) for copy, original in pairs if hashed[copy].jaccard(hashed[original]) >= least]
    return [Result(pairs, seconds, peak()), Result(verified, seconds, peak())]


def all_systems(documents: Iterable[Document], least: float) -> dict[str, Result]:
    """Each system's result by its name; ours first, so that its memory is its own."""
    results = {OURS: ours(documents, least)}
    for n, bands in ((128, None), (512, (64, 8))):
        found, verified = datasketch(documents, least, n, bands)
        results |= {f"datasketch {n}": found, f"datasketch {n}, verified": verified}
    return results


def batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The documents in lists."""
    remaining = iter(documents)
    while batch := list(islice(remaining, BATCH)):
        yield batch


def shingles(text: str) -> set[str]:
    """Each five words in a row."""
    words = WORD.findall(text.casefold())
    return {" ".join(words[start : start + 5]) for start in range(max(1, len(words) - 4))}


def similarity(one: str, other: str) -> float:
    """The share of two texts' shingles that both have, counted."""
    first, second = shingles(one), shingles(other)
    return len(first & second) / len(first | second)


def peak() -> float:
    """Megabytes that this process has had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# --- documents made here ---------------------------------------------------------------------------------------------


def drawn(seed: int) -> Random:
    """Numbers that are the same each time."""
    return Random(seed)  # noqa: S311  the same each time is what we want


class Made:
    """Documents by number; one in twenty is a copy."""

    def __init__(self, n: int) -> None:
        self._n = n
        syllables = ["".join(letters) for letters in product("bdfgklmnprstvz", "aeiou", ("", "n", "s"))]
        self._words = ["".join(drawn(number).choices(syllables, k=1 + number % 4)) for number in range(30_000)]
        self._weights = list(accumulate(1 / (rank + 10) for rank in range(len(self._words))))

    def __iter__(self) -> Iterator[Document]:
        return ((name(number), self.text(number)) for number in range(self._n))

    def text(self, number: int) -> str:
        """The text of a document, each time the same."""
        return " ".join(self._text(number))

    def original(self, number: int) -> int | None:
        """The document of which another was made."""
        return drawn(number).randrange(number // 20 * 19) // 19 * 20 if number % 20 == 19 and number > 20 else None

    def copies(self) -> Iterator[tuple[int, int]]:
        """Copies with their originals."""
        return ((number, original) for number in range(self._n) if (original := self.original(number)) is not None)

    def _text(self, number: int) -> list[str]:
        chance = drawn(-number)
        if (original := self.original(number)) is None:
            return chance.choices(
                self._words, cum_weights=self._weights, k=chance.randint(DOCUMENT - 99, DOCUMENT + 99)
            )
        words, share = self._text(original), chance.uniform(0.0, 0.07)
        for place in range(len(words) - 1, -1, -1):
            if chance.random() < share:
                words[place : place + chance.randint(0, 1)] = chance.choices(self._words, k=chance.randint(0, 1))
        return words


def name(number: int) -> str:
    """The id of a document made here."""
    return f"{number:09}"


def print_made(n: int, least: float) -> bool:
    """The table for documents made here; returns whether it is good enough."""
    made = Made(n)
    planted = {
        (name(copy), name(original)): similarity(made.text(copy), made.text(original))
        for copy, original in made.copies()
    }
    likeness = cache(
        lambda pair: planted[pair] if pair in planted else similarity(*(made.text(int(id_)) for id_ in pair))
    )
    n_bytes = sum(len(text) for _, text in islice(made, BATCH)) / min(n, BATCH)
    print(
        f"{n} documents of {n_bytes:.0f} characters, {len(planted)} copies, {sum(s >= least for s in planted.values())}"
        f" as like as {least}; {peak():.0f} MB before"
    )
    print(f"{'':26}{'recall':>8}{'of .8+':>8}{'wrong':>7}{'.05 off':>8}{'seconds':>9}{'ratio':>7}{'MB':>7}")
    results = all_systems(made, least)
    recalls = {}
    for system, (pairs, seconds, megabytes) in results.items():
        found = set(pairs)
        recalls[system], strong = (
            sum(pair in found for pair in asked) / max(1, len(asked))
            for asked in ([pair for pair, share in planted.items() if share >= bound] for bound in (least, 0.8))
        )
        shares = [likeness(pair) for pair in found]
        print(
            f"{system:26}{recalls[system]:8.4f}{strong:8.4f}{sum(share < least for share in shares):7}"
            f"{sum(share < least - 0.05 for share in shares):8}{seconds:9.1f}"
            f"{seconds / results[OURS].seconds:7.1f}{megabytes:7.0f}"
        )
    slowest = min(result.seconds for system, result in results.items() if system != OURS) / results[OURS].seconds
    return recalls[OURS] >= recalls[SAME_BANDS] - SLACK and slowest >= SPEED


# --- data ------------------------------------------------------------------------------------------------------------


def print_clusters(path: Path, least: float) -> bool:
    """The table for a file, and what is missed and wrongly joined; returns whether it is good enough."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in lines]
    texts = {record["id"]: record["text"] for record in records}
    true = joined([(record["id"], f"cluster {record['cluster']}") for record in records]) & set(
        combinations(sorted(texts), 2)
    )
    print(f"{path.name}: {len(texts)} texts, {len(true)} pairs")
    print(f"{'':26}{'P':>7}{'R':>7}{'F1':>7}{'seconds':>9}")
    scores, found = {}, {}
    for system, result in all_systems(texts.items(), least).items():
        found[system] = joined(result.pairs)
        right = len(true & found[system])
        precision, recall = right / max(1, len(found[system])), right / max(1, len(true))
        scores[system] = 2 * right / max(1, len(found[system]) + len(true))
        print(f"{system:26}{precision:7.3f}{recall:7.3f}{scores[system]:7.3f}{result.seconds:9.2f}")
    for what, pairs in (("missed", true - found[OURS]), ("wrongly joined", found[OURS] - true)):
        for share, one, other in sorted((similarity(texts[one], texts[other]), one, other) for one, other in pairs):
            print(f"  {what} {share:.3f} ({len(texts[one])}, {len(texts[other])} characters) {one} | {other}")
    return scores[OURS] >= max(scores["datasketch 128"], scores[SAME_BANDS])


def joined(pairs: Sequence[Pair]) -> set[Pair]:
    """All pairs of the clusters into which pairs join documents."""
    cluster: dict[str, set[str]] = {}
    for one, other in pairs:
        together = cluster.get(one, {one}) | cluster.get(other, {other})
        cluster |= dict.fromkeys(together, together)
    return {pair for together in cluster.values() for pair in combinations(sorted(together), 2)}


if __name__ == "__main__":
    sys.exit(main())
