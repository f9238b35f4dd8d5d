"""How the stages of a run are carried out: here and now, by processes beside this one, or on a cluster."""

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import chdir
from functools import partial
from multiprocessing.forkserver import ensure_running, set_forkserver_preload
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Protocol, Self, TypeVar
from uuid import uuid4

from flows import CleancopyError

Given = TypeVar("Given")
Result = TypeVar("Result")
Progress = Callable[[str, int, int], object]
"""Hears the name of a stage, how many batches of it are done, and of how many."""

_ATTEMPTS = 3
_AHEAD = 8  # batches that wait for each worker, since some are done at once
_PRELOADED = ["flows.workers"]


class Engine(Protocol):
    """How stages are carried out."""

    def call(self, stage: Callable[..., Result], *given: Any) -> Result:
        """The result of one stage."""

    def map(
        self,
        stage: Callable[[Given], Result],
        batches: Sequence[Given],
        rescue: Callable[[Given, Exception], Result] | None = None,
    ) -> Iterable[Result]:
        """The result of one stage for each batch, in their order.

        Args:
            stage: what is done with a batch.
            batches: on what.
            rescue: gives the result for a batch that fails whenever it is tried; without it, the run fails.
        """


def name_of(stage: Callable[..., Any]) -> str:
    """What people are told of a stage: "clean shard" for `clean_shard`."""
    function = stage.func if isinstance(stage, partial) else stage
    return function.__name__.replace("_", " ")


def _unheard(name: str, done: int, of: int) -> None:
    """Nobody listens."""


def attempted(
    stage: Callable[[Given], Result], batch: Given, rescue: Callable[[Given, Exception], Result] | None
) -> Result:
    """The result for one batch, tried as often as makes sense: not again where the disk or the user is at fault."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return stage(batch)
        except (OSError, CleancopyError):
            raise
        except Exception as error:
            if not rescue:
                raise
            if attempt == _ATTEMPTS:
                return rescue(batch, error)
    raise AssertionError("unreachable")


def _in_folder(folder: Path, stage: Callable[[Given], Result], batch: Given) -> Result:
    """The result for one batch, with relative paths as they are meant where the run was started."""
    with chdir(folder):
        return stage(batch)


class Direct:
    """Stages called one after the other in this process."""

    def __init__(self, progress: Progress = _unheard) -> None:
        self._progress = progress

    def call(self, stage: Callable[..., Result], *given: Any) -> Result:
        """The result of one stage."""
        name = name_of(stage)
        self._progress(name, 0, 1)
        result = stage(*given)
        self._progress(name, 1, 1)
        return result

    def map(
        self,
        stage: Callable[[Given], Result],
        batches: Sequence[Given],
        rescue: Callable[[Given, Exception], Result] | None = None,
    ) -> Iterator[Result]:
        """The result of one stage for each batch, in their order."""
        name = name_of(stage)
        self._progress(name, 0, len(batches))
        for done, batch in enumerate(batches, 1):
            yield attempted(stage, batch, rescue)
            self._progress(name, done, len(batches))


def start_server() -> None:
    """Start the server from which workers are forked, which takes two seconds until it is ready, if it is not there."""
    set_forkserver_preload(_PRELOADED)
    ensure_running()


def _new_pool(n_workers: int) -> ProcessPoolExecutor:
    start_server()
    return ProcessPoolExecutor(n_workers, multiprocessing.get_context("forkserver"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """Have this worker end when the process that it works for is gone, even if that was killed."""
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent:
            parent.join()
            os._exit(1)

    Thread(target=follow, daemon=True).start()


def _kill_workers(pool: ProcessPoolExecutor) -> None:
    """End all workers of a broken pool: CPython 3.11 waits forever for one that was starting as another died."""
    for process in list((pool._processes or {}).values()):
        process.kill()


class Processes(Direct):
    """Batches handed to worker processes of this machine; a context manager, since they have to be ended.

    A worker that dies takes the pool with it, which is then made anew, and what it had not finished is done again.
    """

    def __init__(self, n_workers: int, progress: Progress = _unheard) -> None:
        super().__init__(progress)
        self._n_workers = n_workers
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _submit(self, stage: Callable[[Given], Result], batch: Given) -> Future[Result]:
        if not self._pool:
            self._pool = _new_pool(self._n_workers)
        try:
            return self._pool.submit(stage, batch)
        except OSError as error:  # another worker was about to start when the pool broke
            raise BrokenProcessPool(str(error)) from error

    def map(
        self,
        stage: Callable[[Given], Result],
        batches: Sequence[Given],
        rescue: Callable[[Given, Exception], Result] | None = None,
    ) -> Iterator[Result]:
        """The result of one stage for each batch, in their order; a single one is not worth a process."""
        if len(batches) < 2 or self._n_workers < 2:
            yield from super().map(stage, batches, rescue)
            return
        name = name_of(stage)
        self._progress(name, 0, len(batches))
        under_way: deque[tuple[Given, Future[Result]]] = deque()
        waiting = deque(batches)
        for done in range(1, len(batches) + 1):
            n_deaths = 0
            while True:
                # After a death the first batch runs alone, which shows whether it was the one.
                most = 1 if n_deaths else self._n_workers * _AHEAD
                try:
                    while waiting and len(under_way) < most:
                        work = partial(attempted, stage, rescue=rescue)
                        under_way.append((waiting[0], self._submit(work, waiting[0])))
                        waiting.popleft()
                    result = under_way[0][1].result()
                    break
                except BrokenProcessPool as death:
                    n_deaths += 1
                    if self._pool:
                        _kill_workers(self._pool)
                    self.__exit__()
                    waiting.extendleft(batch for batch, _ in reversed(under_way))
                    under_way.clear()
                    if n_deaths > _ATTEMPTS:
                        if not rescue:
                            raise
                        batch = waiting.popleft()
                        result = rescue(batch, death)
                        under_way.append((batch, Future()))
                        break
            under_way.popleft()
            yield result
            self._progress(name, done, len(batches))


class Pool:
    """Worker processes that threads share; made anew when one of them has died."""

    def __init__(self, n_workers: int) -> None:
        self._n_workers = n_workers
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None

    def run(self, stage: Callable[[Given], Result], batch: Given) -> Result:
        """The result for one batch, from another process."""
        with self._lock:
            if not self._pool:
                self._pool = _new_pool(self._n_workers)
            pool = self._pool
        try:
            return pool.submit(stage, batch).result()
        except BrokenProcessPool:
            _kill_workers(pool)
            with self._lock:
                if self._pool is pool:
                    self._pool = None
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)


class Dask(Direct):
    """Batches handed to the workers of a Dask cluster, which must see the sources and the output folder as we do.

    A worker that dies costs a retry on another one.

    Args:
        client: a `distributed.Client`.
        progress: hears how far a stage is.
    """

    def __init__(self, client: Any, progress: Progress = _unheard) -> None:
        super().__init__(progress)
        self._client = client

    def map(
        self,
        stage: Callable[[Given], Result],
        batches: Sequence[Given],
        rescue: Callable[[Given, Exception], Result] | None = None,
    ) -> Iterator[Result]:
        """The result of one stage for each batch, in their order."""
        name = name_of(stage)
        self._progress(name, 0, len(batches))
        work = partial(_in_folder, Path.cwd(), partial(attempted, stage, rescue=rescue))
        futures = [self._client.submit(work, batch, pure=False, key=f"{name}-{uuid4()}") for batch in batches]
        for done, (batch, future) in enumerate(zip(batches, futures, strict=True), 1):
            try:
                result: Result = future.result()
            except (OSError, CleancopyError):
                raise
            except Exception as error:  # the batch killed worker after worker
                if not rescue:
                    raise
                result = rescue(batch, error)
            yield result
            self._progress(name, done, len(batches))
