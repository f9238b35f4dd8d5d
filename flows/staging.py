"""The stage that follows the verdict: a shard's parts of the corpus, and its pages of the report."""

import os
import pickle
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from cleaners import revert
from cleaners.edits import Ledger
from expectations.report import REPEATED_LINE, ReviewedDocument, Totals, document_page, entry
from flows import corpus
from flows.cache import Cache, code, key_of
from flows.earlier import NO_KEY
from flows.shards import Shard, Verdict
from flows.tables import Rows, in_order, joined, link, taken

_SUMMARY = "summary.pickle"
_KEPT = ".kept"  # behind the names of parts in the cache
_HEAD = 500  # bytes of a page that name its version


def stage_shard(
    judged: tuple[Shard, Verdict], staging: Path, last: Path | None, cache: Cache
) -> tuple[Path, list[corpus.Part], Totals]:
    """Stage a shard's parts of the corpus, unless nothing may be published, and its pages of the report.

    Args:
        judged: the shard and the verdict on it.
        staging: where to.
        last: folder of the last report, of which pages that would be the same are taken over; None to make them all.
        cache: finished work.

    Returns:
        The folder in the cache with what was staged, the parts, and what all documents come to.
    """
    shard, verdict = judged
    kept = cache.made("staged", _key(shard, verdict), partial(_stage_into, shard, verdict, last))
    for folder, _, names in os.walk(kept):
        if names and folder != str(kept):
            target = staging / Path(folder).relative_to(kept)
            target.mkdir(parents=True, exist_ok=True)
            for name in names:
                path = target / name.removesuffix(_KEPT)
                path.unlink(missing_ok=True)  # of an attempt that failed
                link(Path(folder, name), path)
    parts, totals = pickle.loads((kept / _SUMMARY).read_bytes())  # noqa: S301  our own file
    return kept, parts, totals


def _key(shard: Shard, verdict: Verdict) -> str:
    """A hash of all that decides what is staged of a shard."""
    repeated = joined(Rows.in_folder(shard.documents).read("repeated")["repeated"], np.uint8)
    place = shard.read.name, shard.piece, shard.number, shard.renamed
    documents = shard.cleaned.name, sha256(repeated.tobytes()).digest()
    shown = None if verdict.shown is None else sorted(verdict.shown)
    return key_of("stage", code(), place, documents, replace(verdict, counts={}, shown=None), shown)


def _stage_into(shard: Shard, verdict: Verdict, last: Path | None, folder: Path) -> None:
    cleaned = Rows.in_folder(shard.documents).read(*corpus.DOCUMENTS.names, "ledger", "measured", "key", "repeated")
    raw = Rows.in_folder(shard.raw)
    text_name, n_source = raw.read("text_name", "n_characters")
    cleaned = cleaned.append_column("text_name", text_name).append_column("n_source", n_source)
    edits = _edits(cleaned)
    parts = [] if verdict.failures else _write_parts(shard.number, cleaned, edits, raw, verdict, folder)
    for path in folder.rglob("*.parquet"):  # which would be read twice by whoever reads all of them below the corpus
        path.rename(f"{path}{_KEPT}")
    totals = _report(cleaned, edits, raw, verdict, folder, last)
    (folder / _SUMMARY).write_bytes(pickle.dumps((parts, totals)))


def _write_parts(
    number: int, cleaned: pa.Table, edits: pa.Table, raw: Rows, verdict: Verdict, folder: Path
) -> list[corpus.Part]:
    """Write parts of the corpus, and readable texts."""
    reasons = {name: [f"{reason.check}: {reason.text}" for reason in some] for name, some in verdict.quarantine.items()}
    if verdict.duplicates:
        originals = [verdict.duplicates.get(document_id) for document_id in cleaned["id"].to_pylist()]
        place = cleaned.schema.get_field_index("duplicate_of")
        cleaned = cleaned.set_column(place, "duplicate_of", pa.array(originals, pa.string()))
    if verdict.drops_duplicates:
        reasons |= {copy: [f"duplicate: It is a copy of {name}."] for copy, name in verdict.duplicates.items()}
    is_set_aside = _are_among(reasons, cleaned)
    published = taken(cleaned, np.flatnonzero(~is_set_aside))
    is_named = pc.not_equal(published["text_name"], "").to_numpy()
    named = taken(published.select(["text_name", "text"]), np.flatnonzero(is_named))
    for name, text in zip(*(column.to_pylist() for column in named), strict=True):
        path = folder / "text" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    rows = taken(cleaned, np.flatnonzero(is_set_aside))
    set_aside = [
        *rows.select(["id", "source"]),
        pa.array(_source_texts(rows, corpus.ledgers_of(rows["ledger"]), raw.take(is_set_aside)), pa.string()),
        pa.array(map(reasons.get, rows["id"].to_pylist()), pa.list_(pa.string())),
    ]
    tables = {
        "documents": published.select(corpus.DOCUMENTS.names),
        "edits": _edits(published) if is_set_aside.any() else edits,
        "quarantine": pa.table(set_aside, corpus.QUARANTINE),
    }
    return corpus.write_shard(folder, number, tables)


def _are_among(ids: Iterable[str], documents: pa.Table) -> NDArray[np.bool]:
    """Which of some documents have one of some ids."""
    are_among: NDArray[np.bool] = pc.is_in(documents["id"], pa.array(list(ids), pa.string())).to_numpy()
    return are_among


def _source_texts(cleaned: pa.Table, ledgers: Iterable[Ledger], raw: Rows) -> list[str | None]:
    """The texts of some documents as they were read: by their ledgers, which costs less than to read them again."""
    unclean = iter(raw.take(cleaned["text"].is_null().to_numpy()).read("text")["text"].to_pylist())
    return [
        next(unclean) if text is None else revert(text, ledger)
        for text, ledger in zip(cleaned["text"].to_pylist(), ledgers, strict=True)
    ]


def _edits(documents: pa.Table) -> pa.Table:
    """The edits of some documents, a row each; what repeats stands in dictionaries, in the order of the rows."""
    ledgers, ids = documents["ledger"].combine_chunks(), documents["id"].combine_chunks()
    document = pc.list_parent_indices(ledgers).cast(pa.int32())
    columns = [pa.DictionaryArray.from_arrays(document, ids), *pc.list_flatten(ledgers).flatten()]
    return pa.table(
        [in_order(some) if pa.types.is_dictionary(some.type) else some for some in columns], corpus.EDITS.names
    )


def _report(cleaned: pa.Table, edits: pa.Table, raw: Rows, verdict: Verdict, folder: Path, last: Path | None) -> Totals:
    """Write the pages of the documents that are shown, and return what all documents come to."""
    found = Totals()
    n_quarantined, n_duplicates = len(verdict.quarantine), len(verdict.duplicates)
    found.count(
        {
            "published": len(cleaned) - n_quarantined - n_duplicates,
            "quarantined": n_quarantined,
            "duplicate": n_duplicates,
        },
        chain.from_iterable(verdict.quarantine.values()),
        pc.sum(cleaned["n_source"]).as_py() or 0,
        pc.sum(pc.struct_field(cleaned["measured"], "n_characters")).as_py() or 0,
    )
    repeated = edits.select(["document_id", "before"]).filter(pc.equal(edits["rule"], REPEATED_LINE))
    found.count_edits(
        _counts(edits, "rule", "before", "after"),
        _n_documents(edits, "rule"),
        _n_documents(repeated, "before"),
    )
    is_shown = np.ones(len(cleaned), np.bool) if verdict.shown is None else _are_among(verdict.shown, cleaned)
    shown = taken(cleaned, np.flatnonzero(is_shown))
    ledgers = corpus.ledgers_of(shown["ledger"])
    texts = _source_texts(shown, ledgers, raw.take(is_shown))
    for row, source_text, ledger in zip(shown.drop_columns(["ledger"]).to_pylist(), texts, ledgers, strict=True):
        document_id = row["id"]
        reviewed = ReviewedDocument(
            id=document_id,
            source=row["source"],
            verdict=verdict.of(document_id),
            reasons=verdict.quarantine.get(document_id, ()),
            duplicate_of=verdict.duplicates.get(document_id),
            source_text=source_text or "",
            clean_text=row["text"] or "",
            metadata=corpus.metadata_of(row),
            ledger=ledger,
        )
        line = entry(reviewed)
        fate = reviewed.verdict, reviewed.reasons, reviewed.duplicate_of, not verdict.failures
        version = key_of(code(), row["key"], row["repeated"], fate)
        page = folder / "report" / line.page
        if not found.shown:
            page.parent.mkdir(parents=True)
        found.shown.append(line)
        if last and row["key"] != NO_KEY and version.encode() in _head(last / line.page):
            link(last / line.page, page)
        else:
            html = document_page(reviewed, run_published=not verdict.failures, version=version)
            page.write_text(html, encoding="utf-8")
    return found


def _head(page: Path) -> bytes:
    try:
        with page.open("rb") as file:
            return file.read(_HEAD)
    except FileNotFoundError:
        return b""


def _counts(edits: pa.Table, *columns: str) -> dict[tuple[Any, ...], int]:
    """How often each combination of values stands in some columns of edits, in the order of the first of each."""
    encoded = [edits[name].combine_chunks() for name in columns]
    sizes = [len(column.dictionary) or 1 for column in encoded]
    combined = np.ravel_multi_index([column.indices.to_numpy() for column in encoded], sizes)
    found, counts = pa.array(combined).value_counts().flatten()
    places = np.unravel_index(found.to_numpy(), sizes)
    values = (column.dictionary.take(pa.array(some)) for column, some in zip(encoded, places, strict=True))
    return dict(zip(zip(*(some.to_pylist() for some in values), strict=True), counts.to_pylist(), strict=True))


def _n_documents(edits: pa.Table, column: str) -> dict[Any, int]:
    """How many documents have each value in a column of their edits, which stand in the order of the documents."""
    encoded, documents = (edits[name].combine_chunks() for name in (column, "document_id"))
    n_values = len(encoded.dictionary)
    values = encoded.indices.to_numpy().astype(np.min_scalar_type(n_values))  # small numbers are sorted by counting
    order = np.argsort(values, kind="stable")
    values, documents = values[order], documents.indices.to_numpy()[order]
    is_first = (np.diff(documents, prepend=-1) != 0) | (np.diff(values.astype(np.int64), prepend=-1) != 0)
    counts = np.bincount(values[is_first], minlength=n_values)
    found = np.flatnonzero(counts)
    return dict(zip(encoded.dictionary.take(pa.array(found)).to_pylist(), counts[found].tolist(), strict=True))
