"""Tables that share their rows with the tables of earlier runs."""

import os
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from flows.tables import Rows


def table(numbers):
    return pa.table({"key": [f"{number:016}".encode() for number in numbers], "text": [f"{n} words" for n in numbers]})


def texts(rows):
    return rows.read("text")["text"].to_pylist()


@given(
    st.lists(st.integers(0, 99), max_size=30),
    st.lists(
        st.tuples(st.lists(st.integers(0, 29), max_size=30), st.lists(st.integers(0, 99), max_size=5)), max_size=4
    ),
)
def test_whatever_a_table_takes_over_it_reads_as_if_all_had_been_written(first, changes):
    with tempfile.TemporaryDirectory() as folder:
        wanted = [f"{number} words" for number in first]
        Rows.of(table(first)).write(Path(folder, "0"))
        for number, (kept, new) in enumerate(changes):
            kept = [place for place in kept if place < len(wanted)]
            old = Rows.in_folder(Path(folder, str(number))).take(np.array(kept, np.int64))
            Rows.joined([old, Rows.of(table(new))]).write(Path(folder, str(number + 1)))
            wanted = [wanted[place] for place in kept] + [f"{n} words" for n in new]
            rows = Rows.in_folder(Path(folder, str(number + 1)))
            assert texts(rows) == wanted
            assert rows.read().column_names == ["key", "text"]
            assert len(rows.pages) <= 4


def test_rows_that_stay_are_not_written_again(tmp_path):
    Rows.of(table(range(100))).write(tmp_path / "old")
    old = Rows.in_folder(tmp_path / "old")
    Rows.joined([old.take(np.arange(99)), Rows.of(table([100]))]).write(tmp_path / "new")
    pages = Rows.in_folder(tmp_path / "new").pages
    assert pages[0].samefile(old.pages[0])
    assert pages[1].stat().st_size < pages[0].stat().st_size


def test_a_page_with_few_rows_that_are_wanted_is_not_kept_for_them(tmp_path):
    Rows.of(table(range(100))).write(tmp_path / "old")
    old = Rows.in_folder(tmp_path / "old")
    Rows.joined([old.take(np.arange(9)), Rows.of(table(range(100, 191)))]).write(tmp_path / "new")
    rows = Rows.in_folder(tmp_path / "new")
    assert len(rows.pages) == 1
    assert texts(rows)[8:10] == ["8 words", "100 words"]


def test_where_files_cannot_have_two_names_pages_are_copied(tmp_path, monkeypatch):
    def link(*_):
        raise OSError("no links here")

    Rows.of(table(range(100))).write(tmp_path / "old")
    monkeypatch.setattr(os, "link", link)
    Rows.in_folder(tmp_path / "old").write(tmp_path / "new")
    assert texts(Rows.in_folder(tmp_path / "new")) == [f"{number} words" for number in range(100)]


def test_what_nobody_says_any_more_leaves_the_dictionaries(tmp_path):
    words = pa.list_(pa.struct([("word", pa.dictionary(pa.int32(), pa.string())), ("place", pa.int64())]))

    def said(numbers):
        return Rows.of(
            pa.table(
                {"words": pa.array([[{"word": f"word {n}", "place": n}] * (n % 3) for n in numbers], words)},
            )
        )

    wanted = range(40)
    said(wanted).write(tmp_path / "0")
    for number in range(1, 6):
        kept = Rows.in_folder(tmp_path / str(number - 1)).take(np.arange(5, 10))
        Rows.joined([kept, said(range(number * 100, number * 100 + 35))]).write(tmp_path / str(number))
    column = Rows.in_folder(tmp_path / "5").read("words")["words"].combine_chunks()
    found = [[edit["word"] for edit in edits] for edits in column.to_pylist()]
    assert found[5:] == [[f"word {n}"] * (n % 3) for n in range(500, 535)]
    assert set(column.values.field("word").dictionary.to_pylist()) == {word for words in found for word in words}
