"""A filter for records: JSONL in, the same records with clean texts out."""

import sys
from typing import BinaryIO

import orjson

from cleaners import Document, Knowledge
from cleaners.pipeline import edit
from flows.intake import Fields, guess
from flows.records import records_of


def clean_lines(source: BinaryIO, target: BinaryIO, knowledge: Knowledge, wanted: Fields) -> None:
    """Clean the text of each record; one that has none goes through as it is, and standard error says why.

    Args:
        source: JSONL.
        target: where the records go, in their order.
        knowledge: what the cleaners may know.
        wanted: the field that holds the text, if it is not to be guessed from each record.
    """
    for record in records_of(source):
        field = wanted.text or guess(record.values)
        text = record.values.get(field) if field else None
        if record.error or not isinstance(text, str):
            reason = record.error or f"{record.where} has no text in a field that I know; name it with --text-field."
            print(f"cleancopy: {reason}", file=sys.stderr)
            target.write(record.raw.rstrip(b"\r\n") + b"\n")
            continue
        clean, _ = edit(Document(text), knowledge)
        target.write(orjson.dumps({**record.values, field: clean}, option=orjson.OPT_APPEND_NEWLINE))
