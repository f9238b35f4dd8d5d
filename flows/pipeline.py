"""The stages of a run as plain functions, and `run`, which takes a corpus through them.

    intake → plan → read and survey → clean → judge → duplicates → judge the whole → stage → publish → report

The same `run` serves the command, whose engine calls the stages directly or in processes of its own, and the Prefect
flow, whose engine makes tasks of them.
"""

import gc
import pickle
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec, module_from_spec
from itertools import chain
from pathlib import Path
from types import FunctionType

from expectations.report import Run, Totals, index_page
from expectations.verdicts import Reason
from flows import corpus, remote
from flows.cache import AGAIN, code, key_of
from flows.cleaning import clean_shard, merge_surveys, set_aside
from flows.earlier import earlier_in, write_index
from flows.engines import Direct, Engine
from flows.ids import settle_ids
from flows.intake import Fields, portions
from flows.judging import judge
from flows.reading import read_batch, read_failed
from flows.settings import Settings
from flows.shards import batches
from flows.sources import find
from flows.staging import stage_shard

_SELDOM_USED = ("altair", "scipy.stats")
_OPTIONAL = ("sqlalchemy",)  # without which Great Expectations judges tables in memory all the same


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    published: bool
    changed: bool  #: whether the corpus is another than before, or was damaged
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
    with corpus.exclusive(out) as staging, ThreadPoolExecutor(1) as beside:
        is_whole = not settings.address or remote.go_on_from(settings.address, out)
        cache = corpus.cache_of(out, fresh=settings.fresh)
        key = key_of(code(), replace(settings, fresh=False), knowledge.rules.sha256, files)
        last = _Last(cache.folder / "last-run.pickle", key, corpus.fingerprint(out))
        is_as_before = is_whole and report.exists() and all(file.version for file in files)
        if is_as_before and (outcome := last.outcome()):
            return replace(outcome, changed=False, seconds=clock.seconds)
        earlier = earlier_in(cache)
        with clock("read"):
            found = list(portions(files, settings.fields, settings.shard_bytes))
            beside.submit(_import_judge)  # takes a second, and is wanted in the end
            work = batches(found, settings.shard_bytes, cache, earlier)
            shards = settle_ids(chain.from_iterable(engine.map(read_batch, work, read_failed)))
            site_lines = engine.call(merge_surveys, shards, staging)
        with clock("clean"):
            clean = partial(
                clean_shard,
                settings=settings,
                rules=knowledge.rules.sha256,
                site_lines=site_lines,
                cache=cache,
                earlier=earlier,
            )
            shards = list(engine.map(clean, shards, partial(set_aside, cache=cache)))
        with clock("judge"):
            verdict, verdicts, pages = engine.call(judge, shards, staging, settings.duplicates == "drop", beside)
            tables = [path for shard in shards for path in (shard.raw, shard.documents)]
            index = beside.submit(write_index, tables, cache)
            judged = list(zip(shards, verdicts, strict=True))
        changed = False
        with clock("publish"):
            staged, parts, totals = [], [], Totals()
            stage = partial(stage_shard, staging=staging, last=None if settings.fresh else report, cache=cache)
            for kept, some, more in engine.map(stage, judged):
                staged.append(kept)
                parts += some
                totals.add(more)
            used = {*staged, *(path for shard in shards for path in (shard.read, shard.cleaned))}
            tidied = beside.submit(cache.keep_only, {*used, index.result()})
            pages.result()
            if not verdict.failures:
                facts = {
                    "cleaner_version": version("cleancopy"),
                    "rules_sha256": knowledge.rules.sha256,
                    "counts": verdict.counts,
                }
                changed = engine.call(corpus.publish, out, staging, parts, facts)
        with clock("report"):
            summary = Run(
                sources=settings.sources,
                out=settings.target,
                started=started.isoformat(timespec="seconds"),
                seconds=sum(clock.seconds.values()),
                stages=clock.seconds,
                version=version("cleancopy"),
                rules_sha256=knowledge.rules.sha256,
                published=not verdict.failures,
                failures=verdict.failures,
            )
            front = index_page(summary, totals, "data-docs/index.html")
            (staging / "report" / "index.html").write_text(front, encoding="utf-8")
            corpus.replace_folder(staging / "report", report, staging)
        if settings.address:
            with clock("upload"):
                changed = engine.call(remote.upload, out, settings.address)
        tidied.result()
        outcome = Outcome(
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
        if not any((path / AGAIN).exists() for path in used):
            replace(last, corpus=corpus.fingerprint(out)).keep(outcome)
    return outcome


@dataclass(frozen=True, slots=True)
class _Last:
    """What the last run came to, to be said again if nothing has changed since."""

    path: Path
    key: str  #: of all that a run depends on
    corpus: str | None  #: fingerprint of what is published

    def outcome(self) -> Outcome | None:
        """The outcome of a run on the same files by the same program that led to the corpus that is there."""
        try:
            key, published, outcome = pickle.loads(self.path.read_bytes())  # noqa: S301  our own file
        except Exception:  # there is none, or it is damaged or of another version
            return None
        return outcome if self.corpus and (key, published) == (self.key, self.corpus) else None

    def keep(self, outcome: Outcome) -> None:
        """Remember a run that has published."""
        if outcome.published:
            self.path.write_bytes(pickle.dumps((self.key, self.corpus, outcome)))
        else:
            self.path.unlink(missing_ok=True)


def _import_judge() -> None:
    """Import Great Expectations without looking for garbage among its 1,900 modules, now or later.

    Two fifths of the time would go to what only databases and expectations need that we do not have: that waits to be
    used, or is as if it were not installed.
    """
    hidden = [name for name in _OPTIONAL if name not in sys.modules]
    gc.disable()
    try:
        for name in _SELDOM_USED:
            _import_when_used(name)
        for name in hidden:
            sys.modules[name] = None  # type: ignore[assignment]  # so Python knows what is missing
        _with_room(lambda: import_module("expectations.validate"))
        gc.freeze()
    finally:
        gc.enable()
        for name in hidden:
            sys.modules.pop(name, None)


# Python keeps the frames of a thread in pieces of 16 kB. Deep imports would ask for a piece, and give it back, 30,000
# times; a function that claims a larger one leaves the rest of it to what it calls.
_with_room = FunctionType((lambda function: function()).__code__.replace(co_stacksize=2**16), {})


def _import_when_used(name: str) -> None:
    spec = find_spec(name)
    if not spec or name in sys.modules:
        return
    module = module_from_spec(spec)

    def load(attribute: str) -> object:
        del sys.modules[name], vars(module)["__getattr__"]
        vars(module).update(vars(import_module(name)))
        return getattr(module, attribute)

    vars(module)["__getattr__"] = load
    sys.modules[name] = module


class _Stopwatch:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - start
