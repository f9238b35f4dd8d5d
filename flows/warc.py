"""The pages and texts of a WARC file, one record after the other, in memory that does not grow with it."""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from io import BufferedReader, BytesIO
from typing import Any

from flows import UnreadableDocument
from flows.opening import LARGEST_DOCUMENT, PIECE, TOO_LARGE, DamagedFile

_LARGEST_GAP = 2**30  # bytes between two records; more of them end the file
_LENGTH = re.compile(r"[0-9]{1,18}")
_CHUNK = re.compile(rb"(?:\r?\n)?([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_FOUND = re.compile(rb"HTTP/[0-9.]+ +200\b")
_GZIP = b"\x1f\x8b"
_END_OF_FIELD = re.compile(rb"\r?\n(?![ \t])")


@dataclass(frozen=True, slots=True)
class WarcRecord:
    """A page or a text, or what could not be read as one."""

    where: str  #: its place in the file, as a person would name it
    header: Message  #: its named fields
    content: bytes = b""
    is_page: bool = False
    charset: str = ""  #: the encoding of the content as its header declares it
    error: UnreadableDocument | None = None


def warc_records(stream: BufferedReader) -> Iterator[WarcRecord]:
    """The pages that a crawler received with status 200, and the texts that were made of such pages (WET).

    What stands between two records, or has no length, is passed over up to the next record, and reported once.

    Raises:
        DamagedFile: if the file ends in the middle of a record, or there is no next one within bounds.
    """
    from warcio.limitreader import LimitReader

    offset = gap = 0
    is_lost = False
    while line := stream.readline(PIECE):
        start, offset = offset, offset + len(line)
        where = f"the record at byte {start}"
        if not line.startswith(b"WARC/"):
            gap += len(line)
            if gap > _LARGEST_GAP:
                raise DamagedFile("intake/not-warc", f"The rest of the file is not WARC, up to byte {start}.")
            if line.strip() and not is_lost:
                is_lost = True
                yield _lost(where, line, f"What stands at byte {start} is no record of a WARC file.")
            continue
        gap, is_lost = 0, False
        try:
            header, n_read, is_whole = _header(stream, where)
        except UnreadableDocument as error:
            raise DamagedFile(error.check, f"The rest of the file is not WARC: {error}") from error
        offset += n_read
        if not is_whole:
            raise DamagedFile("intake/truncated", f"The file ends in the middle of the header of {where}.")
        length = header.get("Content-Length", "")
        if not _LENGTH.fullmatch(length):
            is_lost = True
            yield _lost(where, line, f"The header of {where} does not say how long it is.")
            continue
        block = LimitReader(stream, int(length))
        record = _record(where, header, block)
        while block.read(PIECE):
            pass
        if block.limit:
            raise DamagedFile("intake/truncated", f"The file ends in the middle of {where}.")
        offset += int(length)
        if record:
            yield record


def _lost(where: str, line: bytes, reason: str) -> WarcRecord:
    return WarcRecord(where, Message(), line, error=UnreadableDocument("intake/not-warc", reason))


def _header(stream: Any, where: str) -> tuple[Message, int, bool]:
    """The named fields up to an empty line, their length in bytes, and whether there was such a line."""
    lines = bytearray()
    while len(lines) <= PIECE:
        line = stream.readline(PIECE)
        if not line.strip():
            return _fields(lines), len(lines) + len(line), bool(line)
        lines += line
    raise UnreadableDocument("intake/too-large", f"The header of {where} is longer than {PIECE // 2**20} MiB.")


def _fields(lines: bytearray) -> Message:
    header = Message()
    for field in _END_OF_FIELD.split(lines):
        name, _, value = field.decode("utf-8", "replace").partition(":")
        header[name.strip()] = " ".join(value.split())
    return header


def _record(where: str, header: Message, block: Any) -> WarcRecord | None:
    """The page or text in the block of a record, if it holds one."""
    kind, http = header.get("WARC-Type"), header
    try:
        if kind == "response" and _FOUND.match(block.readline(PIECE)):
            http, _, _ = _header(block, f"the page of {where}")
            if "html" not in http.get("Content-Type", "").lower():
                return None
        elif kind != "conversion":
            return None
        content = block.read(LARGEST_DOCUMENT + 1)
        if cause := header.get("WARC-Truncated"):
            raise _cut(f"WARC-Truncated: {cause}")
        if kind == "response" and len(content) <= LARGEST_DOCUMENT:
            content = _unpacked(content, http)
        if len(content) > LARGEST_DOCUMENT:
            raise UnreadableDocument("intake/too-large", TOO_LARGE)
    except UnreadableDocument as error:
        return WarcRecord(where, header, error=error)
    return WarcRecord(where, header, content, kind == "response", (http.get_content_charset() or "").strip("'"))


def _cut(sign: str) -> UnreadableDocument:
    reason = f"It was cut off when it was crawled ({sign}); crawl it again."
    return UnreadableDocument("intake/truncated", reason)


def _unpacked(content: bytes, http: Message) -> bytes:
    """What a server has sent in chunks, packed or as it is; it does not always say the truth.

    Raises:
        UnreadableDocument: if the end is missing.
    """
    *transfer, last = http.get("Transfer-Encoding", "").lower().replace(" ", "").split(",")
    packing, length = http.get("Content-Encoding", "").lower() or "".join(transfer), http.get("Content-Length", "")
    if last == "chunked":
        content = _joined(content)
    elif not packing and _LENGTH.fullmatch(length) and len(content) < int(length):
        raise _cut(f"it has {len(content)} of {length} bytes")
    if packing in ("gzip", "x-gzip", "deflate"):
        for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):  # with a header of either kind, without one
            try:
                unpacked, is_whole = _inflated(content, window)
            except zlib.error:
                continue
            if is_whole or len(unpacked) > LARGEST_DOCUMENT:
                return unpacked
            if not content.lstrip().startswith(b"<"):  # else it is not packed, and by chance not refused
                raise _cut(f"its {packing} has no end")
    return content


def _inflated(content: bytes, window: int) -> tuple[bytes, bool]:
    """What was packed, and whether it is all; of what stands behind it, only further members of gzip are part of it."""
    unpacker = zlib.decompressobj(window)
    unpacked = unpacker.decompress(content, LARGEST_DOCUMENT + 1)
    if not unpacker.unused_data.startswith(_GZIP):
        return unpacked, unpacker.eof
    try:
        with gzip.open(BytesIO(content)) as members:
            return members.read(LARGEST_DOCUMENT + 1), True
    except (EOFError, OSError, zlib.error):
        return unpacked, False


def _joined(content: bytes) -> bytes:
    """Chunks as one; a page that does not begin with one has none."""
    pieces: list[bytes] = []
    place = 0
    while chunk := _CHUNK.match(content, place):
        size = int(chunk[1], 16)
        if not size:
            return b"".join(pieces)
        start, place = chunk.end(), chunk.end() + size
        pieces.append(content[start:place])
    if place:
        raise _cut("its last chunk is missing")
    return content
