"""The source text of a document again, from the corpus and its ledger."""

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from cleaners import revert
from flows.corpus import CorpusError, DamagedPartError, is_sound, ledger_of, read_ids, read_manifest


def restore(out: Path, document_id: str) -> str:
    """The source text of a published or quarantined document.

    Args:
        out: output folder of a run.
        document_id: its id; the suffix may be left out where that leaves no doubt.

    Raises:
        CorpusError: if there is no corpus, no such document in it, or the part that holds it is damaged.
    """
    hashes = {part["path"]: part["sha256"] for part in read_manifest(out)["parts"]}
    path, full_id = _find(out, hashes, document_id)

    def rows(part: str, column: str) -> pa.Table:
        if not is_sound(out / part, hashes.get(part)):
            raise DamagedPartError(out / part)
        return pq.read_table(out / part, filters=[(column, "=", full_id)])

    (row,) = rows(path, "id").to_pylist()
    text: str | None = row["text"]
    if text is None:
        raise CorpusError(
            f"{full_id}: could not be read, so there is no text to restore; its source is {row['source']}."
        )
    folder, _, name = path.partition("/")
    if folder == "quarantine":
        return text
    _, *edits = rows(f"edits/{name}", "document_id")
    return revert(text, ledger_of(zip(*(column.to_pylist() for column in edits), strict=True)))


def _find(out: Path, parts: Iterable[str], document_id: str) -> tuple[str, str]:
    """The part that a document is in, and its full id."""
    short: dict[str, str] = {}
    damage: DamagedPartError | None = None
    for part in parts:
        if part.startswith("edits/"):
            continue
        try:
            ids = read_ids(out / part)
        except DamagedPartError as error:  # the document may be in another
            damage = error
            continue
        if document_id in ids:
            return part, document_id
        short |= {name: part for name in ids if name.rpartition(".")[0] == document_id}
    if damage:
        raise damage
    if not short:
        raise CorpusError(
            f"{out}: no document has the id {document_id!r}; the ids are in the column `id` of documents/."
        )
    full_id, *others = short
    if others:
        raise CorpusError(f"{document_id}: may be {full_id} or {others[0]}; give the whole id.")
    return short[full_id], full_id
