"""The stage that cleans: each document of a shard with its ledger, its measurements and its sketch.

A document is cleaned again only if what was read of it is another, or the program, the rule book, a setting that
cleaners heed, or what its site repeats of the lines that it has.
"""

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pyarrow as pa

from cleaners import Cleaned, Document, Knowledge, Metadata, clean_many, revert
from cleaners.duplicates import N_BANDS, sketch
from cleaners.site import SiteLines, merge, new_lines
from expectations.metrics import COLUMNS, measure
from flows import corpus
from flows.cache import AGAIN, Cache, code, key_of, key_of_bytes, read_table, write_table
from flows.earlier import KEY, Earlier
from flows.reading import document_of
from flows.settings import Settings
from flows.shards import Shard

_KINDS = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
CLEANED = pa.schema(
    [
        *corpus.DOCUMENTS,
        ("source_text", pa.string()),
        ("text_name", pa.string()),
        ("check", pa.string()),  # what kept it from being cleaned
        ("reason", pa.string()),
        ("ledger", pa.list_(pa.struct(list(corpus.EDITS)[1:]))),
        ("measured", pa.struct([(name, _KINDS[kind]) for name, kind in COLUMNS.items()])),
        ("sketch", pa.binary(8 * N_BANDS)),
        ("lines", pa.binary()),  # keys of the lines that the cleaners saw
        ("repeated", pa.binary()),  # those of them that the site repeats
        ("key", KEY),  # hash of all else that this row depends on
    ]
)
_LEAST_FOR_SKETCH = 250  # characters; shorter texts are near copies of one another too easily


def merge_surveys(shards: Sequence[Shard], staging: Path) -> Path:
    """What the sites of all shards repeat, written to staging."""
    site_lines = pickle.dumps(merge(np.load(shard.survey, mmap_mode="r") for shard in shards))
    path = staging / f"site-lines-{sha256(site_lines).hexdigest()[:16]}.pickle"  # workers remember what they have read
    path.write_bytes(site_lines)
    return path


@lru_cache(maxsize=1)
def _knowledge(settings: Settings, site_lines: Path) -> Knowledge:
    """What the cleaners may know; read once by each worker."""
    return replace(settings.knowledge(), site_lines=pickle.loads(site_lines.read_bytes()))  # noqa: S301  our own file


def clean_shard(shard: Shard, settings: Settings, site_lines: Path, cache: Cache, earlier: Earlier) -> Shard:
    """Clean, measure and sketch a shard's documents, with their ledgers."""
    knowledge = _knowledge(settings, site_lines)
    context = key_of("clean", code(), knowledge.rules.sha256, knowledge.quotes)
    content = read_table(shard.raw, "content")["content"].to_pylist()
    repeated = knowledge.site_lines.among(np.load(shard.survey, mmap_mode="r")[:, 0])
    key = key_of(context, b"".join(content), shard.renamed, repeated)
    if (path := cache.folder / "clean" / key).exists():
        table = read_table(replace(shard, cleaned=path).documents, "lines", "repeated")
        if not all(_still_hold(table, knowledge.site_lines)):
            (path / AGAIN).touch()
    make = partial(_clean_into, shard, knowledge, context, earlier)
    return replace(shard, cleaned=cache.made("clean", key, make))


def set_aside(shard: Shard, error: BaseException, cache: Cache) -> Shard:
    """The shard with all its documents in quarantine, since it cannot be cleaned."""
    n_documents = len(read_table(shard.raw, "id"))
    reason = f"All {n_documents} documents read with it could not be cleaned: {error!r}."

    def write(folder: Path) -> None:
        rows = [
            {**row, "check": row["check"] or "clean/shard-failed", "reason": row["reason"] or reason}
            for row in _raw(shard).to_pylist()
        ]
        _write(replace(shard, cleaned=folder), pa.Table.from_pylist([_unclean(row) for row in rows], CLEANED))
        (folder / AGAIN).touch()

    return replace(shard, cleaned=cache.made("failed", uuid4().hex, write))


def _clean_into(shard: Shard, knowledge: Knowledge, context: str, earlier: Earlier, folder: Path) -> None:
    raw = _raw(shard)
    facts = zip(*(raw[name].to_pylist() for name in ("id", "check", "content")), strict=True)
    keys = [None if check else key_of_bytes(context, document_id, of=content) for document_id, check, content in facts]

    def make(places: list[int]) -> list[dict[str, Any]]:
        rows = raw.take(pa.array(places, pa.int64())).to_pylist()
        documents = [document_of(row) for row in rows if not row["check"]]
        results = zip(documents, _results(documents, knowledge), strict=True)
        return [
            _unclean(row) if row["check"] else _cleaned(row, keys[place], *next(results), knowledge)
            for place, row in zip(places, rows, strict=True)
        ]

    table, made = earlier.rows(keys, CLEANED, make, partial(_still_hold, site_lines=knowledge.site_lines))
    _check(table.take(pa.array(made, pa.int64())))
    _write(replace(shard, cleaned=folder), table)


def _raw(shard: Shard) -> pa.Table:
    """The documents of a shard as they were read, under the ids that they have now."""
    table = read_table(shard.raw)
    if not shard.renamed:
        return table
    columns = {name: table[name].to_pylist() for name in ("id", "check", "reason")}
    for row, document_id, reason in shard.renamed:
        columns["id"][row] = document_id
        if reason:
            columns["check"][row], columns["reason"][row] = reason
    for name, values in columns.items():
        table = table.set_column(table.schema.get_field_index(name), name, pa.array(values, pa.string()))
    return table


def _still_hold(table: pa.Table, site_lines: SiteLines) -> list[bool]:
    """Whether the documents have the same lines that their sites repeat as when they were cleaned."""
    lines, repeated = table["lines"].to_pylist(), table["repeated"].to_pylist()
    return [_repeated(keys, site_lines) == before for keys, before in zip(lines, repeated, strict=True)]


def _repeated(lines: bytes, site_lines: SiteLines) -> bytes:
    found = site_lines.among(np.frombuffer(lines, np.uint64)) if site_lines else ()
    return repr(found).encode() if found else b""


def _results(documents: Sequence[Document], knowledge: Knowledge) -> Iterator[Cleaned | Exception]:
    """What cleaning makes of each document, or why it could not; one that fails takes no other with it."""
    try:
        yield from list(clean_many(documents, knowledge))
    except Exception:
        for document in documents:
            try:
                yield from clean_many([document], knowledge)
            except Exception as error:
                yield error


def _cleaned(
    row: dict[str, Any], key: bytes | None, document: Document, result: Cleaned | Exception, knowledge: Knowledge
) -> dict[str, Any]:
    try:
        if isinstance(result, Exception):
            raise result
        measured = measure(document, result)
    except Exception as error:
        reason = f"A fault of our own: {type(error).__name__}: {error}."
        return _unclean(row | {"check": "clean/failed", "reason": reason})
    is_long = len(result.text) >= _LEAST_FOR_SKETCH
    lines = np.frombuffer(row["lines"], np.uint64)[::4].tobytes() + new_lines(document, result).tobytes()
    return {
        "id": document.id,
        "text": result.text,
        **{name: getattr(result.metadata, name) for name in Metadata.__slots__},
        "source": document.source,
        "source_sha256": row["sha256"],
        "text_sha256": sha256(result.text.encode()).hexdigest(),
        "n_edits": result.n_edits,
        "removed_ratio": measured["removed_ratio"],
        "source_text": row["text"],
        "text_name": row["text_name"],
        "ledger": list(corpus.edit_rows(result.ledger)),
        "measured": measured,
        "sketch": sketch(result.text).tobytes() if is_long else bytes(8 * N_BANDS),
        "lines": lines,
        "repeated": _repeated(lines, knowledge.site_lines),
        "key": key,
    }


def _unclean(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("id", "source", "text_name", "check", "reason")},
        "source_text": row["text"],
        "ledger": [],
        "sketch": bytes(8 * N_BANDS),
        "lines": b"",
        "repeated": b"",
    }


def _write(shard: Shard, table: pa.Table) -> None:
    write_table(shard.documents, table)
    sketches = np.frombuffer(b"".join(table["sketch"].to_pylist()), np.uint64).reshape(-1, N_BANDS)
    np.save(shard.sketches, np.ascontiguousarray(sketches.T))


def _check(table: pa.Table) -> None:
    """Refuse a document whose ledger, as it is kept, does not lead back to its source text."""
    for row in table.select(["source", "check", "text", "source_text", "ledger"]).to_pylist():
        if not row["check"] and revert(row["text"], corpus.ledger_of(row["ledger"])) != row["source_text"]:
            raise corpus.CorpusError(f"{row['source']}: its ledger does not lead back to its text; please report it.")
