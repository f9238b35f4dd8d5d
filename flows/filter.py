"""A filter for records: JSONL in, the same records with clean texts out."""

import json
import sys
from io import BufferedReader
from typing import BinaryIO

from cleaners import Document, Knowledge
from cleaners.pipeline import edit
from flows import CleancopyError, UnreadableDocument
from flows.intake import Fields, guess, read_field, sound
from flows.opening import has_lines
from flows.records import Record, records_of


def clean_lines(source: BufferedReader, target: BinaryIO, knowledge: Knowledge, wanted: Fields) -> int:
    """Clean the text of each record; all else of it stays as it is written, so that numbers keep their digits.

    A record that cannot be cleaned goes through as it is, and standard error says why.

    Args:
        source: JSONL.
        target: where the records go, in their order.
        knowledge: what the cleaners may know.
        wanted: the field that holds the text, if it is not to be guessed from each record.

    Returns:
        How many records went through as they are.

    Raises:
        CleancopyError: if the source is JSON, but not JSONL.
    """
    if not has_lines(source):
        raise CleancopyError("standard input: has no record on each line, as JSONL has; convert it, as `jq -c` does.")
    n_left = 0
    for record in records_of(source):
        try:
            line = _cleaned(record, knowledge, wanted.text or guess(record.values))
        except UnreadableDocument as reason:
            print(f"cleancopy: {reason}", file=sys.stderr)
            line = record.raw.rstrip(b"\r\n")
            n_left += 1
        target.write(line + b"\n")
    return n_left


def _cleaned(record: Record, knowledge: Knowledge, field: str | None) -> bytes:
    text = record.values.get(field) if field else None
    if record.error:
        raise record.error
    if not field or not isinstance(text, str):
        reason = f"{record.where} has no text in a field that I know; name it with --text-field."
        raise UnreadableDocument("intake/no-text", reason)
    clean, _ = edit(read_field(Document(sound(text)), field), knowledge)
    line = record.raw.strip().decode(record.encoding, "replace")
    try:
        start, end = _span(line, field)
    except RecursionError as error:
        raise UnreadableDocument("intake/not-json", f"{record.where} is nested too deep.") from error
    return f"{line[:start]}{json.dumps(clean, ensure_ascii=False)}{line[end:]}".encode()


def _span(line: str, field: str) -> tuple[int, int]:
    """Where the value of a field stands in a record; of several fields with one name the last counts.

    >>> _span('{"n": 1.50, "text": "a"}', "text")
    (20, 23)
    """
    parse = json.JSONDecoder().raw_decode
    span = 0, 0
    place = _behind_space(line, line.index("{") + 1)
    while line[place] != "}":
        name, place = parse(line, place)
        start = _behind_space(line, place)
        _, end = parse(line, start)
        if name == field:
            span = start, end
        place = _behind_space(line, end)
    return span


def _behind_space(line: str, place: int) -> int:
    while line[place] in " \t\r\n:,":
        place += 1
    return place
