"""The canonical corpus on disk: staging, parts, a manifest that is replaced atomically and last, quarantine.

Readers trust `manifest.json` alone: a part that it does not name does not exist. Parts are named by what is in them, so
a new corpus is moved in beside the old one, the manifest is replaced, and only then the old parts go. Killed at any
moment, a run leaves the old corpus or the new one, and the next run tidies up.
"""

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cleaners.document import Metadata
from cleaners.edits import Edit, Ledger, Step
from flows import CleancopyError
from flows.cache import Cache, key_of
from flows.opening import reason_of
from flows.sources import CORPUS_MARK

SCHEMA_VERSION = 1
DOCUMENTS = pa.schema(
    [
        ("id", pa.string()),
        ("text", pa.string()),
        ("title", pa.string()),
        ("authors", pa.list_(pa.string())),
        ("published", pa.string()),
        ("updated", pa.string()),
        ("url", pa.string()),
        ("site", pa.string()),
        ("language", pa.string()),
        ("captions", pa.list_(pa.string())),
        ("source", pa.string()),
        ("source_sha256", pa.string()),
        ("text_sha256", pa.string()),
        ("n_edits", pa.int64()),
        ("removed_ratio", pa.float64()),
        ("duplicate_of", pa.string()),
        ("encoding", pa.string()),
        ("encoding_confidence", pa.float64()),
        ("standfirst", pa.string()),
        ("credits", pa.list_(pa.string())),
    ]
)
EDITS = pa.schema(
    [
        ("document_id", pa.string()),
        ("step", pa.int32()),
        ("cleaner", pa.string()),
        ("rule", pa.string()),
        ("start", pa.int64()),
        ("before", pa.string()),
        ("after", pa.string()),
    ]
)
QUARANTINE = pa.schema(
    [("id", pa.string()), ("source", pa.string()), ("text", pa.string()), ("reasons", pa.list_(pa.string()))]
)
_REPEATED = "site language source encoding document_id cleaner rule before after".split()  # to write each value once
_NOT_SOUGHT = frozenset("text cleaner rule before after".split())  # by their least and greatest value
FOLDERS = {"documents": DOCUMENTS, "edits": EDITS, "quarantine": QUARANTINE}
MANIFEST = "manifest.json"
_WRITING = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)
_SYNCED_AT_ONCE = 16  # files
_STAGING = ".staging"
_CACHE = ".cache"
HISTORY = "history"
_OURS = (MANIFEST, *FOLDERS, HISTORY, "text", "report", _STAGING)


class CorpusError(CleancopyError):
    """An output folder that cannot be used; one sentence: what, where, what to do."""


class DamagedPartError(CorpusError):
    """A part of the corpus that is not as it was published."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path}: is damaged or cannot be read; run `cleancopy clean` again, which mends it.")


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file of the corpus."""

    path: str  #: relative to the output folder, with forward slashes
    rows: int
    sha256: str


@contextmanager
def exclusive(out: Path) -> Iterator[Path]:
    """The output folder for one writer, with an empty staging folder in it that is gone afterwards.

    The lock lies on the file that marks the folder as an output of ours, so that nobody else's files are replaced.

    Raises:
        CorpusError: if another process writes to it, it holds what is not ours, or it cannot be written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        foreign = [] if (out / CORPUS_MARK).exists() else [name for name in _OURS if (out / name).exists()]
        if foreign:
            message = f"{out}: has {', '.join(foreign)} that Cleancopy did not write; choose another folder with --out."
            raise CorpusError(message)
        lock = os.open(out / CORPUS_MARK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise CorpusError(
            f"{out}: cannot be written to ({error.strerror}); choose another folder with --out."
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(lock, 20, 0).decode() or "unknown"
            message = (
                f"{out}: process {holder} is writing to it; wait for it to end, or choose another folder with --out."
            )
            raise CorpusError(message) from None
        os.ftruncate(lock, 0)
        os.pwrite(lock, str(os.getpid()).encode(), 0)
        staging = out / _STAGING
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir()
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            os.ftruncate(lock, 0)
    except OSError as error:
        raise CorpusError(_refusal(error, out)) from error
    finally:
        os.close(lock)


def _refusal(error: OSError, out: Path) -> str:
    """What an error of the system says, where, and what to do; writing to a full disk is refused without a name."""
    where = error.filename or (out if error.errno in _WRITING else None)
    place = f"{where}: " if where else ""
    is_ours = where and Path(os.fsdecode(where)).is_relative_to(out)
    way_out = "Put that right, or choose another folder with --out." if is_ours else "Put that right, and run again."
    return f"{place}{reason_of(error)}; the published corpus is as it was. {way_out}"


def cache_of(out: Path, *, fresh: bool) -> Cache:
    """The finished work of earlier runs.

    Args:
        out: output folder, locked.
        fresh: whether to forget it.
    """
    cache = Cache(out / _CACHE)
    cache.clear() if fresh else cache.tidy()
    cache.folder.mkdir(exist_ok=True)
    return cache


def write_shard(staging: Path, number: int, tables: Mapping[str, pa.Table]) -> list[Part]:
    """One part for each of documents, edits and quarantine, under one name that tells what is in them.

    Args:
        staging: folder that they go to.
        number: place of the shard in the corpus.
        tables: by folder name.
    """
    files = {folder: _parquet(tables[folder]) for folder in FOLDERS}
    hashes = {folder: hashlib.sha256(file).hexdigest() for folder, file in files.items()}
    name = f"part-{number:05}-{hashlib.sha256(''.join(hashes.values()).encode()).hexdigest()[:12]}.parquet"
    for folder, file in files.items():
        (staging / folder).mkdir(exist_ok=True)
        (staging / folder / name).write_bytes(file)
    return [Part(f"{folder}/{name}", len(tables[folder]), hashes[folder]) for folder in FOLDERS]


def _parquet(table: pa.Table) -> pa.Buffer:
    """A table as a Parquet file, Zstandard-compressed."""
    file = pa.BufferOutputStream()
    pq.write_table(
        table.combine_chunks(),
        file,
        compression="zstd",
        compression_level=1,
        use_dictionary=_REPEATED,
        write_statistics=[name for name in table.column_names if name not in _NOT_SOUGHT],
        store_schema=not any(pa.types.is_dictionary(kind) for kind in table.schema.types),  # strings to whoever reads
    )
    return file.getvalue()


def publish(out: Path, staging: Path, parts: Iterable[Part], facts: Mapping[str, Any]) -> bool:
    """Make the staged parts the corpus.

    Args:
        out: output folder.
        staging: folder of the run, which holds the parts, and the readable texts in `text/`.
        parts: everything that the new corpus consists of.
        facts: what else the manifest says: versions and counts.

    Returns:
        Whether the corpus is another, or a part had to be mended. If it is the same as before, no byte of the
        manifest changes; else the old manifest goes to `history/`, and the new one names it, and the documents that
        left.
    """
    parts = list(parts)
    manifest = out / MANIFEST
    old = _load(manifest)
    content: dict[str, Any] = {"schema_version": SCHEMA_VERSION, **facts, "parts": [asdict(part) for part in parts]}
    changed = old is None or {**content, "left": old.get("left"), "previous": old.get("previous")} != old
    new = [part.path for part in parts if not is_sound(out / part.path, part.sha256)]
    with ThreadPoolExecutor(_SYNCED_AT_ONCE) as pool:  # which takes a disk hardly longer than one
        list(pool.map(_sync, [staging / name for name in new]))
    for folder in FOLDERS:
        (out / folder).mkdir(exist_ok=True)
    for name in new:
        (staging / name).replace(out / name)
    for folder in FOLDERS:
        _sync(out / folder)
    if changed:
        before, now = ({part["path"] for part in some["parts"]} for some in (old or {"parts": []}, content))
        content["left"] = sorted(_known_ids(out, before - now) - _known_ids(out, now - before))
        content["previous"] = sha256_of(manifest) if old else None
        if old:
            (out / HISTORY).mkdir(exist_ok=True)
            shutil.copyfile(manifest, out / HISTORY / f"{content['previous']}.json")
        draft = staging / MANIFEST
        with draft.open("w", encoding="utf-8") as file:
            json.dump(content, file, indent=1, ensure_ascii=False)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(manifest)
        _sync(out)
    replace_folder(staging / "text", out / "text", staging)
    named = {part.path for part in parts}
    for folder in FOLDERS:
        for path in (out / folder).glob("*.parquet"):
            if f"{folder}/{path.name}" not in named:
                path.unlink()
    return changed or bool(new)


def _known_ids(out: Path, paths: Iterable[str]) -> set[str]:
    """The documents of some parts, published or set aside; nobody knows those of a part that is damaged or gone."""
    found: set[str] = set()
    for path in paths:
        if not path.startswith("edits/"):
            with suppress(DamagedPartError):
                found.update(read_ids(out / path))
    return found


def read_ids(part: Path) -> list[str]:
    """The documents of a part.

    Raises:
        DamagedPartError: if it cannot be read.
    """
    try:
        with pq.ParquetFile(part) as file:  # `read_table`, which is for whole data sets, takes four times as long
            ids: list[str] = file.read(["id"], use_threads=False)["id"].to_pylist()
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise DamagedPartError(part) from error
    return ids


def replace_folder(new: Path, target: Path, staging: Path) -> None:
    """Put a staged folder in the place of another; once that is done, doing it again changes nothing."""
    if new.exists():
        if target.exists():
            target.rename(staging / f"old-{target.name}")
        new.rename(target)


def fingerprint(out: Path) -> str | None:
    """What the corpus is, as a hash of its manifest, and of its files' sizes and times; None if not all is there."""
    manifest = _load(out / MANIFEST)
    if not manifest:
        return None
    texts = (f"{folder}/{name}" for folder, _, names in os.walk(out / "text") for name in names)
    files = [*(f"{out}/{part['path']}" for part in manifest["parts"]), *sorted(texts)]
    try:
        found = [os.stat(path) for path in files]  # noqa: PTH116  a `Path` for each text takes twice as long
    except OSError:
        return None
    facts = [(path, status.st_size, status.st_mtime_ns) for path, status in zip(files, found, strict=True)]
    return key_of(sha256_of(out / MANIFEST), facts)


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_sound(part: Path, sha256: str | None) -> bool:
    """Whether a part is there, and as it was published."""
    try:
        return sha256_of(part) == sha256
    except OSError:
        return False


def read_manifest(out: Path) -> dict[str, Any]:
    """What the corpus consists of.

    Raises:
        CorpusError: if there is no corpus in the folder, or its manifest cannot be read.
    """
    path = out / MANIFEST
    if not path.exists():
        raise CorpusError(f"{out}: no corpus here; name the folder that `cleancopy clean --out` wrote.")
    manifest = _load(path)
    if manifest is None:
        raise CorpusError(f"{path}: is damaged; run `cleancopy clean` again.")
    return manifest


def _load(path: Path) -> dict[str, Any] | None:
    """A manifest, or None if it is none."""
    try:
        manifest = json.loads(path.read_bytes())
        is_one = all(isinstance(part[name], str) for part in manifest["parts"] for name in ("path", "sha256"))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return manifest if is_one else None


def edit_rows(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """A document's ledger as rows of `edits/`, without its id."""
    for number, step in enumerate(ledger):
        for edit in step.edits:
            yield {
                "step": number,
                "cleaner": step.cleaner,
                "rule": edit.rule,
                "start": edit.start,
                "before": edit.before,
                "after": edit.after,
            }


def ledger_of(edits: Iterable[tuple[int, str, str, int, str, str]]) -> Ledger:
    """A document's ledger from its rows of `edits/`, without its id, in their order."""
    steps = groupby(edits, key=itemgetter(0, 1))
    return tuple(
        Step(cleaner, tuple(Edit(start, before, after, rule) for _, _, rule, start, before, after in group))
        for (_, cleaner), group in steps
    )


def ledgers_of(column: pa.ChunkedArray) -> list[Ledger]:
    """The ledgers in a column of lists of edits, whose texts may be dictionaries."""
    ledgers = column.combine_chunks()
    columns = pc.list_flatten(ledgers).flatten()
    plain = (some.dictionary_decode() if pa.types.is_dictionary(some.type) else some for some in columns)
    edits = zip(*(some.to_pylist() for some in plain), strict=True)
    return [ledger_of(islice(edits, n)) for n in pc.list_value_length(ledgers).to_pylist()]


def metadata_of(row: Mapping[str, Any]) -> Metadata:
    """A document's metadata from its row of `documents/`."""
    values = {field.name: row[field.name] for field in fields(Metadata)}
    return Metadata(**values | {name: tuple(row[name] or ()) for name in ("authors", "captions", "credits")})


def _sync(path: Path) -> None:
    """Have a file, or a folder's entries, safely on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
