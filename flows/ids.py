"""Ids that two documents share: the first in the order of the sources keeps it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from expectations.verdicts import Reason
from flows.shards import Shard
from flows.tables import Rows


def settle_ids(shards: Iterable[Shard]) -> list[Shard]:
    """The shards in order, where of documents with one id the first keeps it.

    Another with the same text is a copy and gets an id with the hash of its text, and a number if that id is taken; one
    with another text is set aside.
    """
    hashes = []
    found: list[Shard] = []
    for shard in shards:
        found.append(shard)
        ids = Rows.in_folder(shard.raw).read("id")["id"].to_pylist()
        hashes.append(np.fromiter(map(hash, ids), np.int64, len(ids)))
    values, counts = np.unique(np.concatenate([np.empty(0, np.int64), *hashes]), return_counts=True)
    repeated = values[counts > 1]
    first: dict[str, tuple[str, str]] = {}  # hash of the text and source of the one that keeps the id
    n_same: Counter[str] = Counter()
    settled = []
    for number, (shard, of_ids) in enumerate(zip(found, hashes, strict=True)):
        renamed: list[tuple[int, str, Reason | None]] = []
        rows = np.flatnonzero(np.isin(of_ids, repeated))
        twice = Rows.in_folder(shard.raw).take(rows)
        facts = twice.read("id", "sha256", "source").to_pydict().values() if len(rows) else ()
        for row, document_id, digest, source in zip(rows.tolist(), *facts, strict=True):
            if document_id not in first:
                first[document_id] = digest, source
                continue
            base = f"{document_id}#{digest[:16]}"
            n_same[base] += 1
            while _is_in(values, other := base if n_same[base] == 1 else f"{base}-{n_same[base]}"):
                n_same[base] += 1
            known_digest, known_source = first[document_id]
            reason = f"A document of {known_source} has the id {document_id!r} too; give each document its own."
            renamed.append((row, other, None if digest == known_digest else Reason("intake/duplicate-id", reason)))
        settled.append(replace(shard, number=number, renamed=tuple(renamed)))
    return settled


def _is_in(hashes: NDArray[np.int64], document_id: str) -> bool:
    """Whether a document has an id, by the sorted hashes of all ids."""
    place = np.searchsorted(hashes, hash(document_id))
    return bool(place < len(hashes) and hashes[place] == hash(document_id))
