"""The judge's stage: which documents may be published, which are copies, and whether the whole corpus may be.

What it needs of each document is read a few shards at a time. What remains in memory is the ids, a hash of each text
and, one band after the other, eight bytes of each sketch.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack
from itertools import accumulate
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaners.duplicates import near_duplicates
from expectations.verdicts import Reason
from flows.shards import Shard, Verdict
from flows.tables import Rows

_ROWS_AT_ONCE = 100_000
_MOST_SHOWN = 1_000  # documents in the report; a page each for a million would help nobody


def judge(
    shards: Sequence[Shard], staging: Path, drops_duplicates: bool, beside: Executor
) -> tuple[Verdict, list[Verdict], Future[None]]:
    """Which documents may be published, which are copies, and whether the corpus as a whole may be.

    Args:
        shards: all shards, cleaned.
        staging: folder of the run; the pages of Great Expectations go to `report/data-docs/` there.
        drops_duplicates: whether copies are set aside.
        beside: a thread that works meanwhile.

    Returns:
        The verdict on all documents, that on those of each shard, and what is done once the pages are written.
    """
    from expectations.validate import Judge  # Great Expectations takes seconds to import

    ids: list[str] = []
    unreadable: dict[str, tuple[Reason, ...]] = {}
    failed: dict[str, tuple[Reason, ...]] = {}
    n_judged = 0
    shown: list[tuple[bool, float, str]] = []
    sizes: list[int] = []
    with ExitStack() as stack:
        court = stack.enter_context(Judge(staging / "report" / "data-docs"))
        for tables in _in_portions(_tables(shards, "id", "check", "reason", "measured")):
            for table in tables:
                faults = table.select(["id", "check", "reason"]).filter(table["check"].is_valid())
                unreadable |= {row["id"]: (Reason(row["check"], row["reason"]),) for row in faults.to_pylist()}
                ids += table["id"].to_pylist()
                sizes.append(len(table))
            rows = pa.concat_tables(pa.Table.from_struct_array(table["measured"].drop_null()) for table in tables)
            failed |= court.judge_documents(rows.to_pandas())
            n_judged += len(rows)
            shown = heapq.nlargest(_MOST_SHOWN, [*shown, *_first_shown(rows, failed)])
        shown += [(True, 1.0, name) for name in list(unreadable)[: _MOST_SHOWN // 2]]
        quarantine = unreadable | failed
        n_documents = n_judged + len(unreadable)
        duplicates = _duplicates(ids, quarantine, shards, sizes)
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
                "quarantined_ratio": len(failed) / n_judged if n_judged else 1.0,
            }
        )
        pages = beside.submit(stack.pop_all().close)
    names = frozenset(name for *_, name in heapq.nlargest(_MOST_SHOWN, shown)) if n_documents > _MOST_SHOWN else None
    verdict = Verdict(quarantine, duplicates, failures, counts, drops_duplicates, names)
    return verdict, [verdict.on(ids[start : start + size]) for start, size in _ranges(sizes)], pages


def _first_shown(rows: pa.Table, failed: Iterable[str]) -> Iterator[tuple[bool, float, str]]:
    """Of some documents those that the report shows first, with what decides it: those that failed, then by change."""
    has_failed = pc.is_in(rows["id"], pa.array(list(failed), pa.string()))
    facts = pa.table([has_failed, rows["removed_ratio"], rows["id"]], ["has_failed", "removed_ratio", "id"])
    keys = [(name, "descending") for name in facts.column_names]
    first = facts.take(pc.select_k_unstable(facts, _MOST_SHOWN, keys))
    return zip(*(column.to_pylist() for column in first), strict=True)


def _tables(shards: Iterable[Shard], *columns: str) -> Iterator[pa.Table]:
    return (Rows.in_folder(shard.documents).read(*columns).combine_chunks() for shard in shards)


def _ranges(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where each of some shards starts, with its size."""
    return zip(accumulate(sizes, initial=0), sizes, strict=False)


def _in_portions(tables: Iterable[pa.Table]) -> Iterator[list[pa.Table]]:
    """Tables of so many rows at a time."""
    some: list[pa.Table] = []
    for table in tables:
        some.append(table)
        if sum(map(len, some)) >= _ROWS_AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def _duplicates(
    ids: Sequence[str], quarantine: Mapping[str, object], shards: Sequence[Shard], sizes: Sequence[int]
) -> dict[str, str]:
    """The original of each copy, by id: of equal texts the first by id, and of texts that are nearly equal.

    Args:
        ids: of all documents.
        quarantine: those that are in it.
        shards: where their hashes are.
        sizes: documents of each shard.
    """

    paths = [shard.hashes for shard in shards]

    def hashes(number: int) -> NDArray[np.uint64]:
        """Those of all texts, or the numbers of one band of their sketches."""
        found = np.empty(len(ids), np.uint64)
        for path, (start, size) in zip(paths, _ranges(sizes), strict=True):
            with path.open("rb", buffering=0) as file:
                file.seek(8 * size * number)
                file.readinto(found[start : start + size].data)
        return found

    sound = [place for place, document_id in enumerate(ids) if document_id not in quarantine]
    exact = _equal([ids[place] for place in sound], hashes(0)[sound])
    originals = np.array([place for place in sound if ids[place] not in exact], np.int64)
    near = near_duplicates([ids[place] for place in originals.tolist()], lambda band: hashes(1 + band)[originals])
    return {copy: near.get(original, original) for copy, original in exact.items()} | near


def _equal(ids: Sequence[str], hashes: NDArray[np.uint64]) -> dict[str, str]:
    _, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for place in np.flatnonzero(counts[inverse] > 1).tolist():
        groups[int(inverse[place])].append(ids[place])
    return {copy: min(group) for group in groups.values() for copy in group if copy != min(group)}
