"""Who carries out a run: processes of this machine, a Dask cluster, or Prefect with either."""

import logging
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress as Bar

from flows import CleancopyError
from flows.engines import Dask, Engine, Processes, Progress
from flows.pipeline import Outcome, run
from flows.settings import Settings

if TYPE_CHECKING:
    from distributed import Client

_NO_DASHBOARD = {"dashboard_address": "127.0.0.1:0"}  # nor a warning that its usual port is taken


def carry_out(
    settings: Settings, n_workers: int, *, is_flow: bool = False, is_dask: bool = False, address: str | None = None
) -> Outcome:
    """What a run comes to; one that is told to end takes its workers with it, as at Ctrl-C.

    Args:
        settings: what is to be done.
        n_workers: processes that do the work.
        is_flow: whether Prefect carries it out.
        is_dask: whether the workers are Dask's.
        address: of Dask's scheduler; without it one is started here.

    Raises:
        CleancopyError: if Dask is not installed, or no scheduler or Prefect server answers.
    """
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    if is_flow:
        return _run_flow(settings, n_workers, is_dask=is_dask, address=address)
    with _engine(n_workers, is_dask=is_dask, address=address) as engine:
        return run(settings, engine)


def _run_flow(settings: Settings, n_workers: int, *, is_dask: bool, address: str | None) -> Outcome:
    from flows.clean_corpus import NotPublished, clean_corpus

    logging.getLogger("prefect.flow_runs").setLevel(logging.CRITICAL)  # we say ourselves how the run ended
    flow = clean_corpus
    if is_dask:
        try:
            from prefect_dask import DaskTaskRunner
        except ImportError as error:
            raise _no_dask() from error
        logging.getLogger("distributed").setLevel(logging.WARNING)  # Prefect would print all that Dask says of itself
        cluster = {"address": address} if address else {"cluster_kwargs": {"n_workers": n_workers, **_NO_DASHBOARD}}
        flow = clean_corpus.with_options(task_runner=DaskTaskRunner(**cluster))
    try:
        return flow(
            list(settings.sources),
            settings.target,
            list(map(str, settings.rules)),
            settings.quotes,
            settings.duplicates,
            **settings.fields.options(),
            workers=0 if is_dask else n_workers,
            fresh=settings.fresh,
        )
    except NotPublished as verdict:
        return verdict.outcome
    except RuntimeError as error:
        if "reach API" not in str(error):
            raise
        raise CleancopyError("PREFECT_API_URL: no Prefect server answers there; check the address.") from error


@contextmanager
def _engine(n_workers: int, *, is_dask: bool, address: str | None) -> Iterator[Engine]:
    if is_dask:
        with _client(n_workers, address) as client, _progress() as progress:
            yield Dask(client, progress)
    else:
        with _progress() as progress, Processes(n_workers, progress) as engine:
            yield engine


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar for each stage on a terminal, and nothing elsewhere."""
    with Bar(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        tasks = {}

        def show(stage: str, done: int, of: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=of)
            bar.update(tasks[stage], completed=done)

        yield show


def _client(n_workers: int, address: str | None) -> "Client":
    try:
        from distributed import Client
    except ImportError as error:
        raise _no_dask() from error
    if not address:
        return Client(n_workers=n_workers, threads_per_worker=1, **_NO_DASHBOARD)
    try:
        return Client(address, timeout=10)
    except (OSError, ValueError, TimeoutError) as error:
        raise CleancopyError(f"{address}: no Dask scheduler answers; check the address.") from error


def _no_dask() -> CleancopyError:
    return CleancopyError("--engine dask: Dask is not installed; install it with `pip install cleancopy[dask]`.")
