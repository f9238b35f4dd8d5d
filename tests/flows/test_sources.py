import os
from pathlib import Path

import pytest

from flows import sources
from flows.sources import IntakeError, find
from tests.flows.articles import prose, run_on


def test_a_folder_gives_its_text_files_and_pages_in_the_order_of_their_ids(tmp_path):
    for name in ["b.txt", "a/z.html", "a/b.TXT", "c.jsonl.gz", "photo.png", "README.md", ".hidden.txt"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("text")
    files, others = find([str(tmp_path)])
    assert [file.id for file in files] == ["a/b.TXT", "a/z.html", "b.txt", "c.jsonl.gz"]
    assert [Path(address).name for address in others] == ["README.md", "photo.png"]


def test_ids_do_not_depend_on_where_the_folder_lies(tmp_path):
    ids = []
    for place in ["here/articles", "far/away/articles"]:
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "one.txt").write_text("text")
        ids.append([(file.id, file.source) for file in find([str(tmp_path / place)])[0]])
    assert ids[0] == ids[1] == [("one.txt", "articles/one.txt")]


def test_several_sources_keep_their_documents_apart(tmp_path):
    for place in ["one", "two"]:
        (tmp_path / place).mkdir()
        (tmp_path / place / "same.txt").write_text(place)
    files, _ = find([str(tmp_path / "one"), str(tmp_path / "two")])
    assert [file.id for file in files] == ["one/same.txt", "two/same.txt"]


def test_a_missing_path_and_an_empty_folder_are_refused_in_one_sentence(tmp_path):
    with pytest.raises(IntakeError, match=r"nowhere: no such file or folder; check the path\.$"):
        find([str(tmp_path / "nowhere")])
    with pytest.raises(IntakeError, match=r"no documents here; name a file, or a folder with files that end in"):
        find([str(tmp_path)])


def test_two_sources_of_one_name_are_refused(tmp_path):
    for place in ["a/same", "b/same"]:
        (tmp_path / place).mkdir(parents=True)
    with pytest.raises(IntakeError, match="another source is called 'same' too"):
        find([str(tmp_path / "a/same"), str(tmp_path / "b/same")])


def test_a_loop_of_links_ends(tmp_path):
    (tmp_path / "one.txt").write_text("text")
    (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert [file.id for file in find([str(tmp_path)])[0]] == ["one.txt"]


@pytest.mark.parametrize("pattern", ["**/*.txt", "**", "*/**/*.txt", "*/*.txt", "a/*.txt", "[a-c]/?.txt"])
def test_a_pattern_leads_through_no_link_to_a_folder_and_finds_nothing_hidden(tmp_path, pattern):
    for name in ["in/a/1.txt", "in/a/.2.txt", "in/.b/3.txt", "out/4.txt"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    (tmp_path / "in" / "b").symlink_to(tmp_path / "out", target_is_directory=True)
    (tmp_path / "in" / "c").symlink_to(tmp_path, target_is_directory=True)
    files, _ = find([str(tmp_path / "in" / pattern)])
    assert [Path(file.address).relative_to(tmp_path).as_posix() for file in files] == ["in/a/1.txt"]


def test_a_pattern_for_files_of_any_depth_matches_as_in_a_shell(tmp_path, monkeypatch):
    for name in ["in/1.txt", "in/a/b/2.txt", "in/a/3.html"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    monkeypatch.chdir(tmp_path)
    assert [file.id for file in find(["./in/**/*.txt"])[0]] == ["1.txt", "a/b/2.txt"]
    assert [file.id for file in find(["**/a/**/*.*"])[0]] == ["in/a/3.html", "in/a/b/2.txt"]
    with pytest.raises(IntakeError, match=r"'\*\*' stands for folders; write it between two '/'\.$"):
        find(["in/**.txt"])


def test_a_file_that_goes_while_others_are_looked_for_is_no_source(tmp_path, monkeypatch):
    for name in ["1.txt", "2.txt"]:
        (tmp_path / name).write_text("text")
    real = sources.size_and_version

    def looked_at(path):
        (tmp_path / "2.txt").unlink(missing_ok=True)
        return real(path)

    monkeypatch.setattr(sources, "size_and_version", looked_at)
    assert [file.id for file in find([str(tmp_path)])[0]] == ["1.txt"]


def test_a_link_has_the_size_of_what_it_leads_to(tmp_path):
    (tmp_path / "target").write_text("text" * 1000)
    (tmp_path / "one.txt").symlink_to(tmp_path / "target")
    assert [file.size for file in find([str(tmp_path)])[0]] == [4000]


def test_a_source_in_the_output_folder_is_refused(tmp_path):
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "one.txt").write_text("text")
    with pytest.raises(IntakeError, match=r"lies in the output folder .+; choose another folder with --out"):
        find([str(tmp_path / "text")], tmp_path)


def test_a_corpus_below_a_source_is_left_alone(tmp_path):
    (tmp_path / "one.txt").write_text("text")
    for corpus in ["clean", "older"]:
        (tmp_path / corpus / "text").mkdir(parents=True)
        (tmp_path / corpus / "text" / "one.txt").write_text("text")
    (tmp_path / "older" / ".cleancopy").touch()
    files, others = find([str(tmp_path)], tmp_path / "clean")
    assert [file.id for file in files] == ["one.txt"]
    assert [Path(address).name for address in others] == ["clean", "older"]


def test_no_two_documents_share_the_name_of_a_readable_text(tmp_path):
    for name in ["page.html", "page.html.txt", "other.html", "other.html.txt/one.txt", f"{'n' * 250}.html", "a.txt"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("text")
    files, _ = find([str(tmp_path)])
    names = {file.id: file.text_name for file in files}
    assert names["a.txt"] == "a.txt"
    assert names["page.html.txt"] == "page.html.txt"
    assert len(set(names.values())) == 6
    assert not {"other.html.txt", f"{'n' * 250}.html.txt"} & set(names.values())
    assert max(len(name) for name in names.values()) < 255


@pytest.mark.parametrize("path", [b"\xff" * 70, b"/".join([b"n" * 200] * 12)], ids=["spelled out", "deep"])
def test_folders_with_long_names_do_not_keep_a_document_from_being_published(tmp_path, path):
    folder = os.fsencode(tmp_path) + b"/articles/" + path
    os.makedirs(folder)  # noqa: PTH103  a path of bytes
    with open(folder + b"/one.txt", "w") as file:  # noqa: PTH123  a path of bytes
        file.write(prose("in May"))
    out = tmp_path.joinpath(*["o" * 200] * 8)
    assert run_on(tmp_path / "articles", out).counts["published"] == 1
    assert [path.read_text() for path in (out / "text").iterdir()] == [f"{prose('in May')}\n"]


def test_names_that_are_spelled_out_stay_apart_from_names_that_look_like_it(tmp_path):
    for name in [b"a\xff.txt", b"a\\xff.txt"]:
        with open(os.fsencode(tmp_path) + b"/" + name, "w"):  # noqa: PTH123  a path of bytes
            pass
    assert len({file.id for file in find([str(tmp_path)])[0]}) == 2
