import os

import pytest

from flows.intake import IntakeError, UnreadableDocument, find, read


def test_a_folder_gives_its_text_files_and_pages_in_the_order_of_their_ids(tmp_path):
    for name in ["b.txt", "a/z.html", "a/b.TXT", "notes.md", ".hidden.txt"]:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("text")
    files, others = find([str(tmp_path)])
    assert [file.id for file in files] == ["a/b.TXT", "a/z.html", "b.txt"]
    assert [path.name for path in others] == ["notes.md"]


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


def test_a_file_name_that_is_not_utf8_has_an_id_that_is(tmp_path):
    with open(os.fsencode(tmp_path) + b"/caf\xe9.txt", "w") as file:  # noqa: PTH123  a path of bytes
        file.write("text")
    (found,) = find([str(tmp_path)])[0]
    assert found.id == "caf\\xe9.txt"
    assert read(found).document.text == "text"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfcaf\xc3\xa9", "\ufeffcafé"),
        ("\ufeffcafé".encode("utf-16-le"), "\ufeffcafé"),
        ("\ufeffcafé".encode("utf-16-be"), "\ufeffcafé"),
        (b"one\r\ntwo\r", "one\r\ntwo\r"),
        (b"", ""),
    ],
)
def test_text_is_read_character_for_character(tmp_path, data, text):
    (tmp_path / "one.txt").write_bytes(data)
    assert read(find([str(tmp_path)])[0][0]).document.text == text


@pytest.mark.parametrize(
    ("data", "reason"), [(b"\x89PNG\x00", "byte 4 is zero"), (b"caf\xe9", "not UTF-8 text: byte 3 is 0xe9")]
)
def test_what_is_not_text_is_said_to_be_so(tmp_path, data, reason):
    (tmp_path / "one.txt").write_bytes(data)
    with pytest.raises(UnreadableDocument, match=reason):
        read(find([str(tmp_path)])[0][0])


def test_a_file_that_cannot_be_opened_is_said_to_be_so(tmp_path):
    (tmp_path / "one.txt").symlink_to(tmp_path / "gone")
    with pytest.raises(UnreadableDocument, match=r"The file cannot be read: No such file or directory\."):
        read(find([str(tmp_path)])[0][0])


def test_a_page_is_read_as_its_visible_lines(tmp_path):
    head = "<html lang=de><title>Titel</title><nav>Home</nav><script>x()</script>"
    (tmp_path / "one.html").write_text(f"{head}<h1>Titel</h1><p>Ein <b>Satz</b>.<br>Zwei.")
    document = read(find([str(tmp_path)])[0][0]).document
    assert document.text == "Home\nTitel\nEin Satz.\nZwei.\n"
    assert document.without_furniture().text == "Ein Satz.\nZwei.\n"
    assert (document.metadata.title, document.metadata.language) == ("Titel", "de")


def test_what_is_not_a_regular_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(UnreadableDocument, match=r"It is not a regular file\."):
        read(find([str(tmp_path)])[0][0])


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
    assert [path.name for path in others] == ["clean", "older"]


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


def test_names_that_are_spelled_out_stay_apart_from_names_that_look_like_it(tmp_path):
    for name in [b"a\xff.txt", b"a\\xff.txt"]:
        with open(os.fsencode(tmp_path) + b"/" + name, "w"):  # noqa: PTH123  a path of bytes
            pass
    assert len({file.id for file in find([str(tmp_path)])[0]}) == 2
