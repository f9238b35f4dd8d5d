"""Each row of a CSV file is a document or has a reason; one that is damaged costs no other."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.delimited import delimited_rows
from tests.flows.formats import documents


@pytest.fixture
def outcomes(tmp_path):
    def read(*lines):
        (tmp_path / "a.csv").write_text("\n".join(["id,text,note", *lines]))
        return [str(raw.error) if raw.error else raw.document.text for raw in documents(tmp_path)]

    return read


def rows_of(text):
    return list(delimited_rows(io.StringIO(text, newline=""), ","))


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


@given(st.lists(st.lists(CELL, min_size=2, max_size=2).filter(any)))
def test_whatever_a_program_has_written_is_read_as_it_was(table):
    file = io.StringIO(newline="")
    csv.writer(file).writerows([["a", "b"], *table])
    assert [[*row.values.values()] for row in rows_of(file.getvalue())] == table


@given(st.text('ax",\n'))
def test_no_letter_of_a_row_is_lost_whatever_is_damaged(text):
    rows = rows_of(f"id,text\n{text}")
    assert sum(row.raw.count("x") for row in rows) == text.count("x")


def test_a_line_that_names_the_separator_is_no_row(tmp_path):
    (tmp_path / "a.csv").write_text('sep=;\nid;text\n1;one, and more\n2;"two\n')
    one, two = documents(tmp_path)
    assert one.document.text == "one, and more"
    assert str(two.error).startswith("line 4, the last, cannot be read")


def test_of_columns_of_one_name_none_is_lost():
    (row,) = rows_of("text,text,text.1,,text,\na,b,c,d,e,f\n")
    assert row.values == {"text": "a", "text.2": "b", "text.1": "c", "": "d", "text.3": "e", ".1": "f"}


def test_a_row_may_lack_cells_and_may_have_empty_ones_too_many(outcomes):
    assert outcomes("1,one", "2,two,,,", "", "3,three,x") == ["one", "two", "three"]


def test_a_row_with_too_many_cells_has_a_reason_and_keeps_its_id(outcomes, tmp_path):
    reason = "the row at line 3 has 4 cells for 3 columns; quote those with ',' in them."
    assert outcomes("1,one,x", "2,two, and more,x", "3,three,x") == ["one", reason, "three"]
    assert [raw.document.id for raw in documents(tmp_path)] == ["1", "2", "3"]


def test_a_quotation_mark_that_is_not_closed_costs_only_its_row(outcomes):
    reason = "line 3 cannot be read: close each quotation mark, and double those within a cell."
    assert outcomes('1,"one",x', '2,"two,x', '3,"three",x', '4,"four",x') == ["one", reason, "three", "four"]


def test_quotation_marks_within_a_cell_cost_only_its_row(outcomes):
    reason = "line 2 cannot be read: close each quotation mark, and double those within a cell."
    assert outcomes('1,"the "best" one",x', "2,two,x") == [reason, "two"]


def test_pieces_of_a_damaged_row_are_not_taken_for_rows(outcomes):
    damaged, *pieces, good = outcomes('1,"one', 'the "best", they said', 'and more",x', "2,two,x", "3,three")[:-1]
    assert damaged == "line 2 cannot be read: close each quotation mark, and double those within a cell."
    assert pieces == [
        f"the row at line {line} has 2 of 3 cells and stands behind damage; mend that first." for line in (3, 4)
    ]
    assert good == "two"


def test_all_that_stands_behind_a_quotation_mark_that_is_never_closed_is_named(outcomes):
    reason = "lines 3 to 5, the last, cannot be read: close the open quotation mark, or fetch the rest of the file."
    assert outcomes("1,one,x", '2,"two,x', "3,three,x", "4,four,x") == ["one", reason]


def test_a_row_of_too_many_lines_ends_and_the_next_is_read(outcomes, monkeypatch):
    monkeypatch.setattr("flows.delimited.LARGEST_DOCUMENT", 100)
    first, _, good = outcomes('1,"one', *["x" * 19] * 5, "2,two,x")
    assert first.startswith("lines 2 to 6: It is longer than ")
    assert good == "two"


def test_columns_whose_names_are_damaged_are_said_to_be(tmp_path):
    (tmp_path / "a.csv").write_text('id,"text\n1,one\n')
    (raw,) = documents(tmp_path)
    assert str(raw.error).startswith("The names of the columns: lines 1 to 2, the last, cannot be read")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_carriage_return_within_a_cell_is_part_of_its_text_if_lines_end_otherwise(tmp_path, end):
    rows = ["id,text,note", "1,one\rand\r\rmore,x", '2,"two\r\nand\rmore",x', "3,three,x\r"]
    (tmp_path / "a.csv").write_bytes(end.join(rows).encode())
    assert [raw.document.text for raw in documents(tmp_path)] == ["one\rand\r\rmore", "two\r\nand\rmore", "three"]


def test_a_file_whose_lines_end_with_carriage_returns_has_as_many_rows(tmp_path):
    (tmp_path / "a.csv").write_bytes(b'id,text,note\r1,one,x\r2,"two\rmore",x\r')
    assert [raw.document.text for raw in documents(tmp_path)] == ["one", "two\rmore"]
