"""The stage that reads: a batch of sources becomes tables of documents, and a survey of what their sites repeat.

What was read before is not read again: neither a batch of which nothing has changed, nor a document of one that has.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import orjson
import pyarrow as pa

from cleaners import Edit, site
from cleaners.document import Document
from flows import UnreadableDocument, corpus
from flows.cache import AGAIN, code, key_of, key_of_bytes
from flows.earlier import KEY, NO_KEY, Places, keys_of
from flows.intake import Raw, Unread, unread
from flows.shards import Batch, Shard, ends
from flows.tables import Rows, joined

RAW = pa.schema(
    [
        *[(name, pa.string()) for name in "id source text sha256 check reason text_name".split()],
        ("n_characters", pa.int64()),
        ("metadata", pa.binary()),
        ("furniture", pa.binary()),
        ("lines", pa.binary()),  # its rows of the survey
        ("key", KEY),  # hash of all that this row depends on
        ("content", KEY),  # hash of all that a cleaner may look at
    ]
)
_PASSING = frozenset({"intake/unreadable", "intake/changed"})  # faults that may be gone by the next run


def read_batch(batch: Batch) -> list[Shard]:
    """Read a batch, survey what its sites repeat, and keep it in shards."""
    has_versions = all(portion.file.version for portion in batch.portions)
    key = key_of("read", code(), batch.shard_bytes, batch.portions, "" if has_versions else uuid4())
    folder = batch.cache.made("read", key, partial(_read_into, batch))
    return _shards(folder)


def read_failed(batch: Batch, error: BaseException) -> list[Shard]:
    """The batch with a line in quarantine for each of its portions, since it cannot be read."""

    def write(folder: Path) -> None:
        rows = []
        for portion in batch.portions:
            document_id = portion.file.id if portion.kind.is_one_document else f"{portion.file.id}#{portion.start}"
            reason = f"It could not be read, nor what is read with it: {error!r}."
            error_in = UnreadableDocument("intake/failed", reason)
            rows.append(_row(Raw(Document("", document_id, portion.file.source), error=error_in)))
        _write(Shard(folder, 0), Rows.of(pa.Table.from_pylist(rows, RAW)))
        (folder / AGAIN).touch()

    return _shards(batch.cache.made("read", uuid4().hex, write))


def _shards(folder: Path) -> list[Shard]:
    return [Shard(folder, piece) for piece in range(len(list(folder.glob("*.npy"))))]


def _read_into(batch: Batch, folder: Path) -> None:
    for piece, rows in enumerate(_pieces(_found(batch, folder), batch.shard_bytes)):
        _write(Shard(folder, piece), rows)


def _write(shard: Shard, rows: Rows) -> None:
    rows.write(shard.raw)
    np.save(shard.survey, site.in_ranges(joined(rows.read("lines")["lines"], np.uint64).reshape(-1, 4)))


def _found(batch: Batch, folder: Path) -> Iterator[Rows]:
    """The documents of a batch, about a shard of them at a time."""
    for some in _portioned(batch):

        def make(places: Places, some: list[Unread] = some) -> list[dict[str, Any]]:
            rows = [_row(some[place].read(), some[place].text_name, some[place].key) for place in places.tolist()]
            if _PASSING.intersection(row["check"] for row in rows):
                (folder / AGAIN).touch()
            return rows

        rows, _ = batch.earlier.rows(keys_of(document.key for document in some), RAW, make)
        yield rows


def _portioned(batch: Batch) -> Iterator[list[Unread]]:
    some: list[Unread] = []
    size = 0
    for portion in batch.portions:
        for document in unread(portion):
            some.append(document)
            size += document.size
            if size >= 5 / 4 * batch.shard_bytes:  # so that a portion that is a little longer stays whole
                yield some
                some, size = [], 0
    if some:
        yield some


def _pieces(found: Iterable[Rows], least: int) -> Iterator[Rows]:
    """The documents in shards; files that are documents stay together, which are no more than one.

    What is no longer than `least` stays whole, as most batches do.
    """
    pending: list[Rows] = []
    size = 0
    for rows in found:
        start = 0
        facts = rows.read("id", "text_name", "n_characters")
        total = sum(facts["n_characters"].to_pylist())
        if size + total <= least:
            pending.append(rows)
            size += total
            continue
        for row, (document_id, text_name, length) in enumerate(zip(*facts.to_pydict().values(), strict=True)):
            if size and not text_name and ends(document_id, length, size, least, 2 * least):
                yield Rows.joined([*pending, rows.take(slice(start, row))])
                pending, start, size = [], row, 0
            size += length
        pending.append(rows.take(slice(start, None)))
    if pending:
        yield Rows.joined(pending)


def _row(raw: Raw, text_name: str = "", key: bytes | None = None) -> dict[str, Any]:
    document, error = raw.document, raw.error
    row = {
        "id": document.id,
        "source": document.source,
        "text": None if error else document.text,
        "sha256": raw.sha256,
        "check": error.check if error else None,
        "reason": str(error) if error else None,
        "text_name": text_name,
        "n_characters": 0 if error else len(document.text),
        "metadata": orjson.dumps(document.metadata),
        "furniture": orjson.dumps(
            [(edit.start, edit.start + len(edit.before), edit.rule) for edit in document.furniture]
        ),
    }
    content = key_of_bytes(*row.values())
    lines = b"" if error else site.survey([document]).tobytes()
    return row | {"lines": lines, "key": NO_KEY if error else key, "content": content}


def document_of(row: dict[str, Any]) -> Document:
    """The document that a row holds."""
    text = row["text"] or ""
    furniture = tuple(Edit(start, text[start:end], "", rule) for start, end, rule in orjson.loads(row["furniture"]))
    return Document(text, row["id"], row["source"], corpus.metadata_of(orjson.loads(row["metadata"])), furniture)
