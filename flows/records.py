"""A file as a stream of records, whatever its format, in memory that does not grow with it."""

import codecs
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import Any, BinaryIO, NamedTuple
from zlib import crc32

import orjson
import pyarrow as pa

from flows import UnreadableDocument
from flows.decoding import Decoded, decode
from flows.delimited import delimited_rows
from flows.opening import (
    LARGEST_DOCUMENT,
    PIECE,
    READ_ERRORS,
    TOO_LARGE,
    DamagedFile,
    can_be_cut,
    has_lines,
    parquet_file,
    reason_of,
    unpacked,
)
from flows.sources import Kind, SourceFile
from flows.warc import warc_records

_ROOM = 16  # the share of a part in which its end may lie
_LARGEST_SKIP = 2**30  # bytes of one record that is passed over; what is longer ends the file
_MOST_SAMPLED = 1000  # records, also damaged ones, that are read to know the fields
_MOST_SOUND = 100  # of them
_LEAST_LARGE = 2.0**63
_BETWEEN_VALUES = re.compile(r"[\s,\ufeff]+")
_SEPARATOR = re.compile(r"""["']?sep=(.)["']?\r?""")  # a line that Excel reads before the names of the columns
_CUT_CHARACTER = re.compile(rb"[\xc2-\xf4][\x80-\xbf]{0,2}\Z")  # of UTF-8, at the end of a piece


class Record(NamedTuple):
    """One record of a file, or one that could not be read."""

    where: str  #: its place in the file, as a person would name it
    values: Mapping[str, Any]  #: by field
    raw: bytes = b""  #: what identifies a record that has no id
    error: UnreadableDocument | None = None
    encoding: str = "utf-8"  #: that its text was in
    confidence: float = 1.0  #: how sure that is
    is_line: bool = False  #: whether it is a line of JSONL that is not parsed yet


def read_records(
    file: SourceFile, kind: Kind, start: int = 0, stop: int | None = None, columns: Sequence[str] | None = None
) -> Iterator[Record]:
    """The records of a file, or of a part of it; those of JSONL are to be `parsed`.

    Args:
        file: a file of records.
        kind: what it holds.
        start: offset of the part in bytes; for Parquet, its first row group.
        stop: end of the part; a record belongs to the part in which it starts.
        columns: the fields that are wanted; those of Parquet are read alone.

    Raises:
        DamagedFile: if the rest of the file cannot be read.
    """
    try:
        if kind == Kind.PARQUET:
            yield from _parquet(file, start, stop, columns)
            return
        with unpacked(file, start) as stream:
            if kind == Kind.JSON and _is_object(_start(stream).split(b"\n", 1)[0]):
                kind = Kind.JSONL
            elif kind == Kind.JSONL and not start and not has_lines(stream):
                kind = Kind.JSON
            if kind == Kind.JSON:
                yield from _json(stream)
            elif kind == Kind.JSONL:
                yield from _jsonl(stream, start, stop)
            elif kind == Kind.CSV:
                yield from _csv(stream)
            else:
                yield from _warc(stream)
    except DamagedFile:
        raise
    except Exception as error:  # damage has more ways than a library has errors of its own
        reason = f"The rest of the file cannot be read, it is damaged: {reason_of(error)}."
        raise DamagedFile("intake/unreadable", reason) from error


def part_sizes(file: SourceFile, kind: Kind, most: int) -> list[tuple[int, int | None]]:
    """Where a file can be cut into parts of about `most` bytes, which can be read apart.

    That is JSONL, and Parquet between its row groups, if they are neither packed nor in UTF-16.
    """
    try:
        if kind == Kind.PARQUET and can_be_cut(file):
            with parquet_file(file) as table:
                metadata = table.metadata
            cuts, room = [0], most
            for group in range(metadata.num_row_groups):
                if room <= 0:
                    cuts.append(group)
                    room = most
                room -= metadata.row_group(group).total_byte_size
            return list(zip(cuts, [*cuts[1:], metadata.num_row_groups], strict=True))
        if kind == Kind.JSONL and file.size > most and can_be_cut(file):
            cuts = [0, *(_cut(file, near, most // _ROOM) for near in range(most, file.size, most))]
            return list(zip(cuts, [*cuts[1:], None], strict=True))
    except Exception:  # noqa: S110  whoever reads it will say so
        pass
    return [(0, None)]


def _cut(file: SourceFile, near: int, room: int) -> int:
    """Where lines can be cut: before one that its content chooses, so that it is the same when lines before it grow.

    Args:
        file: JSONL.
        near: offset behind which it is cut.
        room: bytes in which a line is looked for.
    """
    with unpacked(file, near) as stream:
        rest, *lines = stream.read(room).split(b"\n")
    ends = accumulate((len(line) + 1 for line in lines), initial=near + len(rest))
    found = ((crc32(line), end) for line, end in zip(lines[:-1], ends, strict=False) if line.strip())
    return min(found, default=(0, near))[1]


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
            yield Record(where, {}, line, is_line=True)


def records_of(stream: BinaryIO) -> Iterator[Record]:
    """The records of JSONL from a stream."""
    return map(parsed, _jsonl(stream, 0, None))


def _skip_line(stream: Any) -> int:
    n_skipped = 0
    while n_skipped < _LARGEST_SKIP:
        piece = stream.readline(PIECE)
        n_skipped += len(piece)
        if not piece or piece.endswith(b"\n"):
            return n_skipped
    raise DamagedFile("intake/too-large", f"A record of the file ends it: {TOO_LARGE}")


def parsed(record: Record) -> Record:
    """The record with its values: a line of JSONL is parsed only when somebody wants to know them."""
    if not record.is_line:
        return record
    where, line, found = record.where, record.raw, None
    try:
        values = orjson.loads(line)
        if isinstance(values, dict) and any(map(_may_be_integer, values.values())):
            values = json.loads(line)
    except (ValueError, RecursionError):
        try:  # what orjson will not take, and Python does: a mark, NaN, half a surrogate pair, another encoding
            found = decode(line.strip())
            values = json.loads(found.text.lstrip("\ufeff"))
        except UnreadableDocument as error:
            return Record(where, {}, line, error)
        except (ValueError, RecursionError) as error:
            return Record(where, {}, line, UnreadableDocument("intake/not-json", f"{where} is not JSON: {error}."))
    record = _object(where, values, line)
    return record._replace(encoding=found.encoding, confidence=found.confidence) if found else record


def _may_be_integer(value: object) -> bool:
    """Whether orjson, which makes floats of integers beyond 64 bits, may have made one of it."""
    return isinstance(value, float) and abs(value) >= _LEAST_LARGE


def _object(where: str, values: Any, raw: bytes) -> Record:
    if not isinstance(values, dict):
        reason = f"{where} is {name_of(values)}, not an object with fields."
        return Record(where, {}, raw, UnreadableDocument("intake/not-an-object", reason))
    return Record(where, values, raw)


def name_of(value: Any) -> str:
    """What a value is called in JSON."""
    names: dict[type, str] = {dict: "an object", list: "an array", str: "a string", bool: "a truth value"}
    return names.get(type(value), "null" if value is None else "a number")


def _json(stream: io.BufferedReader) -> Iterator[Record]:
    """The members of an array, or objects one after the other."""
    found = _beginning(stream)
    for number, (values, text) in enumerate(_values(stream, found.encoding), 1):
        record = _object(f"record {number}", values, text.encode("utf-8", "surrogatepass"))
        yield record._replace(encoding=found.encoding, confidence=found.confidence)


def _values(stream: io.BufferedReader, encoding: str) -> Iterator[tuple[Any, str]]:
    """The values in an array, or beside each other, each with its text."""
    decode_piece = codecs.getincrementaldecoder(encoding)("replace").decode
    parse = json.JSONDecoder().raw_decode
    text, place, is_in_array, is_all = "", 0, False, False
    while True:
        if between := _BETWEEN_VALUES.match(text, place):
            place = between.end()
        if text[place : place + 1] == ("]" if is_in_array else "["):
            place, is_in_array = place + 1, not is_in_array
            continue
        try:
            value, end = parse(text, place)
        except ValueError:
            end = len(text)
        except RecursionError as error:
            raise DamagedFile("intake/not-json", "A record ends the file: it is nested too deep.") from error
        if end < len(text):
            yield value, text[place:end]
            place = end
        elif not is_all:  # there may be more of it
            if end - place > LARGEST_DOCUMENT:
                raise DamagedFile("intake/too-large", f"A record ends the file: {TOO_LARGE}")
            piece = stream.read1(PIECE)
            is_all = not piece
            text, place = text[place:] + decode_piece(piece, is_all) + "\n" * is_all, 0
        elif place < end or is_in_array:
            raise DamagedFile("intake/not-json", "The rest of the file is not JSON, or is cut off.")
        else:
            return


def _beginning(stream: io.BufferedReader) -> Decoded:
    """The first piece of a stream as text, and the encoding that all of it is taken to have."""
    try:
        return decode(_CUT_CHARACTER.sub(b"", stream.peek(PIECE)))
    except UnreadableDocument as error:
        raise DamagedFile(error.check, str(error)) from error


def _csv(stream: io.BufferedReader) -> Iterator[Record]:
    found = _beginning(stream)
    first = found.text.lstrip("\ufeff").split("\n", 1)[0]
    ends = "" if "\r" in first.rstrip("\r") else "\n"  # else a carriage return is part of a text, as pandas writes it
    lines = io.TextIOWrapper(stream, found.encoding, errors="replace", newline=ends)
    named = _SEPARATOR.fullmatch(first)
    try:
        if named:
            lines.readline()
        delimiter = named[1] if named else max("\t,;|", key=first.count)
        for row in delimited_rows(lines, delimiter, n_above=1 if named else 0):
            raw = row.raw.encode("utf-8", "surrogatepass")
            yield Record(row.where, row.values, raw, row.error, found.encoding, found.confidence)
    finally:
        lines.detach()


def _parquet(file: SourceFile, start: int, stop: int | None, columns: Sequence[str] | None) -> Iterator[Record]:
    try:
        with parquet_file(file) as table:
            groups = range(start, table.num_row_groups if stop is None else stop)
            number = 0
            for batch in table.iter_batches(batch_size=64, row_groups=groups, columns=columns):
                for values in _rows(batch):
                    number += 1
                    yield Record(f"row {number} of the row groups from {start} on", values)
    except READ_ERRORS as error:
        raise DamagedFile(
            "intake/not-parquet", f"The file is not Parquet, or is damaged: {reason_of(error)}."
        ) from error


def _rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """The rows of a batch; if Python cannot hold one of them as it is, as well as it can."""
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
    except (ValueError, OverflowError):
        names, columns = batch.schema.names, batch.columns
        rows = [dict(zip(names, map(_value, cells), strict=True)) for cells in zip(*columns, strict=True)]
    return rows


def _value(cell: pa.Scalar) -> Any:
    """What a cell holds: bytes for a text that is not UTF-8, None for a time that is out of range."""
    try:
        return cell.as_py()
    except UnicodeDecodeError:
        return cell.as_buffer().to_pybytes() if hasattr(cell, "as_buffer") else None
    except (ValueError, OverflowError):
        return None


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


def field_names(file: SourceFile, kind: Kind, wanted: Iterable[str] = ()) -> list[str]:
    """The fields of a file's first hundred sound records, in their order; of a damaged file, of those that it has.

    Fields that are wanted are looked for in all other records, too.
    """
    names: dict[str, None] = {}
    missing = set(wanted)
    n_sound = 0
    with suppress(Exception):  # whoever reads it will say what is damaged
        if kind == Kind.PARQUET:
            with parquet_file(file) as table:
                return list(table.schema_arrow.names)
        for n_read, record in enumerate(map(parsed, read_records(file, kind))):
            are_enough = n_sound >= _MOST_SOUND or n_read >= _MOST_SAMPLED
            if are_enough and not missing:
                break
            if not record.error:
                names.update(dict.fromkeys(missing & record.values.keys() if are_enough else record.values))
                missing -= record.values.keys()
                n_sound += 1
    return list(names)
