"""The stages of a run that work on one part of it, in whatever process: read, clean, stage and report.

A batch is a part of the sources that is read in one go. What is read goes to staging in shards of about equal size,
which are cleaned, published and reported apart. Only paths and small summaries travel between processes.
"""

import pickle
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal

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
_LEAST_FOR_SKETCH = 250  # characters; shorter texts are near copies of one another too easily
_NO_SKETCH = np.zeros(N_BANDS, np.uint64)
_STAGED = pa.schema([*corpus.DOCUMENTS, ("source_text", pa.string()), ("text_name", pa.string())])


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of the sources that is read in one go."""

    number: int
    portions: tuple[Portion, ...]
    shard_bytes: int
    staging: Path


@dataclass(frozen=True, slots=True)
class Shard:
    """Some of the documents, as read."""

    name: str  #: of its files in staging
    staging: Path
    number: int = 0  #: its place in the corpus
    renamed: Mapping[int, tuple[str, Reason | None]] = field(default_factory=dict)
    """Another id by row, for documents whose id another has; with the reason if that keeps them out of the corpus."""

    def path(self, stage: str) -> Path:
        """Its file of one stage in staging."""
        return self.staging / stage / f"{self.name}.parquet"

    @property
    def sketches(self) -> Path:
        """A column for each document that was cleaned, a row for each band."""
        return self.path("sketches").with_suffix(".npy")


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
        ids = pq.read_table(shard.path("cleaned"), columns=["id"])["id"].to_pylist()
        return replace(
            self,
            quarantine={name: self.quarantine[name] for name in ids if name in self.quarantine},
            duplicates={name: self.duplicates[name] for name in ids if name in self.duplicates},
            shown=None if self.shown is None else self.shown.intersection(ids),
        )


def batches(portions: Iterable[Portion], shard_bytes: int, staging: Path) -> list[Batch]:
    """The portions, in their order, in batches of about the size of a shard."""
    found: list[list[Portion]] = []
    room = 0
    for portion in portions:
        if room <= 0:
            found.append([])
            room = shard_bytes
        found[-1].append(portion)
        room -= portion.size
    return [Batch(number, tuple(batch), shard_bytes, staging) for number, batch in enumerate(found)]


def read_batch(batch: Batch) -> list[Shard]:
    """Read a batch, survey what its sites repeat, and stage it in shards."""
    shards: list[Shard] = []
    documents: list[Raw] = []
    names: list[str] = []
    size = 0

    def stage() -> None:
        shard = Shard(f"{batch.number:05}-{len(shards):05}", batch.staging)
        rows = [_raw_row(raw, name) for raw, name in zip(documents, names, strict=True)]
        corpus.write_table(shard.path("raw"), rows, _RAW)
        lines = survey(raw.document for raw in documents if not raw.error)
        path = shard.path("survey").with_suffix(".npy")
        path.parent.mkdir(exist_ok=True)
        np.save(path, lines)
        shards.append(shard)
        documents.clear()
        names.clear()

    for portion in batch.portions:
        for raw in read(portion):
            documents.append(raw)
            names.append(portion.file.text_name if portion.kind.is_one_document else "")
            size += len(raw.document.text)
            if size >= batch.shard_bytes:
                stage()
                size = 0
    if documents:
        stage()
    return shards


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
    for number, row in enumerate(pq.read_table(shard.path("raw")).to_pylist()):
        text = row["text"] or ""
        furniture = tuple(Edit(start, text[start:end], "", rule) for start, end, rule in orjson.loads(row["furniture"]))
        document_id, reason = shard.renamed.get(number, (row["id"], None))
        if reason:
            row["check"], row["reason"] = reason
        metadata = corpus.metadata_of(orjson.loads(row["metadata"]))
        yield Document(text, document_id, row["source"], metadata, furniture), row


def settle_ids(shards: Sequence[Shard]) -> list[Shard]:
    """The shards in order, where of documents with one id the first keeps it.

    Another with the same text is a copy and gets an id with the hash of its text; one with another text is set aside.
    """
    hashes = []
    for shard in shards:
        ids = pq.read_table(shard.path("raw"), columns=["id"])["id"].to_pylist()
        hashes.append(np.array([_hash(document_id) for document_id in ids], np.uint64))
    values, counts = np.unique(np.concatenate([np.empty(0, np.uint64), *hashes]), return_counts=True)
    repeated = values[counts > 1]
    first: dict[str, tuple[str, str]] = {}  # hash of the text and source of the one that keeps the id
    n_same: Counter[str] = Counter()
    settled = []
    for number, (shard, found) in enumerate(zip(shards, hashes, strict=True)):
        renamed: dict[int, tuple[str, Reason | None]] = {}
        rows = np.flatnonzero(np.isin(found, repeated))
        table = pq.read_table(shard.path("raw"), columns=["id", "sha256", "source"]).take(rows).to_pydict()
        for row, document_id, digest, source in zip(map(int, rows), *table.values(), strict=True):
            if document_id not in first:
                first[document_id] = digest, source
                continue
            other = f"{document_id}#{digest[:16]}"
            n_same[other] += 1
            if n_same[other] > 1:
                other += f"-{n_same[other]}"
            known_digest, known_source = first[document_id]
            reason = f"A document of {known_source} has the id {document_id!r} too; give each document its own."
            renamed[row] = other, None if digest == known_digest else Reason("intake/duplicate-id", reason)
        settled.append(replace(shard, number=number, renamed=renamed))
    return settled


def _hash(document_id: str) -> int:
    return int.from_bytes(sha256(document_id.encode()).digest()[:8], "big")


def merge_surveys(shards: Sequence[Shard]) -> Path:
    """What the sites of all shards repeat, written to staging."""
    site_lines = merge(np.load(shard.path("survey").with_suffix(".npy")) for shard in shards)
    path = shards[0].staging / "site-lines.pickle"
    path.write_bytes(pickle.dumps(site_lines))
    return path


@lru_cache(maxsize=1)
def _knowledge(settings: Settings, site_lines: Path) -> Knowledge:
    """What the cleaners may know; read once by each worker."""
    return replace(settings.knowledge(), site_lines=pickle.loads(site_lines.read_bytes()))  # noqa: S301  our own file


def clean_shard(shard: Shard, settings: Settings, site_lines: Path) -> None:
    """Clean, measure and sketch a shard's documents, and stage them with their ledgers."""
    knowledge = _knowledge(settings, site_lines)
    staged: list[dict[str, Any]] = []
    edits: list[dict[str, Any]] = []
    rows: list[Mapping[str, Any]] = []
    unreadable: list[dict[str, str]] = []
    sketches: list[NDArray[np.uint64]] = []
    for document, raw in _raw_documents(shard):
        text: str | None = raw["text"]
        common = {"id": document.id, "source": document.source, "source_text": text, "text_name": raw["text_name"]}
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
    corpus.write_table(shard.path("cleaned"), staged, _STAGED)
    corpus.write_table(shard.path("ledgers"), edits, corpus.EDITS)
    corpus.write_table(shard.path("rows"), rows, _MEASURED)
    corpus.write_table(shard.path("texts"), texts, _TEXTS)
    corpus.write_table(shard.path("unreadable"), unreadable, _UNREADABLE)
    shard.sketches.parent.mkdir(exist_ok=True)
    np.save(shard.sketches, np.array([*sketches], np.uint64).reshape(-1, N_BANDS).T.copy())


def stage_shard(judged: tuple[Shard, Verdict]) -> list[corpus.Part]:
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
            path = shard.staging / "text" / document["text_name"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(document["text"], encoding="utf-8", newline="\n")
    tables = {"documents": documents, "edits": edits, "quarantine": quarantine}
    return corpus.write_shard(shard.staging, shard.number, tables)


def report_shard(judged: tuple[Shard, Verdict]) -> Totals:
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
            path = shard.staging / "report" / line.page
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(document_page(reviewed, run_published=not verdict.failures), encoding="utf-8")
    return found


def _staged(shard: Shard) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each staged document with its rows of edits."""
    edits = {
        document_id: list(rows)
        for document_id, rows in groupby(
            pq.read_table(shard.path("ledgers")).to_pylist(), key=itemgetter("document_id")
        )
    }
    for document in pq.read_table(shard.path("cleaned")).to_pylist():
        yield document, edits.get(document["id"], [])
