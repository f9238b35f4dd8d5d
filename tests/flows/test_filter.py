"""The filter writes a line for each line that it reads, and standard error says which it could not clean."""

import io
import json

import pytest

from cleaners import Knowledge
from flows.filter import clean_lines
from flows.intake import Fields
from tests.flows.formats import PAGE


@pytest.fixture
def filtered(capsys):
    def run(*lines):
        target = io.BytesIO()
        clean_lines(io.BytesIO("\n".join(lines).encode()), target, Knowledge(), Fields())
        return target.getvalue().decode().splitlines(), capsys.readouterr().err.splitlines()

    return run


@pytest.mark.parametrize(
    "value", ['"\\ud800"', "1e400", "NaN", '[{"deep": "\\udc00"}]', "[1e400, 12345678901234567890123]"]
)
def test_a_value_that_cannot_be_written_again_is_reported_and_the_next_record_is_cleaned(filtered, value):
    bad = f'{{"text":"a\\u00a0text","other":{value}}}'
    lines, errors = filtered(bad, '{"text":"a\\u00a0text"}')
    assert lines == [bad, '{"text":"a text\\n"}']
    assert errors == ["cleancopy: the record at byte 0 has a value that JSON in UTF-8 cannot hold; correct it."]


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
    assert lines == ['{"html": "<p>one"}', '{"text":"two\\n"}']
    assert errors == ["cleancopy: A fault of our own: ZeroDivisionError: division by zero."]
