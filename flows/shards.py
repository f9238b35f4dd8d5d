"""The stages of a run that work on one part of it, in whatever process: read, clean, stage and report.

A batch is a part of the sources that is read in one go. What is read goes to staging in shards of about equal size,
which are cleaned, published and reported apart. Only paths and small summaries travel between processes.
"""

import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from cleaners import Edit, Knowledge, clean, revert
from cleaners.document import Document, Metadata
from cleaners.duplicates import N_BANDS, sketch
from cleaners.site import merge, survey
from expectations.metrics import COLUMNS, measure
from expectations.report import ReviewedDocument, Totals, document_page, entry
from expectations.verdicts import Reason
from flows import corpus
from flows.cache import AGAIN, Cache, code, key_of
from flows.ids import hash_of
from flows.intake import Portion, Raw, read
from flows.settings import Settings

_RAW = pa.schema(
    [
        *[(name, pa.string()) for name in "id source text sha256 check reason text_name".split()],
        ("metadata", pa.binary()),
        ("furniture", pa.binary()),
    ]
)
_KINDS = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
_MEASURED = pa.schema([(name, _KINDS[kind]) for name, kind in COLUMNS.items()])
_TEXTS = pa.schema([("id", pa.string()), ("text_sha256", pa.string())])
_UNREADABLE = pa.schema([("id", pa.string()), ("check", pa.string()), ("reason", pa.string())])
_PASSING = frozenset({"intake/unreadable", "intake/changed"})  # faults that may be gone by the next run
_LEAST_FOR_SKETCH = 250  # characters; shorter texts are near copies of one another too easily
_NO_SKETCH = np.zeros(N_BANDS, np.uint64)
_STAGED = pa.schema([*corpus.DOCUMENTS, ("source_text", pa.string()), ("text_name", pa.string())])


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of the sources that is read in one go."""

    portions: tuple[Portion, ...]
    shard_bytes: int
    cache: Cache


@dataclass(frozen=True, slots=True)
class Shard:
    """Some of the documents, as read and, later, as cleaned."""

    read: Path  #: folder of its batch
    piece: int  #: its place in the batch
    number: int = 0  #: its place in the corpus
    renamed: tuple[tuple[int, str, Reason | None], ...] = ()
    """Row and another id of documents whose id another has; with the reason if that keeps them out of the corpus."""
    cleaned: Path = Path()  #: folder of what became of it

    @property
    def raw(self) -> Path:
        """The documents as read."""
        return self.read / f"{self.piece:05}.table"

    @property
    def survey(self) -> Path:
        """The lines of its documents, by site."""
        return self.read / f"{self.piece:05}.npy"

    @property
    def sketches(self) -> Path:
        """A column for each document that was cleaned, a row for each band."""
        return self.cleaned / "sketches.npy"

    def table(self, name: str) -> Path:
        """A table of what became of it."""
        return self.cleaned / f"{name}.table"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of a run, or of a shard of it."""

    quarantine: Mapping[str, tuple[Reason, ...]]  #: by document id
    duplicates: Mapping[str, str]  #: id of the original by id of the copy
    failures: tuple[Reason, ...]  #: why nothing may be published
    counts: Mapping[str, int]
    drops_duplicates: bool = False  #: whether copies are set aside
    shown: frozenset[str] | None = None  #: ids of the documents that the report shows, if not all

    def of(self, document_id: str) -> Literal["published", "quarantined", "duplicate"]:
        """The verdict on one document."""
        if document_id in self.quarantine:
            return "quarantined"
        return "duplicate" if document_id in self.duplicates else "published"

    def on(self, shard: Shard) -> "Verdict":
        """The verdict on one shard."""
        ids = pq.read_table(shard.table("documents"), columns=["id"])["id"].to_pylist()
        return replace(
            self,
            quarantine={name: self.quarantine[name] for name in ids if name in self.quarantine},
            duplicates={name: self.duplicates[name] for name in ids if name in self.duplicates},
            shown=None if self.shown is None else self.shown.intersection(ids),
        )


def batches(portions: Iterable[Portion], shard_bytes: int, cache: Cache) -> list[Batch]:
    """The portions, in their order, in batches of about the size of a shard."""
    found: list[list[Portion]] = []
    size = 0
    for portion in portions:
        if not found or _ends(f"{portion.file.id}\0{portion.start}", portion.size, size, shard_bytes):
            found.append([])
            size = 0
        found[-1].append(portion)
        size += portion.size
    return [Batch(tuple(batch), shard_bytes, cache) for batch in found]


def _ends(next_id: str, next_size: int, size: int, most: int) -> bool:
    """Whether a shard ends before the next document.

    The id of the next one decides, so that behind a document that is new or gone the shards are soon the same as
    before. They have half to twice the wanted size.
    """
    is_drawn = hash_of(next_id) / 2**64 < 2 * next_size / most
    return size >= 2 * most or (size >= most / 2 and is_drawn)


def read_batch(batch: Batch) -> list[Shard]:
    """Read a batch, survey what its sites repeat, and keep it in shards; what was read before is not read again."""
    has_versions = all(portion.file.version for portion in batch.portions)
    key = key_of("read", code(), batch.shard_bytes, batch.portions, "" if has_versions else uuid4())
    folder = batch.cache.made("read", key, partial(_read_into, batch))
    return [Shard(folder, piece) for piece in range(len(list(folder.glob("*.table"))))]


def _read_into(batch: Batch, folder: Path) -> None:
    documents: list[Raw] = []
    names: list[str] = []
    n_pieces, size = 0, 0

    def write() -> None:
        shard = Shard(folder, n_pieces)
        rows = [_raw_row(raw, name) for raw, name in zip(documents, names, strict=True)]
        corpus.write_table(shard.raw, rows, _RAW)
        np.save(shard.survey, survey(raw.document for raw in documents if not raw.error))
        documents.clear()
        names.clear()

    for portion in batch.portions:
        for raw in read(portion):
            if raw.error and raw.error.check in _PASSING:
                (folder / AGAIN).touch()
            length = len(raw.document.text)
            if (
                documents
                and not portion.kind.is_one_document
                and _ends(raw.document.id, length, size, batch.shard_bytes)
            ):
                write()
                n_pieces, size = n_pieces + 1, 0
            documents.append(raw)
            names.append(portion.file.text_name if portion.kind.is_one_document else "")
            size += length
    if documents:
        write()


def _raw_row(raw: Raw, text_name: str) -> dict[str, Any]:
    document, error = raw.document, raw.error
    return {
        "id": document.id,
        "source": document.source,
        "text": None if error else document.text,
        "sha256": raw.sha256,
        "check": error.check if error else None,
        "reason": str(error) if error else None,
        "text_name": text_name,
        "metadata": orjson.dumps(document.metadata),
        "furniture": orjson.dumps(
            [(edit.start, edit.start + len(edit.before), edit.rule) for edit in document.furniture]
        ),
    }


def _raw_documents(shard: Shard) -> Iterator[tuple[Document, dict[str, Any]]]:
    """The documents of a shard as they were read, each with its row."""
    renamed = {row: (document_id, reason) for row, document_id, reason in shard.renamed}
    for number, row in enumerate(pq.read_table(shard.raw).to_pylist()):
        text = row["text"] or ""
        furniture = tuple(Edit(start, text[start:end], "", rule) for start, end, rule in orjson.loads(row["furniture"]))
        document_id, reason = renamed.get(number, (row["id"], None))
        if reason:
            row["check"], row["reason"] = reason
        metadata = corpus.metadata_of(orjson.loads(row["metadata"]))
        yield Document(text, document_id, row["source"], metadata, furniture), row


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


def clean_shard(shard: Shard, settings: Settings, site_lines: Path, cache: Cache) -> Shard:
    """Clean, measure and sketch a shard's documents, with their ledgers; what was cleaned before is not cleaned again.

    A shard is cleaned again if a source text of it is another, or the program, the rule book, the settings that
    cleaners heed, or what a site repeats of the shard's own lines.
    """
    knowledge = _knowledge(settings, site_lines)
    repeated = knowledge.site_lines.among(np.load(shard.survey, mmap_mode="r")[:, 0])
    key = key_of(
        "clean", code(), knowledge.rules.sha256, knowledge.quotes, corpus.sha256_of(shard.raw), shard.renamed, repeated
    )
    return replace(shard, cleaned=cache.made("clean", key, partial(_clean_into, shard, knowledge)))


def set_aside(shard: Shard, error: BaseException, cache: Cache) -> Shard:
    """The shard with all its documents in quarantine, since it cannot be cleaned."""
    reason = f"All {len(pq.read_table(shard.raw, columns=[]))} documents read with it could not be cleaned: {error!r}."

    def write(folder: Path) -> None:
        _write_cleaned(replace(shard, cleaned=folder), Reason("clean/shard-failed", reason), None)
        (folder / AGAIN).touch()

    return replace(shard, cleaned=cache.made("failed", uuid4().hex, write))


def _clean_into(shard: Shard, knowledge: Knowledge, folder: Path) -> None:
    _write_cleaned(replace(shard, cleaned=folder), None, knowledge)


def _write_cleaned(shard: Shard, failure: Reason | None, knowledge: Knowledge | None) -> None:
    staged: list[dict[str, Any]] = []
    edits: list[dict[str, Any]] = []
    rows: list[Mapping[str, Any]] = []
    unreadable: list[dict[str, str]] = []
    sketches: list[NDArray[np.uint64]] = []
    for document, raw in _raw_documents(shard):
        text: str | None = raw["text"]
        common = {"id": document.id, "source": document.source, "source_text": text, "text_name": raw["text_name"]}
        if failure and not raw["check"]:
            raw["check"], raw["reason"] = failure
        if not raw["check"]:
            try:
                result = clean(document, knowledge)
                row = measure(document, result)
            except Exception as error:
                raw |= {"check": "clean/failed", "reason": f"A fault of our own: {type(error).__name__}: {error}."}
        if raw["check"]:
            unreadable.append({"id": document.id, "check": raw["check"], "reason": raw["reason"]})
            staged.append(common)
            continue
        rows.append(row)
        edits += corpus.edit_rows(document.id, result.ledger)
        sketches.append(sketch(result.text) if len(result.text) >= _LEAST_FOR_SKETCH else _NO_SKETCH)
        staged.append(
            {
                **common,
                "text": result.text,
                **{name: getattr(result.metadata, name) for name in Metadata.__slots__},
                "source_sha256": raw["sha256"],
                "text_sha256": sha256(result.text.encode()).hexdigest(),
                "n_edits": result.n_edits,
                "removed_ratio": row["removed_ratio"],
            }
        )
    texts = [{"id": row["id"], "text_sha256": row["text_sha256"]} for row in staged if "text_sha256" in row]
    corpus.write_table(shard.table("documents"), staged, _STAGED)
    corpus.write_table(shard.table("ledgers"), edits, corpus.EDITS)
    corpus.write_table(shard.table("rows"), rows, _MEASURED)
    corpus.write_table(shard.table("texts"), texts, _TEXTS)
    corpus.write_table(shard.table("unreadable"), unreadable, _UNREADABLE)
    np.save(shard.sketches, np.array([*sketches], np.uint64).reshape(-1, N_BANDS).T.copy())


def stage_shard(judged: tuple[Shard, Verdict], staging: Path) -> list[corpus.Part]:
    """Write a shard's parts of the corpus, and its readable texts.

    What was written is read again: a document whose ledger does not lead back to its source text stops the run.
    """
    shard, verdict = judged
    documents, edits, quarantine = [], [], []
    for document, ledger in _staged(shard):
        if document["id"] in verdict.quarantine:
            reasons = [f"{reason.check}: {reason.text}" for reason in verdict.quarantine[document["id"]]]
            quarantine.append({**document, "text": document["source_text"], "reasons": reasons})
            continue
        original = verdict.duplicates.get(document["id"])
        if original and verdict.drops_duplicates:
            reasons = [f"duplicate: It is a copy of {original}."]
            quarantine.append({**document, "text": document["source_text"], "reasons": reasons})
            continue
        if revert(document["text"], corpus.ledger_of(ledger)) != document["source_text"]:
            raise corpus.CorpusError(
                f"{document['source']}: its ledger does not lead back to its text; please report it."
            )
        documents.append({**document, "duplicate_of": original})
        edits += ledger
        if document["text_name"]:
            path = staging / "text" / document["text_name"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(document["text"], encoding="utf-8", newline="\n")
    tables = {"documents": documents, "edits": edits, "quarantine": quarantine}
    return corpus.write_shard(staging, shard.number, tables)


def report_shard(judged: tuple[Shard, Verdict], staging: Path) -> Totals:
    """Write the pages of the documents that are shown, and return what all documents come to."""
    shard, verdict = judged
    found = Totals()
    for row, edits in _staged(shard):
        document_id = row["id"]
        reviewed = ReviewedDocument(
            id=document_id,
            source=row["source"],
            verdict=verdict.of(document_id),
            reasons=verdict.quarantine.get(document_id, ()),
            duplicate_of=verdict.duplicates.get(document_id),
            source_text=row["source_text"] or "",
            clean_text=row["text"] or "",
            metadata=corpus.metadata_of(row),
            ledger=corpus.ledger_of(edits),
        )
        line = entry(reviewed)
        is_shown = verdict.shown is None or document_id in verdict.shown
        found.count(line, is_shown=is_shown)
        if is_shown:
            path = staging / "report" / line.page
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(document_page(reviewed, run_published=not verdict.failures), encoding="utf-8")
    return found


def _staged(shard: Shard) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each staged document with its rows of edits."""
    edits = {
        document_id: list(rows)
        for document_id, rows in groupby(
            pq.read_table(shard.table("ledgers")).to_pylist(), key=itemgetter("document_id")
        )
    }
    for document in pq.read_table(shard.table("documents")).to_pylist():
        yield document, edits.get(document["id"], [])
