"""Records in any encoding are read, whatever their format, and say what it was."""

import csv
import io
import json

import pytest

from flows.intake import Fields, portions, unread
from flows.sources import find
from tests.flows.formats import PACKERS, documents, errors, texts

POLISH = "Premier powiedział w Łodzi, że rząd przyjmie ustawę o żegludze śródlądowej jeszcze w tym roku. "
RUSSIAN = "Министры двенадцати стран встретились в понедельник в Париже, чтобы обсудить договор. "


def table(texts):
    target = io.StringIO()
    csv.writer(target).writerows([("id", "text"), *enumerate(texts)])
    return target.getvalue()


def lines(texts):
    return "\n".join(json.dumps({"id": number, "text": text}, ensure_ascii=False) for number, text in enumerate(texts))


def array(texts):
    return json.dumps([{"id": number, "text": text} for number, text in enumerate(texts)], ensure_ascii=False)


FORMATS = {"a.csv": table, "a.jsonl": lines, "a.json": array, "lines.json": lines}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(("text", "encoding"), [(POLISH, "cp1250"), (RUSSIAN, "koi8-r"), (RUSSIAN, "utf-8")])
def test_records_of_every_format_say_what_encoding_they_were_in(tmp_path, name, text, encoding):
    (tmp_path / name).write_bytes(FORMATS[name]([text * 3, text * 4]).encode(encoding))
    found = documents(tmp_path)
    assert [raw.document.text for raw in found] == [text * 3, text * 4]
    assert {raw.document.metadata.encoding for raw in found} == {encoding}
    assert all((raw.document.metadata.encoding_confidence == 1) == (encoding == "utf-8") for raw in found)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_in_another_encoding_is_read_anew(tmp_path, name):
    keys = []
    for encoding in ("cp1250", "utf-8"):
        (tmp_path / name).write_bytes(FORMATS[name]([POLISH * 3]).encode(encoding))
        (portion,) = portions(find([str(tmp_path)])[0], Fields(), 10**9)
        keys += [document.key for document in unread(portion)]
    assert len(set(keys)) == 2


@pytest.mark.parametrize("name", ["a.csv", "a.json", "lines.json"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_records_with_a_mark_or_of_two_bytes_a_letter_are_read(tmp_path, name, encoding):
    (tmp_path / name).write_bytes(FORMATS[name](["one text", "another"]).encode(encoding))
    assert [raw.document.text for raw in documents(tmp_path)] == ["one text", "another"]


@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_lines_in_letters_of_many_bytes_are_read_whatever_the_size_of_a_part(tmp_path, encoding, packing):
    many = [f"{POLISH}Ċ {number}" for number in range(50)]  # with a letter that has the byte of a line feed
    (tmp_path / f"a.jsonl{packing}").write_bytes(PACKERS[packing](lines(many).encode(encoding)))
    assert texts(tmp_path, most=1000) == many


@pytest.mark.parametrize("name", ["a.json", "a.csv"])
def test_a_letter_that_is_cut_by_the_end_of_a_piece_stays_whole(tmp_path, name):
    long = [POLISH * 8000, "x" + RUSSIAN * 8000]
    (tmp_path / name).write_bytes(FORMATS[name](long).encode())
    assert [raw.document.text for raw in documents(tmp_path)] == long


def test_bytes_of_an_array_that_are_no_text_become_replacement_characters(tmp_path):
    (tmp_path / "a.json").write_bytes(array([POLISH, "a|b"]).encode().replace(b"|", b"\xff"))
    assert [raw.document.text for raw in documents(tmp_path)] == [POLISH, "a\ufffdb"]


@pytest.mark.parametrize("value", ["NaN", "-Infinity", "1e400", "9" * 30, '"\\ud800"'])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_number_that_no_float_can_hold_costs_nothing(tmp_path, name, value):
    records = [f'{{"text": "one", "more": {value}}}', '{"text": "two"}']
    (tmp_path / name).write_text(f"[{', '.join(records)}]" if name == "a.json" else "\n".join(records))
    assert [raw.document.text for raw in documents(tmp_path)] == ["one", "two"]


def test_half_a_surrogate_pair_in_an_array_becomes_a_replacement_character(tmp_path):
    (tmp_path / "a.json").write_text('[{"text": "a\\ud83d b\\ud83d\\ude00"}]')
    assert [raw.document.text for raw in documents(tmp_path)] == ["a\ufffd b\U0001f600"]


@pytest.mark.parametrize("rest", ["", '{"text": "thr', "{broken}, 1]", '{"text": "\n"}]', "x" * 10**6])
def test_an_array_that_breaks_off_keeps_what_came_before(tmp_path, rest):
    (tmp_path / "a.json").write_text('[{"text": "one"}, {"text": "two"}, ' + rest)
    assert [raw.document.text for raw in documents(tmp_path)] == ["one", "two", ""]
    assert errors(tmp_path) == [("intake/not-json", "The rest of the file is not JSON, or is cut off.")]


def test_arrays_and_objects_may_follow_each_other(tmp_path):
    (tmp_path / "a.json").write_text(
        '\ufeff[{"text": "one"}]\n[{"text": "two"},\n]{"text": "three"} {"text": "four"}\n'
    )
    assert [raw.document.text for raw in documents(tmp_path)] == ["one", "two", "three", "four"]
