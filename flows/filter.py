"""A filter for records: JSONL in, the same records with clean texts out."""

import json
import sys
from typing import BinaryIO

from cleaners import Document, Knowledge
from cleaners.pipeline import edit
from flows import UnreadableDocument
from flows.intake import Fields, guess, read_field, sound
from flows.records import Record, records_of


def clean_lines(source: BinaryIO, target: BinaryIO, knowledge: Knowledge, wanted: Fields) -> None:
    """Clean the text of each record; one that cannot be cleaned goes through as it is, and standard error says why.

    Args:
        source: JSONL.
        target: where the records go, in their order.
        knowledge: what the cleaners may know.
        wanted: the field that holds the text, if it is not to be guessed from each record.
    """
    for record in records_of(source):
        try:
            line = _cleaned(record, knowledge, wanted.text or guess(record.values))
        except UnreadableDocument as reason:
            print(f"cleancopy: {reason}", file=sys.stderr)
            line = record.raw.rstrip(b"\r\n")
        target.write(line + b"\n")


def _cleaned(record: Record, knowledge: Knowledge, field: str | None) -> bytes:
    text = record.values.get(field) if field else None
    if record.error:
        raise record.error
    if not field or not isinstance(text, str):
        reason = f"{record.where} has no text in a field that I know; name it with --text-field."
        raise UnreadableDocument("intake/no-text", reason)
    clean, _ = edit(read_field(Document(sound(text)), field), knowledge)
    try:
        values = {**record.values, field: clean}
        return json.dumps(values, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except ValueError as error:  # half a surrogate pair, or a number such as NaN
        reason = f"{record.where} has a value that JSON in UTF-8 cannot hold; correct it."
        raise UnreadableDocument("intake/not-json", reason) from error
