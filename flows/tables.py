"""Tables that share their rows with the tables of earlier runs.

The rows of a table lie in pages, which are files that never change. A table that has a good part of its rows in a page
has a hard link to it; all other rows it writes into a page of its own. So it costs little to change a few documents of
a shard, and no table has more than a few pages.
"""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import DTypeLike, NDArray
from pyarrow import ipc

_ROWS = "rows"  # a file with the page of each row, and its place there
_LEAST_SHARED = 1 / 4  # of a table's rows that must lie in a page for the table to share it
_MOST_RUNS = 200  # of rows that follow each other; more are faster copied row by row


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of some pages, in an order of their own."""

    pages: tuple[Path | pa.Table, ...]  #: files, or tables that are not written yet
    page: NDArray[np.int64]  #: for each row the number of its page
    row: NDArray[np.int64]  #: and its place there

    @classmethod
    def of(cls, table: pa.Table) -> Self:
        """All rows of a table in memory."""
        return cls((table,), np.zeros(len(table), np.int64), np.arange(len(table)))

    @classmethod
    def of_page(cls, path: Path, places: NDArray[np.int64]) -> Self:
        """Rows of one page that is there."""
        return cls((path,), np.zeros(len(places), np.int64), places)

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """The rows of a table that `write` has written."""
        page, row = np.fromfile(folder / _ROWS, np.int64).reshape(2, -1)
        return cls(tuple(folder / f"{number}.page" for number in range(int(page.max(initial=0)) + 1)), page, row)

    @classmethod
    def joined(cls, parts: Sequence["Rows"]) -> Self:
        """The rows of several tables with the same columns, one after the other."""
        pages = tuple(page for part in parts for page in part.pages)
        firsts = np.cumsum([0, *(len(part.pages) for part in parts)]).tolist()
        numbers = [part.page + first for part, first in zip(parts, firsts, strict=False)]
        return cls(pages, np.concatenate(numbers), np.concatenate([part.row for part in parts]))

    def __len__(self) -> int:
        return len(self.page)

    def take(self, places: NDArray[np.int64] | NDArray[np.bool] | slice) -> "Rows":
        """Some of the rows, by place or by mask."""
        return replace(self, page=self.page[places], row=self.row[places])

    def read(self, *columns: str) -> pa.Table:
        """Some columns of the rows, or all if none is named; pages without rows are not read."""
        if not len(self):
            return _selected(_schema(self.pages[0]).empty_table(), columns)
        is_used = np.bincount(self.page, minlength=len(self.pages)) > 0
        tables = [_read(self.pages[page], columns) for page in np.flatnonzero(is_used).tolist()]
        firsts = np.cumsum([0, *map(len, tables)])[is_used.cumsum() - 1]
        return taken(pa.concat_tables(tables), firsts[self.page] + self.row)

    def write(self, folder: Path) -> None:
        """Write the table into a folder that is not there yet: links to shared pages, and one page with all else."""
        is_file = np.array([isinstance(page, Path) for page in self.pages])
        n_rows = np.bincount(self.page, minlength=len(self.pages))
        is_shared = is_file & (n_rows > len(self) * _LEAST_SHARED)
        numbers = np.cumsum(is_shared) - 1
        is_copied = ~is_shared[self.page]
        page, row = numbers[self.page], self.row.copy()
        page[is_copied] = n_shared = int(is_shared.sum())
        row[is_copied] = np.arange(is_copied.sum())
        folder.mkdir()
        for number, old in zip(numbers[is_shared].tolist(), np.flatnonzero(is_shared).tolist(), strict=True):
            link(self.pages[old], folder / f"{number}.page")
        if is_copied.any() or not n_shared:
            _write_page(folder / f"{n_shared}.page", self.take(is_copied).read())
        np.array([page, row]).tofile(folder / _ROWS)


def _write_page(path: Path, table: pa.Table) -> None:
    options = ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    columns = [_compact(column.combine_chunks()) for column in table]  # since a page has one dictionary for a column
    with path.open("wb") as file, ipc.new_file(file, table.schema, options=options) as page:
        page.write_table(pa.table(columns, table.schema))


def _compact(column: pa.Array) -> pa.Array:
    """The same column; if it has lists of structures with dictionaries, these without values of rows that are gone."""
    kind = column.type
    if not pa.types.is_list(kind) or not pa.types.is_struct(kind.value_type):
        return column
    fields = [
        in_order(some) if pa.types.is_dictionary(some.type) else some for some in pc.list_flatten(column).flatten()
    ]
    offsets = pc.subtract(column.offsets, column.offsets[0])
    return pa.ListArray.from_arrays(
        offsets, pa.StructArray.from_arrays(fields, fields=list(kind.value_type)), type=kind
    )


def in_order(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """The same column whatever its dictionary was: with the values that it has, in the order of the first of each."""
    used = column.indices.unique()
    if len(used) == len(column.dictionary) and (np.diff(used.to_numpy()) > 0).all():
        return column
    place = np.zeros(len(column.dictionary), np.int32)
    place[used.to_numpy()] = np.arange(len(used))
    return pa.DictionaryArray.from_arrays(place[column.indices.to_numpy()], column.dictionary.take(used))


def read_page(path: Path, *columns: str) -> pa.Table:
    """Some columns of a page, in this order; all if none is named."""
    names = _names(path)
    fields = [names.index(name) for name in columns] or None
    options = ipc.IpcReadOptions(included_fields=fields, use_threads=False)
    return _selected(ipc.open_file(_mapped(path), options=options).read_all(), columns)


@lru_cache(maxsize=1 << 8)
def _names(page: Path) -> list[str]:
    """The columns of a page, which to find takes as long as to read one of them."""
    names: list[str] = _schema(page).names
    return names


def numbers(column: pa.ChunkedArray) -> NDArray[np.uint64]:
    """A column of bytes of one length as numbers of 64 bits, a row each."""
    array = column.combine_chunks()
    data = np.frombuffer(array.buffers()[1] or b"", np.uint64).reshape(-1, column.type.byte_width // 8)
    return data[array.offset : array.offset + len(array)]


def joined(column: pa.ChunkedArray, kind: DTypeLike) -> NDArray[Any]:
    """All that a column of bytes holds, one row after the other, as numbers."""
    array = column.combine_chunks()
    _, offsets, data = array.buffers()
    start, end = np.frombuffer(offsets, np.int32)[[array.offset, array.offset + len(array)]]
    return np.frombuffer(data or b"", np.uint8)[start:end].view(kind)


def _read(page: Path | pa.Table, columns: Sequence[str]) -> pa.Table:
    return read_page(page, *columns) if isinstance(page, Path) else _selected(page, columns)


def _schema(page: Path | pa.Table) -> pa.Schema:
    return ipc.open_file(_mapped(page)).schema if isinstance(page, Path) else page.schema


def _mapped(path: Path) -> pa.Buffer:
    with path.open("rb") as file:
        return pa.py_buffer(mmap(file.fileno(), 0, access=ACCESS_READ))  # what Arrow opens itself it reads in a thread


def _selected(table: pa.Table, columns: Sequence[str]) -> pa.Table:
    return table.select(columns) if columns else table


def taken(table: pa.Table, places: NDArray[np.int64]) -> pa.Table:
    """Rows of a table by place; what lies in a few runs is not copied."""
    starts = np.flatnonzero(np.diff(places, prepend=-2) != 1)
    if len(starts) > _MOST_RUNS:
        return table.combine_chunks().take(pa.array(places))
    lengths = np.diff(starts, append=len(places))
    runs = zip(places[starts].tolist(), lengths.tolist(), strict=True)
    return pa.concat_tables([table.slice(0, 0), *(table.slice(place, n) for place, n in runs)])


def link(file: Path, target: Path) -> None:
    """Give a file that never changes another name; where that cannot be, a copy."""
    try:
        os.link(file, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(file, target)
