"""The rows of a CSV file, one after the other; one that is damaged costs no other."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Self

from flows import UnreadableDocument
from flows.opening import LARGEST_DOCUMENT, TOO_LARGE, DamagedFile

_RETURN = "\udc0d"  # stands for a carriage return that ends no line, which `csv` refuses; no decoded text has it


class Row(NamedTuple):
    """A row, or lines that cannot be read as one."""

    where: str  #: its place in the file, as a person would name it
    values: Mapping[str, str]  #: by column
    raw: str  #: what identifies it
    error: UnreadableDocument | None = None


def delimited_rows(stream: io.TextIOBase, delimiter: str, n_above: int = 0) -> Iterator[Row]:
    """The rows behind the first, which names the columns; a second of the same name is called "name.1", and so on.

    A row may have fewer cells than there are columns, since some programs leave empty ones away at its end, but not
    behind damage, where it may be a piece of a text. It may have more only if they are empty.

    Args:
        stream: text with its line ends as they are.
        delimiter: what stands between two cells.
        n_above: lines of the file that have been read.

    Raises:
        DamagedFile: if the first row is damaged, or a line is too long.
    """
    csv.field_size_limit(LARGEST_DOCUMENT)
    lines = _Lines(stream, n_above)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        names = _distinct([name.lstrip("\ufeff").strip() for name in next(rows, [])])
    except csv.Error as error:
        raise DamagedFile("intake/not-csv", f"The names of the columns: {lines.fault()}") from error
    is_behind_damage = False
    while True:
        lines.start_row()
        where = f"the row at line {lines.number + 1}"
        try:
            cells = next(rows, None)
        except csv.Error:
            lines.repeat_last()
            yield Row(where, {}, "".join(lines.row), lines.fault())
            is_behind_damage = True
            continue
        if cells is None:
            return
        if not cells:
            continue
        cells = [cell.replace(_RETURN, "\r") for cell in cells]
        values, raw, n_columns = dict(zip(names, cells, strict=False)), "\0".join(cells), len(names)
        is_behind_damage &= len(cells) < n_columns
        if is_behind_damage:
            reason = f"{where} has {len(cells)} of {n_columns} cells and stands behind damage; mend that first."
            yield Row(where, {}, raw, UnreadableDocument("intake/not-csv", reason))
        elif any(cells[n_columns:]):
            reason = f"{where} has {len(cells)} cells for {n_columns} columns; quote those with {delimiter!r} in them."
            yield Row(where, values, raw, UnreadableDocument("intake/not-csv", reason))
        else:
            yield Row(where, values, raw)


def _distinct(names: list[str]) -> list[str]:
    """Names of columns, of which no two are the same.

    >>> _distinct(["text", "text", "text.1", "text"])
    ['text', 'text.2', 'text.1', 'text.3']
    """
    distinct: dict[str, None] = {}
    n_copies = Counter[str]()
    all_names = set(names)
    for name in names:
        spelled = name
        while spelled in distinct or (spelled != name and spelled in all_names):
            n_copies[name] += 1
            spelled = f"{name}.{n_copies[name]}"
        distinct[spelled] = None
    return list(distinct)


class _Lines:
    """The lines of a stream; those of the row that is under way are kept."""

    def __init__(self, stream: io.TextIOBase, n_above: int) -> None:
        self._stream = stream
        self._size = 0  # of the row
        self._next = ""  # a line that is to be read again
        self._is_end = False
        self.number = n_above  #: of the last line
        self.row: list[str] = []

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line, self._next = self._next or self._stream.readline(LARGEST_DOCUMENT + 1), ""
        if len(line) > LARGEST_DOCUMENT:
            raise DamagedFile("intake/too-large", f"A row ends the file: {TOO_LARGE}")
        if not line:
            self._is_end = True
            raise StopIteration
        self.number += 1
        self.row.append(line)
        self._size += len(line)
        if self._size > LARGEST_DOCUMENT:
            raise csv.Error
        content = line.rstrip("\r\n")
        return content.replace("\r", _RETURN) + line[len(content) :] if "\r" in content else line

    def start_row(self) -> None:
        """Forget the lines of the row before."""
        self.row.clear()
        self._size = 0

    def repeat_last(self) -> None:
        """Read the last line once more, as the first of a row: the row before it broke there, so it may be whole."""
        if len(self.row) > 1 and not self._is_end:
            self._next = self.row.pop()
            self.number -= 1

    def fault(self) -> UnreadableDocument:
        """Why the row cannot be read."""
        first = self.number - len(self.row) + 1
        where = f"line {first}" if first == self.number else f"lines {first} to {self.number}"
        if self._size > LARGEST_DOCUMENT:
            return UnreadableDocument("intake/too-large", f"{where}: {TOO_LARGE}")
        if self._is_end:
            why = ", the last, cannot be read: close the open quotation mark, or fetch the rest of the file"
        else:
            why = " cannot be read: close each quotation mark, and double those within a cell"
        return UnreadableDocument("intake/not-csv", f"{where}{why}.")
