import pytest

from flows.corpus import CorpusError
from flows.pipeline import Settings, run
from flows.restore import restore
from tests.flows.articles import DAMAGES


def test_what_is_not_in_the_corpus_cannot_be_restored(folder, tmp_path):
    with pytest.raises(CorpusError, match="no corpus here"):
        restore(tmp_path, "one")
    out = tmp_path / "clean"
    run(Settings((str(folder),), out))
    with pytest.raises(CorpusError, match="no document has the id 'one'"):
        restore(out, "one")
    assert restore(out, "1") == restore(out, "1.txt")


def test_a_short_id_that_two_documents_have_is_said_to_be_so(folder, tmp_path):
    (folder / "1.html").write_text("<article><p>The council voted on Monday to close the bridge.</p></article>")
    run(Settings((str(folder),), tmp_path / "clean"))
    with pytest.raises(CorpusError, match=r"1: may be 1\.html or 1\.txt; give the whole id\."):
        restore(tmp_path / "clean", "1")


def test_a_document_that_could_not_be_read_has_no_text_to_restore(folder, tmp_path):
    (folder / "image.txt").write_bytes(b"\x89PNG\0")
    run(Settings((str(folder),), tmp_path / "clean"))
    with pytest.raises(CorpusError, match="could not be read, so there is no text to restore"):
        restore(tmp_path / "clean", "image.txt")


@pytest.mark.parametrize("damage", [*DAMAGES.values(), None], ids=[*DAMAGES, "gone"])
@pytest.mark.parametrize("folder_name", ["documents", "edits"])
def test_what_a_damaged_part_holds_is_not_restored(folder, tmp_path, folder_name, damage):
    out = tmp_path / "clean"
    run(Settings((str(folder),), out))
    (part,) = (out / folder_name).iterdir()
    part.write_bytes(damage(part.read_bytes())) if damage else part.unlink()
    with pytest.raises(CorpusError, match=r"parquet: is damaged or cannot be read; run `cleancopy clean` again"):
        restore(out, "1.txt")


def test_a_damaged_part_keeps_no_document_of_another_from_being_restored(folder, tmp_path):
    out = tmp_path / "clean"
    run(Settings((str(folder),), out, shard_bytes=100))
    first, *_ = sorted((out / "documents").iterdir())
    first.write_bytes(b"")
    assert restore(out, "2.txt") == (folder / "2.txt").read_text("utf-8")
