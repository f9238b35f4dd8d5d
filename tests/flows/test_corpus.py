import errno
import os
import resource
import shutil
import signal
import subprocess
import sys

import pytest

from flows import corpus
from flows.corpus import CorpusError, exclusive, read_manifest
from flows.pipeline import Settings, run
from flows.restore import restore
from tests.flows.articles import CLEANCOPY, DAMAGES


def content(out):
    return {path: path.read_bytes() for path in [out / "manifest.json", *out.rglob("*.parquet")]}


def test_a_second_writer_stops_with_a_clear_message(tmp_path):
    with (
        exclusive(tmp_path),
        pytest.raises(CorpusError, match=f"process {os.getpid()} is writing to it; wait for it to end"),
        exclusive(tmp_path),
    ):
        pass


def test_a_second_process_stops_with_a_clear_message(folder, tmp_path):
    with exclusive(tmp_path / "clean"):
        command = [CLEANCOPY, "clean", str(folder), "--out", str(tmp_path / "clean")]
        second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 2
    assert "is writing to it; wait for it to end, or choose another folder with --out." in second.stderr
    assert second.stderr.count("\n") == 1


def test_the_lock_of_a_process_that_was_killed_is_free(tmp_path):
    code = (
        "import time; from pathlib import Path; from flows.corpus import exclusive\n"
        f"with exclusive(Path({str(tmp_path)!r})): print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.kill()
    with exclusive(tmp_path) as staging:
        assert list(staging.iterdir()) == []


def test_an_output_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(CorpusError, match=r"cannot be written to \(Not a directory\); choose another folder with --out"),
        exclusive(tmp_path / "file" / "clean"),
    ):
        pass


def test_when_the_disk_is_full_the_old_corpus_stays(folder, tmp_path):
    """The limit on the size of files is the kernel's own refusal to write on, as a full disk is."""
    out = tmp_path / "clean"
    run(Settings((str(folder),), out))
    old = content(out)
    (folder / "0.txt").write_text("Another text that is as good as the first one was, and somewhat longer than it.")
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, limits[1]))
    try:
        with pytest.raises(CorpusError, match="the published corpus is as it was"):
            run(Settings((str(folder),), out))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert content(out) == old
    assert not (out / ".staging").exists()


@pytest.mark.parametrize("moment", ["replace_folder", "sha256_of", "_sync"])
def test_killed_while_publishing_the_corpus_is_the_old_or_the_new_one_and_the_next_run_goes_on(
    folder, tmp_path, moment
):
    out = tmp_path / "clean"
    run(Settings((str(folder),), out))
    old = read_manifest(out)
    (folder / "0.txt").write_text("Another text that is as good as the first one was, and somewhat longer than it.")
    code = (
        "import os, signal, sys; from pathlib import Path; from flows import corpus; from flows.pipeline import *\n"
        f"corpus.{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"run(Settings(({str(folder)!r},), Path({str(out)!r})))"
    )
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert killed.returncode == -signal.SIGKILL
    manifest = read_manifest(out)
    for part in manifest["parts"]:
        assert corpus.sha256_of(out / part["path"]) == part["sha256"]
    run(Settings((str(folder),), out))
    assert read_manifest(out)["parts"] != old["parts"]
    assert {f"{path.parent.name}/{path.name}" for path in out.rglob("*.parquet")} == {
        part["path"] for part in read_manifest(out)["parts"]
    }


@pytest.mark.parametrize("manifest", ["{", "[1]", "{}", '{"parts": 3}', '{"parts": [{}]}'])
def test_a_damaged_manifest_is_said_to_be_so_and_mended_by_the_next_run(folder, tmp_path, manifest):
    out = tmp_path / "clean"
    run(Settings((str(folder),), out))
    (out / "manifest.json").write_text(manifest)
    with pytest.raises(CorpusError, match=r"manifest\.json: is damaged; run `cleancopy clean` again"):
        restore(out, "1")
    run(Settings((str(folder),), out))
    assert restore(out, "1").startswith("Ministers meet")


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("folder_name", ["documents", "edits", "quarantine", "text"])
@pytest.mark.parametrize("has_news", [False, True])
def test_a_damaged_corpus_is_mended_by_the_next_run(folder, tmp_path, folder_name, damage, has_news):
    out = tmp_path / "clean"
    (folder / "empty.txt").touch()
    run(Settings((str(folder),), out))
    if has_news:
        (folder / "3.txt").write_text("Another text that is as good as the first one was, and somewhat longer than it.")
        run(Settings((str(folder),), tmp_path / "new"))
    else:
        shutil.copytree(out, tmp_path / "new")
    damaged = sorted((out / folder_name).iterdir())[0]
    damaged.write_bytes(damage(damaged.read_bytes()))
    assert run(Settings((str(folder),), out)).published
    assert read_manifest(out)["parts"] == read_manifest(tmp_path / "new")["parts"]
    for path in (tmp_path / "new").glob("*/*"):
        if path.parent.name in (*corpus.FOLDERS, "text"):
            assert (out / path.parent.name / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", ["text", "report", "documents", "manifest.json", ".staging"])
def test_a_folder_with_files_of_somebody_else_is_not_written_to(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "precious.txt").write_text("the only copy")
    message = f"has {name} that Cleancopy did not write; choose another folder with --out"
    with pytest.raises(CorpusError, match=message), exclusive(tmp_path):
        pass
    assert (tmp_path / name / "precious.txt").read_text() == "the only copy"


def test_publishing_twice_as_a_retry_does_changes_nothing(folder, tmp_path, monkeypatch):
    def publish_twice(*given):
        first = publish(*given)
        publish(*given)
        return first

    publish = corpus.publish
    monkeypatch.setattr(corpus, "publish", publish_twice)
    run(Settings((str(folder),), tmp_path / "clean"))
    assert sorted(path.name for path in (tmp_path / "clean" / "text").iterdir()) == ["0.txt", "1.txt", "2.txt"]
    assert restore(tmp_path / "clean", "1.txt").startswith("Ministers meet")


@pytest.mark.parametrize("name", [None, "part"])
def test_an_error_of_the_system_is_one_sentence(tmp_path, name):
    where = str(tmp_path / name) if name else None
    with pytest.raises(CorpusError) as error, exclusive(tmp_path):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), where)
    assert str(error.value) == (
        f"{where or tmp_path}: No space left on device; the published corpus is as it was. "
        "Put that right, or choose another folder with --out."
    )


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (OSError("zlib inflate failed.\nDetail: none"), "zlib inflate failed"),
        (FileNotFoundError(errno.ENOENT, "No such file", "/elsewhere/a"), "/elsewhere/a: No such file"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "Connection refused"),
    ],
)
def test_an_error_that_has_nothing_to_do_with_the_output_folder_does_not_blame_it(tmp_path, fault, message):
    with pytest.raises(CorpusError) as error, exclusive(tmp_path):
        raise fault
    assert str(error.value) == f"{message}; the published corpus is as it was. Put that right, and run again."
