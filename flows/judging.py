"""The judge's stage: which documents may be published, which are copies, and whether the whole corpus may be.

What it needs of each document lies in staging and is read a few shards at a time. What remains in memory is the ids, a
hash of each text and, one band after the other, eight bytes of each sketch.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from cleaners.duplicates import N_BANDS, near_duplicates
from expectations.verdicts import Reason
from flows.shards import Shard, Verdict
from flows.tables import Rows, numbers

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
        for table in _tables(shards, "id", "check", "reason")
        for document_id, check, reason in zip(*(column.to_pylist() for column in table), strict=True)
        if check
    }
    n_unreadable, n_judged = len(quarantine), 0
    shown = [(True, 1.0, document_id) for document_id in list(quarantine)[: _MOST_SHOWN // 2]]
    with Judge(staging / "report" / "data-docs") as court:
        for rows in _in_portions(shards):
            quarantine |= court.judge_documents(rows.to_pandas())
            n_judged += len(rows)
            facts = zip(rows["id"].to_pylist(), rows["removed_ratio"].to_pylist(), strict=True)
            judged = ((document_id in quarantine, ratio, document_id) for document_id, ratio in facts)
            shown = heapq.nlargest(_MOST_SHOWN, [*shown, *judged])
        n_documents = n_judged + n_unreadable
        ids = [document_id for table in _tables(shards, "id") for document_id in table["id"].to_pylist()]
        duplicates = _duplicates(shards, ids, quarantine, staging)
        counts = {
            "documents": n_documents,
            "published": n_documents - len(duplicates) - len(quarantine),
            "duplicates": len(duplicates),
            "quarantined": len(quarantine),
        }
        failures = court.judge_corpus(
            {f"n_{name}": count for name, count in counts.items()}
            | {
                "n_unaccounted": n_documents - len(ids),
                "n_duplicate_ids": n_documents - len(set(ids)),
                "quarantined_ratio": (len(quarantine) - n_unreadable) / n_judged if n_judged else 1.0,
            }
        )
    names = frozenset(document_id for *_, document_id in shown) if n_documents > _MOST_SHOWN else None
    return Verdict(quarantine, duplicates, failures, counts, shown=names)


def _tables(shards: Iterable[Shard], *columns: str) -> Iterator[pa.Table]:
    return (Rows.in_folder(shard.documents).read(*columns) for shard in shards)


def _in_portions(shards: Iterable[Shard]) -> Iterator[pa.Table]:
    """The measurements of all documents, so many at a time."""
    tables: list[pa.Table] = []
    for table in _tables(shards, "measured"):
        tables.append(pa.Table.from_struct_array(table["measured"].drop_null()))
        if sum(map(len, tables)) >= _ROWS_AT_ONCE:
            yield pa.concat_tables(tables)
            tables = []
    if sum(map(len, tables)):
        yield pa.concat_tables(tables)


def _duplicates(
    shards: Sequence[Shard], ids: Sequence[str], quarantine: Mapping[str, object], staging: Path
) -> dict[str, str]:
    """The original of each copy, by id: of equal texts the first by id, and of texts that are nearly equal."""
    hashes = np.zeros(len(ids), np.uint64)
    sketches = np.memmap(staging / "sketches", np.uint64, "w+", shape=(N_BANDS, max(1, len(ids))))
    end = 0
    for table in _tables(shards, "text_sha256", "sketch"):
        start, end = end, end + len(table)
        hashes[start:end] = [int(digest[:16], 16) if digest else 0 for digest in table["text_sha256"].to_pylist()]
        sketches[:, start:end] = numbers(table["sketch"]).T
    sound = [place for place, document_id in enumerate(ids) if document_id not in quarantine]
    exact = _equal([ids[place] for place in sound], hashes[sound])
    originals = np.array([place for place in sound if ids[place] not in exact], np.int64)
    near = near_duplicates([ids[place] for place in originals.tolist()], lambda number: sketches[number, originals])
    return {copy: near.get(original, original) for copy, original in exact.items()} | near


def _equal(ids: Sequence[str], hashes: NDArray[np.uint64]) -> dict[str, str]:
    _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for place in np.flatnonzero(counts[inverse] > 1).tolist():
        groups[int(inverse[place])].append(ids[place])
    return {copy: min(group) for group in groups.values() for copy in group if copy != min(group)}
