"""A corpus at an address that fsspec knows, such as `s3://bucket/corpus`.

It is made in a folder of this machine, as every corpus is, and then put there: new parts first, after them the
manifest, which readers trust, and only then the parts that it no longer names are taken away. Stores of objects replace
a file whole, so a reader sees the old corpus or the new one. Nothing keeps two machines from writing there at once.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import fsspec

from flows.corpus import FOLDERS, HISTORY, MANIFEST, CorpusError, read_manifest
from flows.sources import CORPUS_MARK, is_local

_OURS = (*FOLDERS, "text", "report")


def places(out: str) -> tuple[Path, str]:
    """The folder in which a corpus is made, and the address that it is put to, if there is one.

    >>> places("clean")
    (PosixPath('clean'), '')
    >>> places("s3://bucket/corpus")[1]
    's3://bucket/corpus'
    """
    if is_local(out):
        return Path(out), ""
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return caches / "cleancopy" / sha256(out.encode()).hexdigest()[:16], out


def go_on_from(address: str, out: Path) -> bool:
    """Take the manifest of the corpus at the address, whoever put it there, so that the new one names it.

    Returns:
        Whether nothing lacks there of the corpus in the folder.

    Raises:
        CorpusError: if the address cannot be read, or has what is not ours.
    """
    with _files(address) as (files, root):
        there = _sizes(files, root)
        names = {path.partition("/")[0] for path in there}
        found = sorted(names.intersection((*_OURS, HISTORY, MANIFEST)))
        if found and CORPUS_MARK not in names:
            message = f"{address}: has {', '.join(found)} that Cleancopy did not write; choose another with --out."
            raise CorpusError(message)
        (out / MANIFEST).unlink(missing_ok=True)
        if MANIFEST in found:
            (out / MANIFEST).write_bytes(files.cat_file(f"{root}/{MANIFEST}"))
        return not _lacking(out, _parts(out) | _within(out, "text"), there)


def upload(out: Path, address: str) -> bool:
    """Make the corpus in the folder the one at the address, with its report; what is damaged there is put again.

    Returns:
        Whether the corpus there was another.

    Raises:
        CorpusError: if the address cannot be written to.
    """
    parts = _parts(out)
    text, report, history = (_within(out, name) for name in ("text", "report", HISTORY))
    with _files(address) as (files, root):
        there = _sizes(files, root)
        files.pipe_file(f"{root}/{CORPUS_MARK}", b"")
        manifest = (out / MANIFEST).read_bytes() if parts else b""
        is_new = bool(parts) and not (MANIFEST in there and files.cat_file(f"{root}/{MANIFEST}") == manifest)
        lacking = _lacking(out, parts | text, there)
        _put(files, root, out, lacking & parts)
        if is_new:
            files.pipe_file(f"{root}/{MANIFEST}", manifest)
            lacking |= text | history
        _put(files, root, out, lacking - parts)
        _put(files, root, out, report)
        gone = there.keys() - parts - text - report
        if old := [f"{root}/{path}" for path in gone if path.partition("/")[0] in _OURS]:
            files.rm(old)
    return is_new or bool(lacking)


def _parts(out: Path) -> set[str]:
    """The parts of the corpus in a folder; none if there is no manifest, or one that cannot be read."""
    try:
        return {part["path"] for part in read_manifest(out)["parts"]}
    except CorpusError:
        return set()


def _within(out: Path, name: str) -> set[str]:
    return {path.relative_to(out).as_posix() for path in (out / name).rglob("*") if path.is_file()}


def _sizes(files: Any, root: str) -> dict[str, int]:
    """The files below a path, with their sizes in bytes."""
    return {path.removeprefix(f"{root}/"): found["size"] for path, found in files.find(root, detail=True).items()}


def _lacking(out: Path, paths: set[str], there: Mapping[str, int]) -> set[str]:
    """Which files that lie here are missing there, or have another size."""
    return {path for path in paths if (out / path).is_file() and there.get(path) != (out / path).stat().st_size}


def _put(files: Any, root: str, out: Path, paths: set[str]) -> None:
    if paths:
        files.put([str(out / path) for path in paths], [f"{root}/{path}" for path in paths])


def download(address: str) -> Path:
    """A folder with the corpus at an address, and its report; parts that are there already are not fetched again.

    Raises:
        CorpusError: if there is no corpus at the address.
    """
    out, _ = places(address)
    out.mkdir(parents=True, exist_ok=True)
    go_on_from(address, out)
    parts = [part["path"] for part in read_manifest(out)["parts"]]
    with _files(address) as (files, root):
        report = [path.removeprefix(f"{root}/") for path in files.find(f"{root}/report")]
        missing = [path for path in parts if not (out / path).exists()] + report
        files.get([f"{root}/{path}" for path in missing], [str(out / path) for path in missing])
    return out


@contextmanager
def _files(address: str) -> Iterator[tuple[Any, str]]:
    """The file system of an address, and the path of the corpus in it."""
    try:
        files, root = fsspec.core.url_to_fs(address)
        files.invalidate_cache()
        yield files, root.rstrip("/")
    except CorpusError:
        raise
    except Exception as error:  # each file system of fsspec has errors of its own
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
        message = f"{address}: cannot be used ({reason}); check the address and your rights to it, and run again."
        raise CorpusError(message) from error
