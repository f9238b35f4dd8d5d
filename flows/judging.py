"""The judge's stage: which documents may be published, which are copies, and whether the whole corpus may be.

What it needs of each document lies in staging and is read a few shards at a time. What remains in memory is the ids, a
hash of each text and, one band after the other, eight bytes of each sketch.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cleaners.duplicates import N_BANDS, near_duplicates
from expectations.verdicts import Reason
from flows.cache import read_table
from flows.shards import Shard, Verdict

_ROWS_AT_ONCE = 50_000
_MOST_SHOWN = 1_000  # documents in the report; a page each for a million would help nobody


def judge(shards: Sequence[Shard], staging: Path) -> Verdict:
    """Which documents may be published, which are copies, and whether the corpus as a whole may be.

    Args:
        shards: all shards, cleaned.
        staging: folder of the run; the pages of Great Expectations go to `report/data-docs/` there.
    """
    from expectations.validate import Judge  # Great Expectations takes seconds to import

    quarantine: dict[str, tuple[Reason, ...]] = {
        document_id: (Reason(check, reason),)
        for shard in shards
        for document_id, check, reason in _columns(shard.documents, "id", "check", "reason")
        if check
    }
    n_unreadable, n_judged = len(quarantine), 0
    shown = [(True, 1.0, document_id) for document_id in list(quarantine)[: _MOST_SHOWN // 2]]
    with Judge(staging / "report" / "data-docs") as court:
        for rows in _in_portions(shards):
            quarantine |= court.judge_documents(rows)
            n_judged += len(rows)
            judged = ((row["id"] in quarantine, row["removed_ratio"], row["id"]) for row in rows)
            shown = heapq.nlargest(_MOST_SHOWN, [*shown, *judged])
        n_documents = n_judged + n_unreadable
        duplicates = _duplicates(shards, quarantine, staging)
        counts = {
            "documents": n_documents,
            "published": n_documents - len(duplicates) - len(quarantine),
            "duplicates": len(duplicates),
            "quarantined": len(quarantine),
        }
        failures = court.judge_corpus(
            {f"n_{name}": count for name, count in counts.items()}
            | {
                "n_unaccounted": n_documents - sum(1 for _ in _ids(shards)),
                "n_duplicate_ids": n_documents - len(set(_ids(shards))),
                "quarantined_ratio": (len(quarantine) - n_unreadable) / n_judged if n_judged else 1.0,
            }
        )
    ids = frozenset(document_id for *_, document_id in shown) if n_documents > _MOST_SHOWN else None
    return Verdict(quarantine, duplicates, failures, counts, shown=ids)


def _in_portions(shards: Iterable[Shard]) -> Iterator[list[dict[str, Any]]]:
    """The measurements of all documents, so many at a time."""
    rows: list[dict[str, Any]] = []
    for shard in shards:
        rows += [row for (row,) in _columns(shard.documents, "measured") if row]
        if len(rows) >= _ROWS_AT_ONCE:
            yield rows
            rows = []
    if rows:
        yield rows


def _columns(path: Path, *names: str) -> Iterator[tuple[Any, ...]]:
    table = read_table(path, *names)
    return zip(*(table[name].to_pylist() for name in names), strict=True)


def _ids(shards: Iterable[Shard]) -> Iterator[str]:
    return (document_id for shard in shards for (document_id,) in _columns(shard.documents, "id"))


def _duplicates(shards: Sequence[Shard], quarantine: Mapping[str, object], staging: Path) -> dict[str, str]:
    """The original of each copy, by id: of equal texts the first by id, and of texts that are nearly equal."""
    ids: list[str] = []
    hashes: list[int] = []
    wanted: list[NDArray[np.int64]] = []  # rows by shard
    for shard in shards:
        rows = [
            (row, document_id, int(digest[:16], 16))
            for row, (document_id, digest) in enumerate(_columns(shard.documents, "id", "text_sha256"))
            if document_id not in quarantine
        ]
        ids += [document_id for _, document_id, _ in rows]
        hashes += [number for _, _, number in rows]
        wanted.append(np.array([row for row, _, _ in rows], np.int64))
    exact = _equal(ids, np.array(hashes, np.uint64))
    sketches = np.memmap(staging / "sketches", np.uint64, "w+", shape=(N_BANDS, max(1, len(ids))))
    sizes = np.cumsum([0, *map(len, wanted)]).tolist()
    for shard, rows_wanted, start, end in zip(shards, wanted, sizes, sizes[1:], strict=False):
        sketches[:, start:end] = np.load(shard.sketches)[:, rows_wanted]
    originals = [place for place, document_id in enumerate(ids) if document_id not in exact]
    near = near_duplicates([ids[place] for place in originals], lambda number: sketches[number, originals])
    return {copy: near.get(original, original) for copy, original in exact.items()} | near


def _equal(ids: Sequence[str], hashes: NDArray[np.uint64]) -> dict[str, str]:
    _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for place in np.flatnonzero(counts[inverse] > 1).tolist():
        groups[int(inverse[place])].append(ids[place])
    return {copy: min(group) for group in groups.values() for copy in group if copy != min(group)}
