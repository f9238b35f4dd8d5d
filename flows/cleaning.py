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
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaners import Cleaned, Document, Knowledge, Metadata, clean_many, revert
from cleaners.dependence import heeded, still_hold
from cleaners.duplicates import N_BANDS, sketch
from cleaners.site import SiteLines, merge
from expectations.metrics import COLUMNS, measure
from flows import corpus
from flows.cache import AGAIN, Cache, code, key_of, key_of_bytes
from flows.earlier import KEY, NO_KEY, Earlier, Keys, Places, keys_of, portions
from flows.reading import document_of
from flows.settings import Settings
from flows.shards import Shard
from flows.tables import Rows, joined, numbers

_KINDS = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
_EDIT = pa.struct(
    field.with_type(pa.dictionary(pa.int32(), pa.string())) if field.type == pa.string() else field
    for field in list(corpus.EDITS)[1:]
)
CLEANED = pa.schema(
    [
        *corpus.DOCUMENTS,
        ("check", pa.string()),  # what kept it from being cleaned
        ("reason", pa.string()),
        ("ledger", pa.list_(_EDIT)),  # which says again and again the same
        ("measured", pa.struct([(name, _KINDS[kind]) for name, kind in COLUMNS.items()])),
        ("sketch", pa.binary(8 * N_BANDS)),
        ("lines", pa.binary()),  # keys of the lines that the cleaners saw
        ("repeated", pa.binary()),  # for each of them whether the site repeats it, and whether at the edge
        ("key", KEY),  # hash of all else that this row depends on
    ]
)
_HEEDED = ("lines", "repeated")
_NO_TEXT = "0" * 64  # stands for the hash of a text that there is none of
_LEAST_FOR_SKETCH = 250  # characters; shorter texts are near copies of one another too easily


def merge_surveys(shards: Sequence[Shard], staging: Path) -> Path:
    """What the sites of all shards repeat, written to staging."""
    site_lines = pickle.dumps(merge(np.load(shard.survey, mmap_mode="r") for shard in shards))
    path = staging / f"site-lines-{sha256(site_lines).hexdigest()[:16]}.pickle"  # workers remember what they have read
    path.write_bytes(site_lines)
    return path


@lru_cache(maxsize=1)
def _knowledge(settings: Settings, rules: str, site_lines: Path) -> tuple[Knowledge, str]:  # noqa: ARG001  tells books apart
    """What the cleaners may know, read once by each worker; and a hash of all of it but the lines."""
    known = replace(settings.knowledge(), site_lines=pickle.loads(site_lines.read_bytes()))  # noqa: S301  our own file
    return known, key_of("clean", code(), known.rules.sha256, known.quotes)


def clean_shard(
    shard: Shard, settings: Settings, rules: str, site_lines: Path, cache: Cache, earlier: Earlier
) -> Shard:
    """Clean, measure and sketch a shard's documents, with their ledgers.

    Args:
        shard: documents as read.
        settings: of the run.
        rules: hash of its rule book.
        site_lines: file with what sites repeat.
        cache: finished work.
        earlier: that of single documents.
    """
    knowledge, context = _knowledge(settings, rules, site_lines)
    raw = Rows.in_folder(shard.raw)
    keys = _keys(shard, raw.read("content"), context)

    def holds(cleaned: Path) -> bool:
        rows = Rows.in_folder(replace(shard, cleaned=cleaned).documents)
        return bool(_still_hold(rows.read(*_HEEDED), knowledge.site_lines).all())

    key = key_of(keys.tobytes(), shard.renamed)
    make = partial(_clean_into, shard, raw, keys, knowledge, earlier)
    return replace(shard, cleaned=cache.made("clean", key, make, holds))


def set_aside(shard: Shard, error: BaseException, cache: Cache) -> Shard:
    """The shard with all its documents in quarantine, since it cannot be cleaned."""
    n_documents = len(Rows.in_folder(shard.raw))
    reason = f"All {n_documents} documents read with it could not be cleaned: {error!r}."

    def write(folder: Path) -> None:
        rows = [
            {**row, "check": row["check"] or "clean/shard-failed", "reason": row["reason"] or reason}
            for row in _raw(shard, np.arange(n_documents))
        ]
        table = pa.Table.from_pylist([_unclean(row) for row in rows], CLEANED)
        _write(Rows.of(table), replace(shard, cleaned=folder))
        (folder / AGAIN).touch()

    return replace(shard, cleaned=cache.made("failed", uuid4().hex, write))


def _clean_into(shard: Shard, raw: Rows, keys: Keys, knowledge: Knowledge, earlier: Earlier, folder: Path) -> None:
    def make(places: Places) -> list[dict[str, Any]]:
        rows = _raw(shard, places)
        documents = [document_of(row) for row in rows if not row["check"]]
        results = zip(documents, _results(documents, knowledge), strict=True)
        return [
            _unclean(row) if row["check"] else _cleaned(row, keys[place].tobytes(), *next(results), knowledge)
            for place, row in zip(places.tolist(), rows, strict=True)
        ]

    rows, made = earlier.rows(keys, CLEANED, make, partial(_still_hold, site_lines=knowledge.site_lines), _HEEDED)
    _check(rows.take(made), raw.take(made))
    _write(rows, replace(shard, cleaned=folder))


def _write(rows: Rows, shard: Shard) -> None:
    """Write what became of a shard's documents, and beside it the numbers by which copies are found."""
    rows.write(shard.documents)
    texts, sketches = rows.read("text_sha256", "sketch")
    digests = joined(texts.fill_null(_NO_TEXT).cast(pa.binary()), np.uint8)
    hashes = np.frombuffer(bytes.fromhex(digests.tobytes().decode()), np.uint64)[::4]
    np.vstack([hashes, numbers(sketches).T]).tofile(shard.hashes)


def _keys(shard: Shard, table: pa.Table, context: str) -> Keys:
    """For each document a hash of all that what becomes of it depends on, but for its site's lines."""
    keys = numbers(table["content"]) ^ np.frombuffer(key_of_bytes(context), np.uint64)
    for row, document_id, reason in shard.renamed:
        keys[row] = keys_of([None if reason else key_of_bytes(document_id, of=keys[row].tobytes())])
    return keys


def _raw(shard: Shard, places: Places) -> list[dict[str, Any]]:
    """Documents of a shard as they were read, under the ids that they have now."""
    rows: list[dict[str, Any]] = Rows.in_folder(shard.raw).take(places).read().to_pylist()
    renamed = {row: (document_id, reason) for row, document_id, reason in shard.renamed}
    for place, row in zip(places.tolist(), rows, strict=True):
        if place in renamed:
            row["id"], reason = renamed[place]
            if reason:
                row["check"], row["reason"] = reason
    return rows


def _still_hold(table: pa.Table, site_lines: SiteLines) -> NDArray[np.bool]:
    """Whether the documents have the same lines that their sites repeat as when they were cleaned."""
    holds = still_hold(joined(table["lines"], np.uint64), joined(table["repeated"], np.uint8), site_lines)
    document = np.repeat(np.arange(len(table)), pc.binary_length(table["repeated"]).to_numpy())
    all_hold = np.ones(len(table), np.bool)
    all_hold[document[~holds]] = False
    return all_hold


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
    row: dict[str, Any], key: bytes, document: Document, result: Cleaned | Exception, knowledge: Knowledge
) -> dict[str, Any]:
    try:
        if isinstance(result, Exception):
            raise result
        measured = measure(document, result)
    except Exception as error:
        reason = f"A fault of our own: {type(error).__name__}: {error}."
        return _unclean(row | {"check": "clean/failed", "reason": reason})
    is_long = len(result.text) >= _LEAST_FOR_SKETCH
    surveyed = np.frombuffer(row["lines"], np.uint64).reshape(-1, 4)
    lines, repeated = heeded(document, result, surveyed, knowledge.site_lines)
    return {
        "id": document.id,
        "text": result.text,
        **{name: getattr(result.metadata, name) for name in Metadata.__slots__},
        "source": document.source,
        "source_sha256": row["sha256"],
        "text_sha256": sha256(result.text.encode()).hexdigest(),
        "n_edits": result.n_edits,
        "removed_ratio": measured["removed_ratio"],
        "ledger": list(corpus.edit_rows(result.ledger)),
        "measured": measured,
        "sketch": sketch(result.text).tobytes() if is_long else bytes(8 * N_BANDS),
        "lines": lines.tobytes(),
        "repeated": repeated.tobytes(),
        "key": key,
    }


def _unclean(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("id", "source", "check", "reason")},
        "ledger": [],
        "sketch": bytes(8 * N_BANDS),
        "lines": b"",
        "repeated": b"",
        "key": NO_KEY,
    }


def _check(rows: Rows, raw: Rows) -> None:
    """Refuse a document whose ledger, as it is kept, does not lead back to its source text."""
    *columns, ledgers = rows.read("source", "check", "text", "ledger")
    columns.append(raw.read("text")["text"])
    for some in portions(len(rows)):
        values = (column[some].to_pylist() for column in columns)
        documents = zip(*values, corpus.ledgers_of(ledgers[some]), strict=True)
        for source, check, text, source_text, ledger in documents:
            if not check and revert(text, ledger) != source_text:
                raise corpus.CorpusError(f"{source}: its ledger does not lead back to its text; please report it.")
