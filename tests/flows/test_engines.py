"""The same run on other engines: real Dask workers, real processes, some of them killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from distributed import LocalCluster

from flows.engines import Dask, Processes
from flows.pipeline import run
from flows.settings import Settings
from tests.flows.articles import CLEANCOPY, content, many


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        cluster.get_client() as client,
    ):
        yield client


@pytest.fixture
def settings(tmp_path):
    source = many(tmp_path / "articles")
    run(Settings((str(source),), tmp_path / "direct", shard_bytes=1_000))
    return partial(Settings, (str(source),), shard_bytes=1_000)


def test_a_dask_cluster_makes_the_same_bytes(settings, tmp_path, client):
    run(settings(tmp_path / "dask"), Dask(client))
    assert len(content(tmp_path / "direct")) > 20
    assert content(tmp_path / "dask") == content(tmp_path / "direct")


def test_a_dask_worker_that_is_killed_costs_a_retry_and_not_the_run(settings, tmp_path, client):
    killed = []

    def kill_once(stage, done, of):
        if stage == "clean shard" and done == 1:
            (pid, *_) = client.run(os.getpid).values()
            os.kill(pid, signal.SIGKILL)
            killed.append(of)

    run(settings(tmp_path / "dask"), Dask(client, kill_once))
    assert killed[0] > 10
    assert content(tmp_path / "dask") == content(tmp_path / "direct")


def test_dask_workers_read_relative_paths_as_the_command_does(settings, tmp_path, client, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(Settings(("articles",), Path("dask"), shard_bytes=1_000), Dask(client))
    monkeypatch.undo()
    assert len(list((tmp_path / "dask" / "text").iterdir())) == len(list((tmp_path / "direct" / "text").iterdir()))


def test_a_cluster_of_our_own_says_nothing_though_the_usual_port_is_taken(folder, tmp_path):
    with socket.socket() as other:
        with suppress(OSError):  # somebody else has taken it
            other.bind(("", 8787))
            other.listen()
        command = [CLEANCOPY, "clean", folder, "--out", tmp_path / "clean", "--engine", "dask"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


WORK = """
import sys, time
from pathlib import Path
from flows.engines import Processes
from tests.flows.test_engines import sign

if __name__ == "__main__":
    with Processes(2) as engine:
        list(engine.map(sign, [sys.argv[1]] * 2))
"""


def sign(folder):
    Path(folder, str(os.getpid())).touch()
    time.sleep(600)


def test_workers_end_with_a_command_that_is_killed(tmp_path):
    with subprocess.Popen([sys.executable, "-c", WORK, str(tmp_path)], cwd=Path(__file__).parents[2]) as command:
        while len(workers := list(tmp_path.iterdir())) < 2:
            time.sleep(0.1)
        command.kill()
    deadline = time.monotonic() + 60
    while any(is_running(worker.name) for worker in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [worker for worker in workers if is_running(worker.name)]


def is_running(pid):
    try:
        return Path("/proc", pid, "cmdline").read_bytes() != b""
    except OSError:
        return False


def negative(number, _error):
    return -number


def die(number):
    if number == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.parametrize("n_workers", [2, 3])
def test_a_batch_that_kills_every_worker_is_rescued_and_the_others_are_done(n_workers):
    with Processes(n_workers) as engine:
        assert list(engine.map(die, range(8), negative)) == [0, 1, 2, -3, 4, 5, 6, 7]


def test_a_batch_that_kills_every_worker_ends_a_run_that_has_no_rescue():
    with Processes(2) as engine, pytest.raises(Exception, match="terminated abruptly"):
        list(engine.map(die, range(8)))


def fail(number):
    raise FileNotFoundError(number) if number else KeyError(number)


def test_what_the_disk_is_at_fault_for_is_not_rescued():
    with Processes(2) as engine, pytest.raises(FileNotFoundError):
        list(engine.map(fail, range(3), negative))
