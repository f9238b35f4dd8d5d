"""A file as a stream of records, whatever its format, in memory that does not grow with it."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO

import orjson

from flows import UnreadableDocument
from flows.decoding import decode
from flows.opening import (
    LARGEST_DOCUMENT,
    PIECE,
    READ_ERRORS,
    TOO_LARGE,
    DamagedFile,
    is_packed,
    parquet_file,
    reason_of,
    unpacked,
)
from flows.sources import Kind, SourceFile
from flows.warc import warc_records

_LARGEST_SKIP = 2**30  # bytes of one record that is passed over; what is longer ends the file
_DEEPEST = 500  # levels of nesting in JSON


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file, or one that could not be read."""

    where: str  #: its place in the file, as a person would name it
    values: Mapping[str, Any]  #: by field
    raw: bytes = b""  #: what identifies a record that has no id
    error: UnreadableDocument | None = None


def read_records(
    file: SourceFile, kind: Kind, start: int = 0, stop: int | None = None, columns: Sequence[str] | None = None
) -> Iterator[Record]:
    """The records of a file, or of a part of it.

    Args:
        file: a file of records.
        kind: what it holds.
        start: offset of the part in bytes; for Parquet, its first row group.
        stop: end of the part; a record belongs to the part in which it starts.
        columns: the fields that are wanted; those of Parquet are read alone.

    Raises:
        DamagedFile: if the rest of the file cannot be read.
    """
    if kind == Kind.PARQUET:
        yield from _parquet(file, start, stop, columns)
        return
    with unpacked(file, start) as stream:
        if kind == Kind.JSON and not _is_object(_start(stream).split(b"\n", 1)[0]):
            yield from _json(stream)
        elif kind in (Kind.JSON, Kind.JSONL):
            yield from _jsonl(stream, start, stop)
        elif kind == Kind.CSV:
            yield from _csv(stream)
        else:
            yield from _warc(stream)


def part_sizes(file: SourceFile, kind: Kind, most: int) -> list[tuple[int, int | None]]:
    """Where a file can be cut into parts of about `most` bytes, which can be read apart.

    That is JSONL, and Parquet between its row groups, if they are not packed.
    """
    try:
        if kind == Kind.PARQUET and not is_packed(file):
            with parquet_file(file) as table:
                metadata = table.metadata
            cuts, room = [0], most
            for group in range(metadata.num_row_groups):
                if room <= 0:
                    cuts.append(group)
                    room = most
                room -= metadata.row_group(group).total_byte_size
            return list(zip(cuts, [*cuts[1:], metadata.num_row_groups], strict=True))
        if kind == Kind.JSONL and file.size > most and not is_packed(file):
            cuts = list(range(0, file.size, most))
            return list(zip(cuts, [*cuts[1:], None], strict=True))
    except READ_ERRORS:
        pass  # whoever reads it will say so
    return [(0, None)]


def _start(stream: io.BufferedReader) -> bytes:
    return stream.peek(PIECE).removeprefix(b"\xef\xbb\xbf").lstrip()


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except ValueError:
        return False


def _jsonl(stream: Any, start: int, stop: int | None) -> Iterator[Record]:
    """Lines that start behind `start`, or at the start of the file, and not behind `stop`."""
    offset = start
    if start:  # the line that is under way belongs to the part before, and so does one that starts just here
        offset += _skip_line(stream)
    while stop is None or offset <= stop:
        line = stream.readline(LARGEST_DOCUMENT + 1)
        if not line:
            return
        where = f"the record at byte {offset}"
        offset += len(line)
        if len(line) > LARGEST_DOCUMENT:
            offset += _skip_line(stream)
            yield Record(where, {}, line, UnreadableDocument("intake/too-large", TOO_LARGE))
        elif line.strip(b" \t\r\n\xef\xbb\xbf\0"):
            yield _record(where, line)


def records_of(stream: BinaryIO) -> Iterator[Record]:
    """The records of JSONL from a stream."""
    yield from _jsonl(stream, 0, None)


def _skip_line(stream: Any) -> int:
    n_skipped = 0
    while n_skipped < _LARGEST_SKIP:
        piece = stream.readline(PIECE)
        n_skipped += len(piece)
        if not piece or piece.endswith(b"\n"):
            return n_skipped
    raise DamagedFile("intake/too-large", f"A record of the file ends it: {TOO_LARGE}")


def _record(where: str, line: bytes) -> Record:
    try:
        values = orjson.loads(line)
    except ValueError:
        try:  # what orjson will not take, and Python does: a mark, NaN, half a surrogate pair, another encoding
            values = json.loads(decode(line.strip()).text.lstrip("\ufeff"))
        except UnreadableDocument as error:
            return Record(where, {}, line, error)
        except (ValueError, RecursionError) as error:
            return Record(where, {}, line, UnreadableDocument("intake/not-json", f"{where} is not JSON: {error}."))
    return _object(where, values, line)


def _object(where: str, values: Any, raw: bytes) -> Record:
    if not isinstance(values, dict):
        reason = f"{where} is {_name(values)}, not an object with fields."
        return Record(where, {}, raw, UnreadableDocument("intake/not-an-object", reason))
    return Record(where, values, raw)


def _name(value: Any) -> str:
    """What a value is called in JSON."""
    names: dict[type, str] = {dict: "an object", list: "an array", str: "a string", bool: "a truth value"}
    return names.get(type(value), "null" if value is None else "a number")


def _json(stream: io.BufferedReader) -> Iterator[Record]:
    """The members of an array, or objects one after the other."""
    import ijson

    is_array = _start(stream).startswith(b"[")
    limited = _Limited(stream)
    try:
        events = ijson.basic_parse(limited, multiple_values=True, use_float=True)
        for number, values in enumerate(_values(events, int(is_array)), 1):
            limited.n_read = 0
            yield _object(f"record {number}", values, orjson.dumps(values, default=str))
    except (ijson.JSONError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedFile("intake/not-json", f"The rest of the file is not JSON: {reason_of(error)}.") from error


def _values(events: Iterable[tuple[str, Any]], level: int) -> Iterator[Any]:
    """The values that stand on one level of nesting."""
    from ijson.common import ObjectBuilder

    depth = 0
    builder = ObjectBuilder()
    for event, value in events:
        depth -= event in ("end_map", "end_array")
        if depth >= level and (depth or not level):
            builder.event(event, value)
            if depth == level and not event.startswith("start_"):
                yield builder.value
                builder = ObjectBuilder()
        depth += event in ("start_map", "start_array")
        if depth > _DEEPEST:
            raise DamagedFile("intake/not-json", f"A record ends the file: it is nested more than {_DEEPEST} deep.")


class _Limited:
    """A stream that ends in an error if no record does."""

    def __init__(self, stream: io.BufferedReader) -> None:
        self._stream = stream
        self.n_read = 0  #: bytes since the last record

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.n_read += len(data)
        if self.n_read > LARGEST_DOCUMENT + PIECE:
            raise DamagedFile("intake/too-large", f"A record ends the file: {TOO_LARGE}")
        return data


def _csv(stream: io.BufferedReader) -> Iterator[Record]:
    head = stream.peek(PIECE)
    try:
        decoded = decode(head[: head.rfind(b"\n") + 1] or head)
    except UnreadableDocument as error:
        raise DamagedFile(error.check, str(error)) from error
    first = decoded.text.lstrip("\ufeff").split("\n", 1)[0]
    csv.field_size_limit(LARGEST_DOCUMENT)
    lines = io.TextIOWrapper(stream, decoded.encoding, errors="replace", newline="")
    rows = csv.reader(_short_lines(lines), delimiter=max("\t,;|", key=first.count))
    try:
        names = [name.lstrip("\ufeff").strip() for name in next(rows, [])]
        for number, row in enumerate(rows, 1):
            if row:
                raw = "\0".join(row).encode("utf-8", "surrogatepass")
                yield Record(f"row {number}", dict(zip(names, row, strict=False)), raw)
    except csv.Error as error:
        raise DamagedFile("intake/not-csv", f"The rest of the file is not CSV: {reason_of(error)}.") from error
    finally:
        lines.detach()


def _short_lines(lines: io.TextIOBase) -> Iterator[str]:
    while line := lines.readline(LARGEST_DOCUMENT + 1):
        if len(line) > LARGEST_DOCUMENT:
            raise DamagedFile("intake/too-large", f"A row ends the file: {TOO_LARGE}")
        yield line


def _parquet(file: SourceFile, start: int, stop: int | None, columns: Sequence[str] | None) -> Iterator[Record]:
    try:
        with parquet_file(file) as table:
            groups = range(start, table.num_row_groups if stop is None else stop)
            number = 0
            for batch in table.iter_batches(batch_size=64, row_groups=groups, columns=columns):
                for values in batch.to_pylist():
                    number += 1
                    yield Record(f"row {number} of the row groups from {start} on", values)
    except READ_ERRORS as error:
        raise DamagedFile(
            "intake/not-parquet", f"The file is not Parquet, or is damaged: {reason_of(error)}."
        ) from error


def _warc(stream: io.BufferedReader) -> Iterator[Record]:
    """Pages that a crawler received, and texts that were made of such pages (WET)."""
    for found in warc_records(stream):
        values = {
            "id": found.header.get("WARC-Record-ID", "").strip("<>"),
            "url": found.header.get("WARC-Target-URI", "").strip("<>") or None,
            "html" if found.is_page else "text": found.content,
            "charset": found.charset or None,
        }
        yield Record(found.where, values, found.content, found.error)


def field_names(file: SourceFile, kind: Kind) -> list[str]:
    """The fields of a file's first hundred records, in their order; none if it cannot be read."""
    try:
        if kind == Kind.PARQUET:
            with parquet_file(file) as table:
                return list(table.schema_arrow.names)
        records = islice(read_records(file, kind), 100)
        return list(dict.fromkeys(name for record in records for name in record.values))
    except (UnreadableDocument, *READ_ERRORS):
        return []
