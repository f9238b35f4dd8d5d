"""Real Prefect runs, on one temporary server for all of them."""

import os
import subprocess
from functools import partial

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL
from prefect.testing.utilities import prefect_test_harness

from flows.clean_corpus import NotPublished, PrefectEngine, clean_corpus
from flows.corpus import FOLDERS
from flows.pipeline import run
from flows.settings import Settings
from tests.flows.articles import CLEANCOPY


@pytest.fixture(scope="module", autouse=True)
def server():
    with prefect_test_harness(server_startup_timeout=180):
        yield


def content(out):
    return {(name, path.name): path.read_bytes() for name in [*FOLDERS, "text"] for path in (out / name).iterdir()}


def artifacts():
    with get_client(sync_client=True) as client:
        found = client.read_artifacts()
    return {artifact.key: str(artifact.data) for artifact in found}


def test_the_flow_writes_the_same_bytes_as_the_command(folder, tmp_path, monkeypatch):
    one_each = partial(Settings, shard_bytes=1)
    monkeypatch.setattr("flows.clean_corpus.Settings", one_each)
    (folder / "empty.txt").write_text("")
    run(one_each((str(folder),), tmp_path / "direct"))
    outcome = clean_corpus([str(folder)], str(tmp_path / "flow"))
    assert outcome.published
    assert content(tmp_path / "direct") == content(tmp_path / "flow")
    assert len(content(tmp_path / "flow")) == 4 * len(FOLDERS) + 3


def test_the_run_leaves_its_summary_and_its_quarantine_as_artifacts(folder, tmp_path):
    (folder / "empty.txt").write_text("")
    clean_corpus([str(folder)], str(tmp_path / "clean"))
    assert "**Published.**" in artifacts()["cleancopy-summary"]
    assert "empty.txt" in artifacts()["cleancopy-quarantine"]


def test_a_corpus_that_fails_is_a_failed_flow_run(tmp_path):
    (tmp_path / "empty.txt").write_text("")
    state = clean_corpus([str(tmp_path / "empty.txt")], str(tmp_path / "clean"), return_state=True)
    assert state.is_failed()
    with pytest.raises(NotPublished) as failure:
        state.result()
    assert not failure.value.outcome.published


def test_a_stage_that_fails_once_is_tried_again(monkeypatch):
    monkeypatch.setattr("flows.clean_corpus._RETRY_DELAYS", [0])
    calls = []

    def stage(batch):
        calls.append(batch)
        if len(calls) == 1:
            raise OSError("a worker died")
        return batch

    @flow
    def one_stage():
        return PrefectEngine().map(stage, ["shard"])

    assert one_stage() == ["shard"]
    assert calls == ["shard", "shard"]


@pytest.mark.parametrize("engine", ["processes", "dask"])
def test_the_command_is_a_flow_run_where_a_prefect_api_is_configured(folder, tmp_path, engine):
    command = [CLEANCOPY, "clean", folder, "--out", tmp_path / "clean", "--engine", engine]
    environment = os.environ | {"PREFECT_API_URL": PREFECT_API_URL.value()}
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Published 3 of 3 documents")
    with get_client(sync_client=True) as client:
        (run,) = [run for run in client.read_flow_runs() if run.parameters.get("out") == str(tmp_path / "clean")]
    assert run.state.is_completed()


def test_a_flow_run_that_cannot_go_on_is_one_sentence_and_status_2(tmp_path):
    environment = os.environ | {"PREFECT_API_URL": PREFECT_API_URL.value()}
    command = [CLEANCOPY, "clean", "nowhere", "--out", tmp_path / "clean"]
    done = subprocess.run(command, env=environment, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "cleancopy: nowhere: no such file or folder; check the path.\n"


def test_a_fresh_flow_sees_what_time_and_size_do_not_tell(folder, tmp_path):
    path = next(folder.iterdir())
    before = path.stat()
    clean_corpus([str(folder)], str(tmp_path / "clean"))
    path.write_text(path.read_text().replace("Ministers", "Gardeners"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    clean_corpus([str(folder)], str(tmp_path / "clean"), fresh=True)
    assert "Gardeners" in (tmp_path / "clean" / "text" / path.name).read_text()
