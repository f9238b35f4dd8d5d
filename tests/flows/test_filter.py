"""The filter writes a line for each line that it reads, and standard error says which it could not clean."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaners import Knowledge
from flows import CleancopyError
from flows.filter import clean_lines
from flows.intake import Fields
from tests.flows.formats import PAGE


def buffered(data):
    return io.BufferedReader(io.BytesIO(data))


@pytest.fixture
def filtered(capsys):
    def run(*lines):
        target = io.BytesIO()
        clean_lines(buffered("\n".join(lines).encode()), target, Knowledge(), Fields())
        return target.getvalue().decode().splitlines(), capsys.readouterr().err.splitlines()

    return run


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values) | st.dictionaries(st.text(), values),
)


MEMBERS = st.dictionaries(st.text().filter("text".__ne__), JSON)


@given(MEMBERS, MEMBERS, st.booleans(), st.sampled_from([(",", ":"), (", ", ": "), (" ,", " : ")]))
def test_all_but_the_text_stays_as_it_is_written(before, after, is_ascii, separators):
    def written(text):
        parts = [before, {"text": text}, after]
        members = [json.dumps(part, ensure_ascii=is_ascii, separators=separators)[1:-1] for part in parts if part]
        return f"{{{separators[0].join(members)}}}\n".encode("utf-8", "replace")

    target = io.BytesIO()
    clean_lines(buffered(written("a\xa0b")), target, Knowledge(), Fields(text="text"))
    assert target.getvalue() == written("a b\n")


@pytest.mark.parametrize(
    "value",
    [
        "123456789012345678901234567890",
        "-0.1234567890123456789012345",
        "1.10",
        "1e400",
        "NaN",
        '"\\ud800"',
        '[{"deep": "\\udc00"}]',
        '{"text": 1.0, "text": 2.0}',
    ],
)
def test_a_value_beside_the_text_keeps_all_its_digits_and_signs(filtered, value):
    lines, errors = filtered(f'{{"other": {value}, "text":"a\\u00a0text" , "other": {value}}}')
    assert lines == [f'{{"other": {value}, "text":"a text\\n" , "other": {value}}}']
    assert not errors


def test_of_two_texts_in_a_record_the_last_counts(filtered):
    assert filtered('{"text":"a","text":"b"}') == (['{"text":"a","text":"b\\n"}'], [])


def test_a_record_that_is_nested_too_deep_goes_through_as_it_is(filtered):
    for depth in range(900, 1100, 10):
        deep = f'{{"text":"a","n":1e30,"other":{"[" * depth}{"]" * depth}}}'
        (line,), errors = filtered(deep)
        assert (line == deep) == bool(errors), depth
    assert errors


def test_half_a_surrogate_pair_in_a_text_becomes_a_replacement_character(filtered):
    assert filtered('{"text":"a \\ud800 text"}') == (['{"text":"a \ufffd text\\n"}'], [])


@pytest.mark.parametrize("record", [{"html": PAGE}, {"text": f"<!doctype html>{PAGE}"}])
def test_a_page_is_read_as_it_is_for_a_corpus(filtered, record):
    (line,), errors = filtered(json.dumps(record))
    (text,) = json.loads(line).values()
    assert "<" not in text
    assert text.splitlines()[-1] == "Zwei."
    assert not errors


def test_a_page_that_cannot_be_read_goes_through_as_it_is(filtered, monkeypatch):
    monkeypatch.setattr("cleaners.markup.read_page", lambda _: 1 / 0)
    lines, errors = filtered('{"html": "<p>one"}', '{"text": "two"}')
    assert lines == ['{"html": "<p>one"}', '{"text": "two\\n"}']
    assert errors == ["cleancopy: A fault of our own: ZeroDivisionError: division by zero."]


@pytest.mark.parametrize("data", ['[{"text":"a"},{"text":"b"}]', '[\n{"text":"a"}\n]', '{\n "text": "a"\n}'])
def test_json_that_has_no_record_on_each_line_is_refused_in_one_sentence(filtered, data):
    with pytest.raises(CleancopyError, match=r"^standard input: has no record on each line, .+; convert it, as"):
        filtered(data)
