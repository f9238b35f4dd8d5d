"""The Prefect flow: the same run as the command's, with its stages as tasks, retries and artifacts."""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

from prefect import Task, flow
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.states import Failed
from prefect.task_runners import ThreadPoolTaskRunner

from cleaners import RuleError
from flows import CleancopyError
from flows.engines import Given, Pool, Result, attempted, name_of
from flows.intake import Fields
from flows.pipeline import Outcome, run
from flows.remote import places
from flows.settings import Settings

_RETRY_DELAYS: list[float] = [1, 10]  # seconds
_RUNNER: Any = ThreadPoolTaskRunner(max_workers=os.cpu_count() or 1)


class NotPublished(Exception):  # noqa: N818  it is the verdict on a corpus, not a failure of the code
    """The corpus suite failed; the old corpus stays."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(" ".join(reason.text for reason in outcome.failures))
        self.outcome = outcome


class PrefectEngine:
    """Each stage as a task, or one task for each batch; every stage can be run again without harm.

    Args:
        pool: processes that do the work of the tasks; without them it is done where Prefect runs the tasks.
    """

    def __init__(self, pool: Pool | None = None) -> None:
        self._pool = pool

    def call(self, stage: Callable[..., Result], *given: Any) -> Result:
        """The result of one stage."""
        return _task(stage, name_of(stage))(*given)

    def map(
        self,
        stage: Callable[[Given], Result],
        batches: Sequence[Given],
        rescue: Callable[[Given, Exception], Result] | None = None,
    ) -> Iterable[Result]:
        """The result of one stage for each batch, in their order."""
        work = partial(self._pool.run, stage) if self._pool and len(batches) > 1 else stage
        task = _task(partial(attempted, work, rescue=rescue), name_of(stage))
        futures = [task.submit(batch) for batch in batches]
        return [future.result() for future in futures]


def _task(stage: Callable[..., Result], name: str) -> Task[..., Result]:
    return Task(
        stage,
        name=name,
        retries=len(_RETRY_DELAYS),
        retry_delay_seconds=_RETRY_DELAYS,
        cache_policy=NO_CACHE,  # staging is the cache; Prefect's would not see that a file or a cleaner has changed
        persist_result=False,
    )


@flow(name="clean-corpus", task_runner=_RUNNER)
def clean_corpus(
    sources: list[str],
    out: str = "clean",
    rules: list[str] | None = None,
    quotes: Literal["straight", "keep"] = "straight",
    duplicates: Literal["keep", "drop"] = "keep",
    text_field: str | None = None,
    id_field: str | None = None,
    url_field: str | None = None,
    workers: int | None = None,
    fresh: bool = False,
) -> Outcome:
    """Clean the sources, judge the result, and publish it if it passes.

    Args:
        sources: folders, files, patterns and addresses.
        out: folder or address of the corpus.
        rules: folders with rule files beside the built-in ones.
        quotes: "straight", or "keep" to leave quotation marks as they are.
        duplicates: "keep" to mark copies with the ids of their originals, "drop" to set them aside.
        text_field: field of records that holds the text; guessed if none is named, like the next two.
        id_field: field that holds the id.
        url_field: field that holds the address.
        workers: processes that do the work, as many as there are processors by default; 0 leaves it to Prefect's task
            runner, such as prefect-dask's.
        fresh: whether to use nothing of earlier runs.

    A run that cannot go on, or a corpus that fails its suite, is a failed flow run, whose result is the
    `CleancopyError`, `RuleError` or `NotPublished` that says why.
    """
    fields = Fields(text_field, id_field, url_field)
    folder, address = places(out)
    rule_folders = tuple(map(Path, rules or ()))
    settings = Settings(tuple(sources), folder, rule_folders, quotes, fields, duplicates, fresh, address)
    try:
        with Pool(os.cpu_count() or 1 if workers is None else workers) as pool:
            outcome = run(settings, PrefectEngine(pool if workers != 0 else None))
    except (CleancopyError, RuleError) as error:
        return _failed(error)
    create_markdown_artifact(_summary(outcome), key="cleancopy-summary", description="What the run came to.")
    create_table_artifact(
        [
            {"document": document_id, "reasons": " ".join(reason.text for reason in reasons)}
            for document_id, reasons in outcome.quarantine.items()
        ],
        key="cleancopy-quarantine",
        description="Documents set aside, with their reasons.",
    )
    if not outcome.published:
        return _failed(NotPublished(outcome))
    return outcome


def _failed(reason: Exception) -> Outcome:
    """A failed flow run without a traceback in its log.

    Prefect takes the state that a flow returns for its end, and raises the reason where the flow was called.
    """
    return cast("Outcome", Failed(message=str(reason), data=reason))


def _summary(outcome: Outcome) -> str:
    rows = [f"| {name} | {count} |" for name, count in outcome.counts.items()]
    verdict = "Published." if outcome.published else "Nothing was published."
    failures = [f"- {reason.text}" for reason in outcome.failures]
    return "\n".join(
        [f"**{verdict}** Report: `{outcome.report}`", *failures, "", "| documents | |", "|---|---|", *rows]
    )
