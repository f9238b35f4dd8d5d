"""What earlier runs have made of single documents, found again by a key that stands for all that it depends on.

Work is kept in tables, a row for each document, with its key in the column `key`. An index says which row of which
page has which key: 24 bytes for each document, read from disk as it is needed.
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

from flows.cache import Cache, is_whole, key_of
from flows.tables import Rows, numbers

Keys = NDArray[np.uint64]
"""Two numbers for each row."""
Places = NDArray[np.int64]
KEY = pa.binary(16)
NO_KEY = bytes(16)
_KIND = "index"
_AT_ONCE = 256  # rows
_MOST_PAGES = 64  # that are looked at for one shard; to clean what lies in others costs no more than to read them


@dataclass(frozen=True, slots=True)
class Earlier:
    """The tables of earlier runs."""

    folder: Path | None = None  #: of their index; none before the first run

    def rows(
        self,
        keys: Keys,
        schema: pa.Schema,
        make: Callable[[Places], list[dict[str, Any]]],
        holds: Callable[[pa.Table], NDArray[np.bool]] | None = None,
        heeds: Sequence[str] = (),
    ) -> tuple[Rows, Places]:
        """A row for each key, taken over where an earlier run has made it.

        Args:
            keys: of the rows that are wanted; 0 for one that has to be made.
            schema: of the rows, with a column `key`.
            make: makes the rows that have the given places among the keys.
            holds: which of some rows still hold, if their keys are right; without it, all do.
            heeds: the columns that `holds` looks at.

        Returns:
            The rows in the order of their keys, and the places of those that were made.
        """
        taken = list(self._taken(keys, holds, heeds))
        is_missing = np.ones(len(keys), np.bool)
        for places, _ in taken:
            is_missing[places] = False
        missing = np.flatnonzero(is_missing)
        parts = (pa.Table.from_pylist(make(missing[some]), schema) for some in portions(len(missing)))
        made = Rows.of(pa.concat_tables(parts).combine_chunks())
        order = np.argsort(np.concatenate([missing, *(places for places, _ in taken)]))
        return Rows.joined([made, *(rows for _, rows in taken)]).take(order), missing

    def _taken(
        self, keys: Keys, holds: Callable[[pa.Table], NDArray[np.bool]] | None, heeds: Sequence[str]
    ) -> Iterator[tuple[Places, Rows]]:
        """Places among the keys, with their rows, a page at a time."""
        known = np.flatnonzero(keys.any(axis=1))
        if not self.folder or not len(known):
            return
        index = np.load(self.folder / "index.npy", mmap_mode="r")
        heads = keys[known, 0]
        order, at = np.argsort(heads), np.empty(len(heads), np.int64)
        at[order] = np.searchsorted(index[0], heads[order])  # in their order they are found in a third of the time
        at = np.minimum(at, index.shape[1] - 1)
        is_found = index[0, at] == heads if index.shape[1] else np.zeros(len(heads), np.bool)
        places, at = known[is_found], at[is_found]
        page, row = index[1:, at].astype(np.int64)
        pages, counts = np.unique(page, return_counts=True)
        paths = json.loads((self.folder / "pages.json").read_bytes())
        for number in pages[np.argsort(-counts, kind="stable")][:_MOST_PAGES].tolist():
            kind, entry, name = paths[number].split("/", 2)
            folder = self.folder.parents[1] / kind / entry
            if not is_whole(folder, name):  # somebody took it away, or damaged it
                continue
            is_here = page == number
            rows = Rows.of_page(folder / name, row[is_here])
            table = rows.read("key", *heeds)
            is_taken = (numbers(table["key"]) == keys[places[is_here]]).all(axis=1)
            if holds:
                is_taken &= holds(table)
            yield places[is_here][is_taken], rows.take(is_taken)


def portions(n_rows: int) -> list[slice]:
    """Rows, some at a time, in one portion at least: as objects of Python they take many times their memory."""
    return [slice(start, start + _AT_ONCE) for start in range(0, max(1, n_rows), _AT_ONCE)]


def keys_of(keys: Iterable[bytes | None]) -> Keys:
    """Keys as they are looked for."""
    return np.frombuffer(b"".join(key or NO_KEY for key in keys), np.uint64).reshape(-1, 2)


def earlier_in(cache: Cache) -> Earlier:
    """What the last run has left."""
    return Earlier(next(filter(is_whole, sorted((cache.folder / _KIND).glob("*"))), None))


def write_index(tables: Sequence[Path], cache: Cache) -> Path:
    """The folder of an index of all rows of some tables that have a key, written if it is not there yet.

    Args:
        tables: folders in the cache.
        cache: finished work.
    """
    paths = [path.relative_to(cache.folder).as_posix() for path in tables]
    return cache.made(_KIND, key_of(paths), partial(_write, tables, cache))


def _write(tables: Sequence[Path], cache: Cache, folder: Path) -> None:
    columns = [np.empty((3, 0), np.uint64)]
    paths: list[str] = []
    for path in tables:
        rows = Rows.in_folder(path)
        keys = numbers(rows.read("key")["key"])
        columns.append(np.array([keys[:, 0], rows.page + len(paths), rows.row], np.uint64)[:, keys.any(axis=1)])
        paths += [page.relative_to(cache.folder).as_posix() for page in rows.pages]
    whole = np.concatenate(columns, axis=1)
    np.save(folder / "index.npy", np.ascontiguousarray(whole[:, np.argsort(whole[0], kind="stable")]))
    (folder / "pages.json").write_text(json.dumps(paths))
