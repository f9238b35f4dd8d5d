"""A corpus at an address: in a bucket of an S3 server."""

import json
from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from flows.corpus import CorpusError
from flows.pipeline import run
from flows.remote import download, places
from flows.restore import restore
from flows.settings import Settings
from tests.flows.articles import content, run_on


@pytest.fixture
def store(tmp_path, monkeypatch, bucket):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return bucket


def settings_for(source, address="s3://news/corpus"):
    out, address = places(address)
    return Settings((str(source),), out, address=address)


def there(store):
    store.invalidate_cache()
    return {path.removeprefix("news/corpus/"): store.cat_file(path) for path in store.find("news/corpus")}


def test_the_corpus_at_the_address_is_the_one_that_a_folder_would_have(folder, tmp_path, store):
    run(settings_for(folder))
    run_on(folder, tmp_path / "clean")
    found = there(store)
    assert {path: found[path] for path in content(tmp_path / "clean")} == content(tmp_path / "clean")
    assert found["manifest.json"] == (tmp_path / "clean" / "manifest.json").read_bytes()
    assert b"3 of 3 documents" in found["report/index.html"]


def test_a_new_corpus_takes_the_place_of_the_old_one_and_names_it(folder, store):
    run(settings_for(folder))
    before = there(store)
    (folder / "0.txt").unlink()
    run(settings_for(folder))
    after = there(store)
    parts = {part["path"] for part in json.loads(after["manifest.json"])["parts"]}
    assert {path for path in after if path.endswith(".parquet")} == parts
    assert not parts & set(before)
    assert "text/0.txt" not in after
    assert json.loads(after["manifest.json"])["previous"]


def test_nothing_new_is_put_where_nothing_has_changed(folder, store):
    run(settings_for(folder))
    before = there(store)
    assert not run(settings_for(folder)).changed
    assert there(store) == before


def test_another_machine_goes_on_from_the_corpus_that_is_there(folder, tmp_path, store, monkeypatch):
    run(settings_for(folder))
    before = there(store)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another machine"))
    assert not run(settings_for(folder)).changed
    assert there(store)["manifest.json"] == before["manifest.json"]


def test_a_corpus_that_somebody_took_away_is_put_there_again(folder, store):
    run(settings_for(folder))
    before = there(store)
    store.rm("news/corpus", recursive=True)
    run(settings_for(folder))
    assert {path for path in before if "data-docs" not in path} <= there(store).keys()


@pytest.mark.parametrize("name", ["documents", "text"])
def test_a_file_that_was_damaged_or_taken_away_is_put_there_again(folder, store, name):
    run(settings_for(folder))
    before = there(store)
    damaged = next(path for path in before if path.startswith(f"{name}/"))
    store.pipe_file(f"news/corpus/{damaged}", b"damaged")
    assert run(settings_for(folder)).changed
    store.rm(f"news/corpus/{damaged}")
    assert run(settings_for(folder)).changed
    after = there(store)
    assert {path: after[path] for path in before if "report/" not in path} == {
        path: before[path] for path in before if "report/" not in path
    }


def test_a_manifest_that_was_damaged_is_put_there_again(folder, store):
    run(settings_for(folder))
    before = there(store)
    store.pipe_file("news/corpus/manifest.json", b"{")
    assert run(settings_for(folder)).changed
    after = there(store)
    assert json.loads(after["manifest.json"])["parts"] == json.loads(before["manifest.json"])["parts"]
    assert {path for path in before if "report/" not in path} <= after.keys()


def test_a_corpus_that_fails_its_suite_is_not_put_there_and_the_report_says_why(folder, store):
    run(settings_for(folder))
    before = there(store)
    for path in folder.iterdir():
        path.write_text("")
    assert not run(settings_for(folder)).published
    after = there(store)
    assert after["manifest.json"] == before["manifest.json"]
    assert {path for path in after if path.endswith(".parquet")} == {
        path for path in before if path.endswith(".parquet")
    }
    assert b"Nothing was published" in after["report/index.html"]


def test_a_document_is_restored_from_the_address_on_any_machine(folder, tmp_path, store, monkeypatch):
    run(settings_for(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "another machine"))
    assert restore(download("s3://news/corpus"), "1.txt") == (folder / "1.txt").read_text()
    assert (places("s3://news/corpus")[0] / "report" / "index.html").exists()


def test_a_corpus_at_an_address_is_a_source_with_its_documents(folder, tmp_path, store):
    run(settings_for(folder))
    assert run_on("s3://news/corpus", tmp_path / "again").counts["published"] == 3
    (path,) = (tmp_path / "again" / "documents").iterdir()
    assert pq.read_table(path)["id"].to_pylist() == ["0.txt", "1.txt", "2.txt"]


def test_an_address_with_files_of_somebody_else_is_not_written_to(folder, store):
    store.pipe_file("news/corpus/documents/theirs.parquet", b"theirs")
    with pytest.raises(CorpusError, match=r"s3://news/corpus: has documents that Cleancopy did not write"):
        run(settings_for(folder))
    assert list(there(store)) == ["documents/theirs.parquet"]


def test_an_address_that_cannot_be_used_is_one_sentence(folder):
    settings = replace(settings_for(folder), address="nowhere://bucket/corpus")
    with pytest.raises(CorpusError, match=r"nowhere://bucket/corpus: cannot be used \(Protocol not known"):
        run(settings)
