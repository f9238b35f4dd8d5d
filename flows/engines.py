"""How the stages of a run are carried out: here and now, or by processes beside this one."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any, Protocol, Self, TypeVar

Given = TypeVar("Given")
Result = TypeVar("Result")
Progress = Callable[[str, int, int], object]
"""Hears the name of a stage, how many batches of it are done, and of how many."""

_ATTEMPTS = 3
_AHEAD = 2  # batches that wait for each worker
_PRELOADED = ["cleaners", "flows.shards"]  # imported once, by the server from which all workers are forked


class Engine(Protocol):
    """How stages are carried out."""

    def call(self, stage: Callable[..., Result], *given: Any) -> Result:
        """The result of one stage."""

    def map(self, stage: Callable[[Given], Result], batches: Sequence[Given]) -> Iterable[Result]:
        """The result of one stage for each batch, in their order."""


def name_of(stage: Callable[..., Any]) -> str:
    """What people are told of a stage: "clean shard" for `clean_shard`."""
    function = stage.func if isinstance(stage, partial) else stage
    return function.__name__.replace("_", " ")


def _unheard(name: str, done: int, of: int) -> None:
    """Nobody listens."""


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

    def map(self, stage: Callable[[Given], Result], batches: Sequence[Given]) -> Iterator[Result]:
        """The result of one stage for each batch, in their order."""
        name = name_of(stage)
        self._progress(name, 0, len(batches))
        for done, batch in enumerate(batches, 1):
            yield stage(batch)
            self._progress(name, done, len(batches))


class Processes(Direct):
    """Batches handed to worker processes of this machine; a context manager, since they have to be ended.

    A worker that dies takes the pool with it, which is then made anew, and what it had not finished is done again.
    """

    def __init__(self, n_workers: int, progress: Progress = _unheard) -> None:
        super().__init__(progress)
        self._n_workers = n_workers
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_PRELOADED)
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def _submit(self, stage: Callable[[Given], Result], batch: Given) -> Future[Result]:
        if not self._pool:
            self._pool = ProcessPoolExecutor(self._n_workers, self._context)
        return self._pool.submit(stage, batch)

    def map(self, stage: Callable[[Given], Result], batches: Sequence[Given]) -> Iterator[Result]:
        """The result of one stage for each batch, in their order; a single one is not worth a process."""
        if len(batches) < 2 or self._n_workers < 2:
            yield from super().map(stage, batches)
            return
        name = name_of(stage)
        self._progress(name, 0, len(batches))
        under_way: deque[tuple[Given, Future[Result]]] = deque()
        waiting = deque(batches)
        n_deaths = 0
        for done in range(1, len(batches) + 1):
            while True:
                try:
                    while waiting and len(under_way) < self._n_workers * _AHEAD:
                        under_way.append((waiting[0], self._submit(stage, waiting[0])))
                        waiting.popleft()
                    result = under_way[0][1].result()
                    break
                except BrokenProcessPool:
                    n_deaths += 1
                    if n_deaths == _ATTEMPTS:
                        raise
                    self.__exit__()
                    waiting.extendleft(batch for batch, _ in reversed(under_way))
                    under_way.clear()
            n_deaths = 0
            under_way.popleft()
            yield result
            self._progress(name, done, len(batches))
