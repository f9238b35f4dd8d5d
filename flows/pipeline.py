"""The stages of a run as plain functions, and `run`, which takes a corpus through them.

    intake → plan → read and survey → clean → judge → duplicates → judge the whole → stage → publish → report

The same `run` serves the command, whose engine calls the stages directly or in processes of its own, and the Prefect
flow, whose engine makes tasks of them.
"""

import heapq
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from expectations.report import Run, Totals, index_page
from expectations.verdicts import Reason
from flows import corpus
from flows.engines import Direct, Engine
from flows.intake import Fields, portions
from flows.settings import Settings
from flows.shards import (
    ShardSummary,
    Verdict,
    batches,
    clean_shard,
    merge_surveys,
    read_batch,
    report_shard,
    settle_ids,
    stage_shard,
)
from flows.sources import find

_MOST_SHOWN = 1_000  # documents in the report; a page each for a million would help nobody


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    published: bool
    changed: bool  #: whether the corpus is another than before
    failures: tuple[Reason, ...]  #: why nothing was published
    quarantine: Mapping[str, tuple[Reason, ...]]  #: by document id
    counts: Mapping[str, int]
    fields: tuple[Fields, ...]  #: the fields that hold what is needed, of all files of records
    left_alone: tuple[str, ...]  #: files of the sources that are no documents
    report: Path
    seconds: Mapping[str, float]  #: by stage


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
        with clock("read"):
            found = list(portions(files, settings.fields, settings.shard_bytes))
            shards = [
                shard
                for shards in engine.map(read_batch, batches(found, settings.shard_bytes, staging))
                for shard in shards
            ]
            shards = settle_ids(shards)
            site_lines = merge_surveys(shards)
        with clock("clean"):
            clean = partial(clean_shard, settings=settings, site_lines=site_lines)
            summaries = list(engine.map(clean, shards))
        with clock("judge"):
            verdict = engine.call(judge, summaries, staging / "report" / "data-docs")
            judged = [(shard, verdict.on(summary)) for shard, summary in zip(shards, summaries, strict=True)]
        changed = False
        if not verdict.failures:
            with clock("publish"):
                parts = [part for parts in engine.map(stage_shard, judged) for part in parts]
                facts = {
                    "cleaner_version": version("cleancopy"),
                    "rules_sha256": knowledge.rules.sha256,
                    "counts": verdict.counts,
                }
                changed = engine.call(corpus.publish, out, staging, parts, facts)
        with clock("report"):
            totals = Totals()
            for more in engine.map(report_shard, judged):
                totals.add(more)
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
            index = index_page(summary, totals, "data-docs/index.html")
            (staging / "report" / "index.html").write_text(index, encoding="utf-8")
            corpus.replace_folder(staging / "report", report, staging)
    return Outcome(
        published=not verdict.failures,
        changed=changed,
        failures=verdict.failures,
        quarantine=verdict.quarantine,
        counts=verdict.counts,
        fields=tuple(dict.fromkeys(portion.fields for portion in found if portion.fields.text)),
        left_alone=tuple(left_alone),
        report=report / "index.html",
        seconds=clock.seconds,
    )


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
    return Verdict(quarantine, duplicates, failures, counts, _shown(summaries, quarantine))


def _shown(summaries: Sequence[ShardSummary], quarantine: Mapping[str, object]) -> frozenset[str] | None:
    """The documents that most need a look, if there are more than a report can show: set aside, or cut the most."""
    if sum(len(summary.rows) + len(summary.unreadable) for summary in summaries) <= _MOST_SHOWN:
        return None
    rows = (row for summary in summaries for row in summary.rows)
    cut = heapq.nlargest(_MOST_SHOWN, rows, key=lambda row: (row["id"] in quarantine, row["removed_ratio"], row["id"]))
    unreadable = (document_id for summary in summaries for document_id in summary.unreadable)
    shown = [*islice(unreadable, _MOST_SHOWN // 2), *(row["id"] for row in cut)]
    return frozenset(shown[:_MOST_SHOWN])


class _Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - start
