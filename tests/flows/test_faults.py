"""Runs in which something goes wrong."""

import errno
from functools import partial

import pytest

from flows import cleaning
from flows.corpus import CorpusError, exclusive
from flows.engines import Direct, Processes, name_of
from flows.pipeline import run
from flows.settings import Settings
from tests.flows.articles import content, many, prose, rows, run_on


def test_a_fault_in_one_document_stops_no_other(folder, tmp_path, monkeypatch):
    def clean_many(documents, knowledge):
        if any(document.id == "1.txt" for document in documents):
            raise ValueError("something unforeseen")
        return real(documents, knowledge)

    real = cleaning.clean_many
    monkeypatch.setattr(cleaning, "clean_many", clean_many)
    outcome = run_on(folder, tmp_path / "clean")
    assert outcome.published
    (row,) = rows(tmp_path / "clean", "quarantine")
    assert row["reasons"] == ["clean/failed: A fault of our own: ValueError: something unforeseen."]
    assert row["text"] == (folder / "1.txt").read_text("utf-8")


def test_a_worker_that_is_killed_costs_a_retry_and_not_the_run(tmp_path):
    source = many(tmp_path / "articles")
    run(Settings((str(source),), tmp_path / "one", shard_bytes=2_000))

    killed = []

    def kill_once(stage, done, of):
        if stage == "clean shard" and done == 1:
            (worker, *_) = engine._pool._processes.values()
            worker.kill()
            killed.append(of)

    with Processes(2, kill_once) as engine:
        run(Settings((str(source),), tmp_path / "two", shard_bytes=2_000), engine)
    assert killed[0] > 3
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_where_the_pages_of_the_judge_cannot_be_written_nothing_is_published(folder, tmp_path, monkeypatch):
    out = tmp_path / "clean"
    run_on(folder, out)
    before = content(out)

    def full(self, *error):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("expectations.validate.Judge.__exit__", full)
    (folder / "new.txt").write_text(prose("at last"))
    with pytest.raises(CorpusError, match="the published corpus is as it was"):
        run_on(folder, out)
    assert content(out) == before


def spoilt(engine, name, bad):
    """The engine, of which one stage fails on some of its batches."""
    real = engine.map
    engine.map = lambda stage, batches, rescue=None: real(
        partial(failing, stage, bad) if name_of(stage) == name else stage, batches, rescue
    )
    return engine


def failing(stage, bad, batch):
    if bad(batch):
        raise MemoryError("too much")
    return stage(batch)


def on_second(shard):
    return shard.number == 1


def on_may(batch):
    return any(portion.file.id == "May.txt" for portion in batch.portions)


@pytest.mark.parametrize("n_workers", [1, 2])
def test_a_shard_that_always_fails_is_set_aside_and_the_rest_is_published(tmp_path, n_workers):
    source, out = many(tmp_path / "articles"), tmp_path / "clean"
    with Processes(n_workers) as engine:
        outcome = run(Settings((str(source),), out, shard_bytes=1_000), spoilt(engine, "clean shard", on_second))
    assert outcome.published
    failed = [row for row in rows(out, "quarantine") if row["reasons"][0].startswith("clean/shard-failed: ")]
    assert 1 < len(failed) < 15
    assert all(row["text"] for row in failed)
    assert outcome.counts["published"] + outcome.counts["quarantined"] == 101


@pytest.mark.parametrize("n_workers", [1, 2])
def test_a_batch_that_cannot_be_read_is_set_aside_and_the_rest_is_published(tmp_path, n_workers):
    source, out = many(tmp_path / "articles"), tmp_path / "clean"
    with Processes(n_workers) as engine:
        outcome = run(Settings((str(source),), out, shard_bytes=1_000), spoilt(engine, "read batch", on_may))
    assert outcome.published
    failed = {row["id"] for row in rows(out, "quarantine") if row["reasons"][0].startswith("intake/failed: ")}
    assert "May.txt" in failed
    assert len(failed) < 10
    assert 80 < outcome.counts["published"] < 100
    assert run(Settings((str(source),), out, shard_bytes=1_000)).counts["published"] == 99


def test_a_shard_that_is_staged_a_second_time_gives_the_same(tmp_path):
    source, out = many(tmp_path / "articles"), tmp_path / "clean"
    run_on(source, out)
    (source / "zz.txt").write_text("At last.")
    engine = Direct()
    real = engine.map
    engine.map = lambda stage, batches, rescue=None: real(
        partial(done_twice, stage) if name_of(stage) == "stage shard" else stage, batches, rescue
    )
    run(Settings((str(source),), out), engine)
    run_on(source, tmp_path / "new")
    assert content(out) == content(tmp_path / "new")


def done_twice(stage, batch):
    stage(batch)
    return stage(batch)


def test_of_two_runs_at_once_the_second_is_refused(folder, tmp_path):
    out = tmp_path / "clean"
    with exclusive(out), pytest.raises(CorpusError, match="is writing to it; wait for it to end"):
        run_on(folder, out)


def test_an_output_that_cannot_be_written_to_is_said_to_be_so(folder, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CorpusError, match="cannot be written to"):
        run_on(folder, tmp_path / "file" / "clean")
