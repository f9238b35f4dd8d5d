"""What earlier runs have made of single documents, found again by a key that stands for all that it depends on.

Work is kept in tables, a row for each document, with its key in the column `key`. An index says which row of which
table has which key: 24 bytes for each document, read from disk as it is needed.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.cache import Cache, key_of, read_table

KEY = pa.binary(16)
_KIND = "index"
_MOST_TABLES = 64  # that are read for one shard; to clean what lies in others costs no more than to read them


@dataclass(frozen=True, slots=True)
class Earlier:
    """The tables of earlier runs."""

    folder: Path | None = None  #: of their index; none before the first run

    def rows(
        self,
        keys: Sequence[bytes | None],
        schema: pa.Schema,
        make: Callable[[list[int]], list[dict[str, Any]]],
        holds: Callable[[pa.Table], Sequence[bool]] | None = None,
    ) -> tuple[pa.Table, list[int]]:
        """A row for each key, taken over where an earlier run has made it.

        Args:
            keys: of the rows that are wanted; None for one that has to be made.
            schema: of the rows, with a column `key`.
            make: makes the rows that have the given places among the keys.
            holds: which of some rows with the right keys still hold; without it, all do.

        Returns:
            The rows in the order of their keys, and the places of those that were made.
        """
        taken = list(self._taken(keys, schema, holds))
        places = [place for some, _ in taken for place in some.tolist()]
        missing = sorted(set(range(len(keys))).difference(places))
        made = pa.Table.from_pylist(make(missing), schema)
        if not taken:
            return made, missing
        order = np.argsort(np.array(missing + places))
        return pa.concat_tables([made, *(table for _, table in taken)]).combine_chunks().take(order), missing

    def _taken(
        self, keys: Sequence[bytes | None], schema: pa.Schema, holds: Callable[[pa.Table], Sequence[bool]] | None
    ) -> Iterator[tuple[NDArray[np.int64], pa.Table]]:
        """Places among the keys, with their rows, a table at a time."""
        known = [place for place, key in enumerate(keys) if key]
        if not self.folder or not known:
            return
        index = np.load(self.folder / "index.npy", mmap_mode="r")
        heads = _heads(keys[place] for place in known)
        at = np.minimum(np.searchsorted(index[0], heads), index.shape[1] - 1)
        is_found = index[0, at] == heads if index.shape[1] else np.zeros(len(heads), np.bool)
        places, at = np.array(known)[is_found], at[is_found]
        numbers, counts = np.unique(index[1, at], return_counts=True)
        paths = json.loads((self.folder / "tables.json").read_bytes())
        for number in numbers[np.argsort(-counts, kind="stable")][:_MOST_TABLES].tolist():
            is_here = index[1, at] == number
            table = _read(self.folder.parents[1] / paths[number], schema)
            if table is None:
                continue
            found, table = places[is_here], table.take(index[2, at[is_here]])
            are_equal = [keys[place] == key for place, key in zip(found, table["key"].to_pylist(), strict=True)]
            mask = np.array(are_equal, np.bool) & np.array(holds(table) if holds else True, np.bool)
            yield found[mask], table if mask.all() else table.filter(mask)


def _read(path: Path, schema: pa.Schema) -> pa.Table | None:
    """A table, or None if somebody took it away."""
    try:
        table = read_table(path)
    except FileNotFoundError:
        return None
    return table if table.schema.equals(schema) else None


def _heads(keys: Iterable[bytes | None]) -> NDArray[np.uint64]:
    """The first eight bytes of each key, as a number."""
    return np.array([int.from_bytes((key or b"")[:8], "big") for key in keys], np.uint64)


def earlier_in(cache: Cache) -> Earlier:
    """What the last run has left."""
    return Earlier(next(iter(sorted((cache.folder / _KIND).glob("*"))), None))


def write_index(tables: Sequence[Path], cache: Cache) -> Path:
    """The folder of an index of all rows of some tables that have a key, written if it is not there yet.

    Args:
        tables: in the cache.
        cache: finished work.
    """
    paths = [path.relative_to(cache.folder).as_posix() for path in tables]
    return cache.made(_KIND, key_of(paths), partial(_write, tables, paths))


def _write(tables: Sequence[Path], paths: Sequence[str], folder: Path) -> None:
    columns = []
    for number, path in enumerate(tables):
        keys = read_table(path, "key")["key"].to_pylist()
        rows = np.array([row for row, key in enumerate(keys) if key], np.uint64)
        columns.append(np.array([_heads(filter(None, keys)), np.full(len(rows), number, np.uint64), rows]))
    whole = np.concatenate([np.empty((3, 0), np.uint64), *columns], axis=1)
    np.save(folder / "index.npy", whole[:, np.argsort(whole[0], kind="stable")])
    (folder / "tables.json").write_text(json.dumps(paths))
