"""A file opened and unpacked, wherever it lies, in memory that does not grow with it."""

import codecs
import io
import re
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

from flows import UnreadableDocument
from flows.sources import Kind, SourceFile, is_regular

LARGEST_DOCUMENT = 16 * 2**20  # bytes; War and Peace has 3 MB
_LARGEST_TABLE = 2 * 2**30  # bytes of Parquet that is packed once more, and has to be unpacked to disk
PIECE = 2**20  # bytes read at a time
_UNPACKED_AT_ONCE = 2**12  # bytes, the most that some damage takes with it
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}
TOO_LARGE = f"It is longer than {LARGEST_DOCUMENT // 2**20} MiB, the most that one document may have; cut it up."
_WIDE_MARKS = codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE
_OVER_LINES = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\[\s*\{|\{[ \t]*\r?\n\s*")')
READ_ERRORS = (OSError, EOFError, zlib.error, pa.ArrowException)


class DamagedFile(UnreadableDocument):
    """The rest of a file cannot be read."""


@contextmanager
def opened(file: SourceFile) -> Iterator[io.BufferedReader]:
    """The file's bytes as they are.

    Raises:
        DamagedFile: if it is a pipe, a socket or a device, which might never end.
        OSError: if it cannot be opened or read.
    """
    if not is_regular(file):
        raise DamagedFile("intake/unreadable", "It is not a regular file.")
    if file.is_local:
        with io.FileIO(file.address) as stream:
            yield io.BufferedReader(stream, PIECE)
        return
    try:
        with fsspec.open(file.address, "rb", expand=False) as stream:
            yield io.BufferedReader(stream, PIECE)
    except (*READ_ERRORS, UnreadableDocument, ValueError):
        raise
    except Exception as error:  # each file system of fsspec has errors of its own
        raise OSError(f"{type(error).__name__}: {error}") from error


@contextmanager
def unpacked(file: SourceFile, start: int = 0) -> Iterator[io.BufferedReader]:
    """The file's bytes from an offset on, unpacked if its first bytes say that it is gzip, Zstandard or bzip2.

    Raises:
        DamagedFile: if it cannot be opened, or what is read of it is damaged.
    """
    try:
        with opened(file) as stream:
            if packing := _packing(stream):
                yield io.BufferedReader(_Unpacker(stream, packing), PIECE)
            else:
                stream.seek(start)
                yield stream
    except READ_ERRORS as error:
        raise DamagedFile("intake/unreadable", f"The file cannot be read: {reason_of(error)}.") from error


class _Unpacker(io.RawIOBase):
    """A packed stream unpacked, which gives what stands before some damage before it reports it."""

    def __init__(self, stream: io.BufferedReader, packing: str) -> None:
        self._stream = pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), packing)
        self._damage: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        n_read = 0
        while n_read < len(buffer) and not self._damage:
            try:
                piece = self._stream.read(min(_UNPACKED_AT_ONCE, len(buffer) - n_read))
            except READ_ERRORS as error:
                self._damage = error
                break
            if not piece:
                return n_read
            buffer[n_read : n_read + len(piece)] = piece
            n_read += len(piece)
        if self._damage and not n_read:
            raise self._damage
        return n_read


def _packing(stream: io.BufferedReader) -> str | None:
    return next((packing for sign, packing in _MAGIC.items() if stream.peek(4).startswith(sign)), None)


def reason_of(error: BaseException) -> str:
    """What an error says, in a line."""
    words = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return words.splitlines()[0].rstrip(".")


@contextmanager
def parquet_file(file: SourceFile) -> Iterator[pq.ParquetFile]:
    """A Parquet file, which is read from its end: a packed one is first unpacked to a temporary file."""
    with opened(file) as stream:
        packing = _packing(stream)
        if not packing:
            yield pq.ParquetFile(stream)
            return
        with tempfile.TemporaryFile() as plain:
            packed = pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), packing)
            while piece := packed.read(PIECE):
                if plain.tell() + len(piece) > _LARGEST_TABLE:
                    most = f"{_LARGEST_TABLE // 2**20} MiB"
                    reason = f"Unpacked it has more than {most}, the most for packed Parquet; unpack it yourself."
                    raise DamagedFile("intake/too-large", reason)
                plain.write(piece)
            yield pq.ParquetFile(plain)


def read_whole(file: SourceFile) -> bytes:
    """All bytes of a file that is one document.

    Raises:
        UnreadableDocument: if it cannot be read, or is too large.
    """
    with unpacked(file) as stream:
        data = stream.read(LARGEST_DOCUMENT + 1)
    if len(data) > LARGEST_DOCUMENT:
        raise UnreadableDocument("intake/too-large", TOO_LARGE)
    return data


def kind_by_content(file: SourceFile) -> Kind:
    """What a file holds whose name does not say."""
    try:
        with unpacked(file) as stream:
            head = stream.read(4096)
    except DamagedFile:
        return Kind.TEXT
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith(b"PAR1"):
        return Kind.PARQUET
    if head.startswith(b"WARC/"):
        return Kind.WARC
    if start.startswith((b"<!doctype html", b"<html")):
        return Kind.PAGE
    if start.startswith((b'{"', b'[{"')) or (start[:1] == b"[" and start[1:].lstrip().startswith(b"{")):
        return Kind.JSON
    return Kind.TEXT


def can_be_cut(file: SourceFile) -> bool:
    """Whether it can be read from anywhere on: its first bytes do not say that it is packed, or not of lines."""
    with opened(file) as stream:
        return not _packing(stream) and has_lines(stream)


def has_lines(stream: io.BufferedReader) -> bool:
    """Whether each line of a stream of JSON may be a record, by how it begins.

    It is not in UTF-16 and UTF-32, in which lines do not end with the byte 10, nor if objects stand in an array or have
    a line for each field.
    """
    start = stream.peek(PIECE)
    return not (start.startswith(_WIDE_MARKS) or _OVER_LINES.match(start))
