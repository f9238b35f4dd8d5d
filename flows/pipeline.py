"""The stages of a run as plain functions, and `run`, which takes a corpus through them.

    intake → plan → survey → clean → judge → duplicates → judge the whole → stage → publish → report

A shard is a batch of documents, the unit of work and of retry: it is read from the source and written to staging where
it is cleaned, and only paths and small summaries travel. The same `run` serves the command, which calls the stages
directly, and the Prefect flow, whose engine makes tasks of them.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from cleaners import Knowledge, clean, revert
from cleaners.rules import load
from cleaners.site import merge, survey
from expectations.metrics import measure
from expectations.report import Entry, ReviewedDocument, Run, document_page, entry, index_page
from expectations.verdicts import Reason
from flows import corpus
from flows.intake import Raw, SourceFile, UnreadableDocument, find, read

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STAGED = pa.schema([*corpus.DOCUMENTS, ("source_text", pa.string())])
_SHARD_BYTES = 8_000_000

Given = TypeVar("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is asked to do."""

    sources: tuple[str, ...]
    out: Path
    rules: tuple[Path, ...] = ()  #: folders with rule files beside the built-in ones
    quotes: Literal["straight", "keep"] = "straight"

    def knowledge(self) -> Knowledge:
        """What the cleaners may know before the corpus is surveyed."""
        return Knowledge(load(self.rules), self.quotes)


@dataclass(frozen=True, slots=True)
class Shard:
    """A batch of documents."""

    number: int
    files: tuple[SourceFile, ...]
    staging: Path

    @property
    def table(self) -> Path:
        """Staged documents, read and cleaned."""
        return self.staging / "cleaned" / f"{self.number:05}.parquet"

    @property
    def edits(self) -> Path:
        """Staged edits."""
        return self.staging / "ledgers" / f"{self.number:05}.parquet"


@dataclass(frozen=True, slots=True)
class ShardSummary:
    """What is known of a shard once it is cleaned; small enough to travel."""

    rows: tuple[Mapping[str, Any], ...]  #: one row of measurements for each document that could be read
    unreadable: Mapping[str, Reason]  #: by document id
    text_hashes: Mapping[str, str]  #: SHA-256 of the clean text by document id


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    published: bool
    changed: bool  #: whether the corpus is another than before
    failures: tuple[Reason, ...]  #: why nothing was published
    quarantine: Mapping[str, tuple[Reason, ...]]  #: by document id
    counts: Mapping[str, int]
    left_alone: tuple[Path, ...]  #: files of the sources that are no documents
    report: Path
    seconds: Mapping[str, float]  #: by stage


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of a run."""

    quarantine: Mapping[str, tuple[Reason, ...]]  #: by document id
    duplicates: Mapping[str, str]  #: id of the original by id of the copy
    failures: tuple[Reason, ...]  #: why nothing may be published
    counts: Mapping[str, int]

    def of(self, document_id: str) -> Literal["published", "quarantined", "duplicate"]:
        """The verdict on one document."""
        if document_id in self.quarantine:
            return "quarantined"
        return "duplicate" if document_id in self.duplicates else "published"


class Engine(Protocol):
    """How stages are carried out."""

    def call(self, stage: Callable[..., Result], *given: Any) -> Result:
        """The result of one stage."""

    def map(self, stage: Callable[[Given], Result], batches: Sequence[Given]) -> Iterable[Result]:
        """The result of one stage for each batch, in their order."""


class Direct:
    """Stages called one after the other in this process.

    `progress` hears the name of the stage, how many batches are done, and of how many.
    """

    def __init__(self, progress: Callable[[str, int, int], object] = lambda *_: None) -> None:
        self._progress = progress

    def call(self, stage: Callable[..., Result], *given: Any) -> Result:
        """The result of one stage."""
        name = name_of(stage)
        self._progress(name, 0, 1)
        result = stage(*given)
        self._progress(name, 1, 1)
        return result

    def map(self, stage: Callable[[Given], Result], batches: Sequence[Given]) -> Iterator[Result]:
        """The result of one stage for each batch, in their order."""
        name = name_of(stage)
        self._progress(name, 0, len(batches))
        for done, batch in enumerate(batches, 1):
            yield stage(batch)
            self._progress(name, done, len(batches))


def name_of(stage: Callable[..., Any]) -> str:
    """What people are told of a stage: "clean shard" for `clean_shard`."""
    function = stage.func if isinstance(stage, partial) else stage
    return function.__name__.replace("_", " ")


def run(settings: Settings, engine: Engine | None = None) -> Outcome:
    """Clean the sources, judge the result, and publish it if it passes.

    Raises:
        IntakeError: if a source cannot be used.
        CorpusError: if the output folder cannot be used.
        RuleError: if a rule file cannot be used.
    """
    engine = engine or Direct()
    started, clock = datetime.now(UTC), _Stopwatch()
    knowledge = settings.knowledge()
    files, left_alone = find(settings.sources, settings.out)
    out, report = settings.out, settings.out / "report"
    with corpus.exclusive(out) as staging:
        shards = plan(files, staging)
        with clock("survey"):
            knowledge = replace(knowledge, site_lines=merge(engine.map(survey_shard, shards)))
        with clock("clean"):
            summaries = list(engine.map(partial(clean_shard, knowledge=knowledge), shards))
        with clock("judge"):
            verdict = engine.call(judge, summaries, staging / "report" / "data-docs")
        changed = False
        if not verdict.failures:
            with clock("publish"):
                parts = [part for parts in engine.map(partial(stage_shard, verdict=verdict), shards) for part in parts]
                facts = {
                    "cleaner_version": version("cleancopy"),
                    "rules_sha256": knowledge.rules.sha256,
                    "counts": verdict.counts,
                }
                changed = engine.call(corpus.publish, out, staging, parts, facts)
        with clock("report"):
            entries = [
                entry for entries in engine.map(partial(report_shard, verdict=verdict), shards) for entry in entries
            ]
            summary = Run(
                sources=settings.sources,
                out=str(out),
                started=started.isoformat(timespec="seconds"),
                seconds=sum(clock.seconds.values()),
                stages=clock.seconds,
                version=version("cleancopy"),
                rules_sha256=knowledge.rules.sha256,
                published=not verdict.failures,
                failures=verdict.failures,
            )
            index = index_page(summary, entries, "data-docs/index.html")
            (staging / "report" / "index.html").write_text(index, encoding="utf-8")
            corpus.replace_folder(staging / "report", report, staging)
    return Outcome(
        published=not verdict.failures,
        changed=changed,
        failures=verdict.failures,
        quarantine=verdict.quarantine,
        counts=verdict.counts,
        left_alone=tuple(left_alone),
        report=report / "index.html",
        seconds=clock.seconds,
    )


def plan(files: Sequence[SourceFile], staging: Path) -> list[Shard]:
    """The files in shards of about equal size, in the order of their ids."""
    batches: list[list[SourceFile]] = []
    room = 0
    for file in files:
        if room <= 0:
            batches.append([])
            room = _SHARD_BYTES
        batches[-1].append(file)
        room -= file.size
    return [Shard(number, tuple(batch), staging) for number, batch in enumerate(batches)]


def survey_shard(shard: Shard) -> "NDArray[np.uint64]":
    """The lines of a shard's documents, for what their sites repeat."""
    return survey(raw.document for file in shard.files if (raw := _read_if_possible(file)))


def _read_if_possible(file: SourceFile) -> Raw | None:
    try:
        return read(file)
    except UnreadableDocument:
        return None


def clean_shard(shard: Shard, knowledge: Knowledge) -> ShardSummary:
    """Read, clean and measure a shard's documents, and stage them with their ledgers."""
    staged: list[dict[str, Any]] = []
    edits: list[dict[str, Any]] = []
    rows: list[Mapping[str, Any]] = []
    unreadable: dict[str, Reason] = {}
    for file in shard.files:
        text = None
        try:
            raw = read(file)
            text = raw.document.text
            result = clean(raw.document, knowledge)
            row = measure(raw.document, result)
        except UnreadableDocument as error:
            unreadable[file.id] = Reason(error.check, str(error))
        except Exception as error:
            unreadable[file.id] = Reason("clean/failed", f"A fault of our own: {type(error).__name__}: {error}.")
        if file.id in unreadable:
            staged.append({"id": file.id, "source": file.source, "source_text": text})
            continue
        rows.append(row)
        edits += corpus.edit_rows(file.id, result.ledger)
        staged.append(
            {
                "id": file.id,
                "text": result.text,
                **asdict(result.metadata),
                "source": file.source,
                "source_sha256": raw.sha256,
                "text_sha256": sha256(result.text.encode()).hexdigest(),
                "n_edits": result.n_edits,
                "removed_ratio": row["removed_ratio"],
                "source_text": text,
            }
        )
    corpus.write_table(shard.table, staged, _STAGED)
    corpus.write_table(shard.edits, edits, corpus.EDITS)
    hashes = {document["id"]: document["text_sha256"] for document in staged if document["id"] not in unreadable}
    return ShardSummary(tuple(rows), unreadable, hashes)


def judge(summaries: Sequence[ShardSummary], data_docs: Path) -> Verdict:
    """Which documents may be published, which are copies, and whether the corpus as a whole may be.

    Args:
        summaries: those of all shards, in order.
        data_docs: folder for the pages of Great Expectations.
    """
    from expectations.validate import Judge  # Great Expectations takes seconds to import

    quarantine: dict[str, tuple[Reason, ...]] = {
        document_id: (reason,) for summary in summaries for document_id, reason in summary.unreadable.items()
    }
    with Judge(data_docs) as court:
        quarantine |= court.judge_documents([row for summary in summaries for row in summary.rows])
        first: dict[str, str] = {}  # the first document with a text, by the text's hash
        duplicates: dict[str, str] = {}
        for summary in summaries:
            for document_id, text_hash in summary.text_hashes.items():
                if document_id not in quarantine and first.setdefault(text_hash, document_id) != document_id:
                    duplicates[document_id] = first[text_hash]
        ids = [row["id"] for summary in summaries for row in summary.rows]
        ids += [document_id for summary in summaries for document_id in summary.unreadable]
        counts = {
            "documents": len(ids),
            "published": len(first),
            "duplicates": len(duplicates),
            "quarantined": len(quarantine),
        }
        n_judged = sum(len(summary.rows) for summary in summaries)
        n_unreadable = len(ids) - n_judged
        failures = court.judge_corpus(
            {f"n_{name}": count for name, count in counts.items()}
            | {
                "n_unaccounted": len(ids) - len(first) - len(duplicates) - len(quarantine),
                "n_duplicate_ids": len(ids) - len(set(ids)),
                "quarantined_ratio": (len(quarantine) - n_unreadable) / n_judged if n_judged else 1.0,
            }
        )
    return Verdict(quarantine, duplicates, failures, counts)


def stage_shard(shard: Shard, verdict: Verdict) -> list[corpus.Part]:
    """Write a shard's parts of the corpus, and its readable texts.

    What was written is read again: a document whose ledger does not lead back to its source text stops the run.
    """
    documents, edits, quarantine = [], [], []
    text_names = {file.id: file.text_name for file in shard.files}
    for document, ledger in _staged(shard):
        if document["id"] in verdict.quarantine:
            reasons = [f"{reason.check}: {reason.text}" for reason in verdict.quarantine[document["id"]]]
            quarantine.append({**document, "text": document["source_text"], "reasons": reasons})
            continue
        if revert(document["text"], corpus.ledger_of(ledger)) != document["source_text"]:
            raise corpus.CorpusError(
                f"{document['source']}: its ledger does not lead back to its text; please report it."
            )
        documents.append({**document, "duplicate_of": verdict.duplicates.get(document["id"])})
        edits += ledger
        path = shard.staging / "text" / text_names[document["id"]]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document["text"], encoding="utf-8", newline="\n")
    tables = {"documents": documents, "edits": edits, "quarantine": quarantine}
    return corpus.write_shard(shard.staging, shard.number, tables)


def report_shard(shard: Shard, verdict: Verdict) -> list[Entry]:
    """Write the page of each document, and return its line in the index."""
    entries = []
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
        path = shard.staging / "report" / line.page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document_page(reviewed, run_published=not verdict.failures), encoding="utf-8")
        entries.append(line)
    return entries


def _staged(shard: Shard) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each staged document with its rows of edits."""
    edits = {
        document_id: list(rows)
        for document_id, rows in groupby(pq.read_table(shard.edits).to_pylist(), key=itemgetter("document_id"))
    }
    for document in pq.read_table(shard.table).to_pylist():
        yield document, edits.get(document["id"], [])


class _Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - start
