"""Sources: the files of folders, globs and addresses, found and put in order."""

import glob
import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import fsspec
from fsspec.utils import glob_translate

from flows import CleancopyError


class Kind(StrEnum):
    """What a file holds: one document, or records that are a document each."""

    TEXT = "text"
    PAGE = "page"
    JSONL = "jsonl"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"
    WARC = "warc"

    @property
    def is_one_document(self) -> bool:
        """Whether the whole file is one document."""
        return self in (Kind.TEXT, Kind.PAGE)


KINDS = {
    ".txt": Kind.TEXT,
    ".md": Kind.TEXT,
    ".html": Kind.PAGE,
    ".htm": Kind.PAGE,
    ".xhtml": Kind.PAGE,
    ".jsonl": Kind.JSONL,
    ".ndjson": Kind.JSONL,
    ".json": Kind.JSON,
    ".csv": Kind.CSV,
    ".tsv": Kind.CSV,
    ".parquet": Kind.PARQUET,
    ".warc": Kind.WARC,
    ".wet": Kind.WARC,
}
_ABOUT_THE_FOLDER = frozenset({"readme.md", "license.md"})  # no articles, unless they are named
PACKED = frozenset({".gz", ".zst", ".bz2"})
CORPUS_MARK = ".cleancopy"  # a file that says that the folder is an output of ours
_LONGEST_NAME = 240  # bytes; file systems allow 255
_LONGEST_PATH = 2_000  # bytes below the output folder; Linux allows 4,095 in all


class IntakeError(CleancopyError):
    """A source that cannot be used at all; one sentence: what, where, what to do."""


@dataclass(frozen=True, slots=True, order=True)
class SourceFile:
    """One file of a source."""

    id: str  #: path relative to its source, with forward slashes: the same on every machine
    source: str  #: the same with the name of the source before it
    address: str  #: where to open it: a path or an address
    size: int  #: bytes
    version: str = ""  #: changes when the file does: its time, or what its server calls its version
    kind: Kind | None = None  #: None if its name does not say
    text_name: str = ""  #: name of its readable text in the corpus; no two documents share one

    @property
    def is_local(self) -> bool:
        """Whether it lies in this machine's file system."""
        return is_local(self.address)

    @property
    def is_named(self) -> bool:
        """Whether it is a source of its own, not found in a folder."""
        return "/" not in self.source


def is_local(address: str) -> bool:
    """Whether an address is a path.

    >>> is_local("articles/one.txt"), is_local("s3://bucket/articles")
    (True, False)
    """
    return "://" not in address


def kind_of(name: str) -> Kind | None:
    """What a file holds by its name.

    >>> kind_of("a.jsonl.gz"), kind_of("b.HTML"), kind_of("c.png")
    (<Kind.JSONL: 'jsonl'>, <Kind.PAGE: 'page'>, None)
    """
    path = PurePosixPath(name.lower())
    return KINDS.get(PurePosixPath(path.stem).suffix if path.suffix in PACKED else path.suffix)


def find(sources: Sequence[str], out: Path | None = None) -> tuple[list[SourceFile], list[str]]:
    """All files of the sources in the order of their ids, and what is left alone.

    A folder gives every file below it whose name says that it holds text, pages or records; a file is taken whatever
    its name; a pattern such as `in/**/*.html` gives what it matches. With several sources, ids start with the name of
    theirs. Hidden files, links to folders and corpora that Cleancopy wrote are left alone, but a corpus may be a source
    of its own, which means the documents of it.

    Args:
        sources: folders, files, patterns, and addresses that fsspec knows, such as `s3://bucket/articles`.
        out: folder of the corpus to be, which no source may lie in.

    Raises:
        IntakeError: if a source does not exist or lies in `out`, two share a name, or there is no document at all.
    """
    files: list[SourceFile] = []
    others: list[str] = []
    names: set[str] = set()
    for source in sources:
        root, found = _local(source, out, others) if is_local(source) else _remote(source)
        name = PurePosixPath(root).name or urlsplit(source).hostname or root
        if name in names:
            raise IntakeError(
                f"{source}: another source is called {name!r} too; rename one, ids are made from the name."
            )
        names.add(name)
        for file, is_named in found:
            kind = kind_of(file.address)
            is_article = kind and PurePosixPath(file.id).name.lower() not in _ABOUT_THE_FOLDER
            if not is_article and not is_named:
                others.append(file.address)
                continue
            full = f"{name}/{file.id}" if file.id else name
            short = file.id or name
            files.append(replace(file, id=full if len(sources) > 1 else short, source=full, kind=kind))
    if not files:
        suffixes = ", ".join(sorted(KINDS))
        raise IntakeError(
            f"{', '.join(sources)}: no documents here; name a file, or a folder with files that end in {suffixes}."
        )
    files.sort()
    return [
        replace(file, text_name=text_name) for file, text_name in zip(files, _text_names(files), strict=True)
    ], others


def _local(source: str, out: Path | None, others: list[str]) -> tuple[str, Iterable[tuple[SourceFile, bool]]]:
    """The root of a local source, and its files, with an id relative to the root, "" for the root itself."""
    root = Path(source)
    matches = None
    if source and not root.exists() and glob.has_magic(source):
        plain = [part for part in root.parts if not glob.has_magic(part)]
        root = Path(*plain[: next(i for i, part in enumerate(root.parts) if glob.has_magic(part))])
        matches = sorted(_matching(source, root, out))
    if not source or not root.exists():
        raise IntakeError(f"{source or 'an empty path'}: no such file or folder; check the path.")
    if out and root.resolve().is_relative_to(out.resolve()):
        raise IntakeError(f"{source}: lies in the output folder {out}; choose another folder with --out.")
    if (root / CORPUS_MARK).exists() and (root / "documents").is_dir():
        matches = sorted((root / "documents").glob("*.parquet"))
    walked = _walk(root, out, others) if matches is None else iter(matches)
    return str(root.resolve()), _local_files(walked, root)


def _matching(pattern: str, root: Path, out: Path | None) -> Iterator[Path]:
    """The files below a folder that match a pattern, but for what lies behind links to folders."""
    if "**" in pattern:
        try:
            is_match = re.compile(glob_translate(os.path.normpath(pattern))).match
        except ValueError as error:
            raise IntakeError(f"{pattern}: '**' stands for folders; write it between two '/'.") from error
        yield from (path for path in _walk(root, out, []) if is_match(path.as_posix()))
    else:
        for path in map(Path, glob.glob(pattern)):  # noqa: PTH207  that of pathlib wants root and pattern apart
            folders = path.parents[: -len(root.parents) - 1]
            if not path.is_dir() and not any(map(Path.is_symlink, folders)):
                yield path


def _local_files(paths: Iterable[Path], root: Path) -> Iterator[tuple[SourceFile, bool]]:
    for path in paths:
        try:
            facts = size_and_version(str(path))
        except FileNotFoundError:  # it has gone since it was found
            continue
        relative = "" if path == root else _printable(path.relative_to(root).as_posix())
        yield SourceFile(relative, relative, str(path), *facts), path == root


def size_and_version(path: str) -> tuple[int, str]:
    """The size in bytes and the version of a local file; a link has those of its target, and changes with it.

    Raises:
        OSError: if there is no such path; a link that leads nowhere has a version of its own.
    """
    status = os.lstat(path)
    times = [status.st_mtime_ns]
    if stat.S_ISLNK(status.st_mode):
        with suppress(OSError):  # it leads nowhere, which whoever reads it will say
            status = os.stat(path)  # noqa: PTH116  addresses are strings
            times.append(status.st_mtime_ns)
    return status.st_size, " ".join(map(str, times))


def _walk(root: Path, out: Path | None, others: list[str]) -> Iterator[Path]:
    """Every file below a folder, in order; what is not entered is added to the others."""
    if not root.is_dir():
        yield root
        return
    for folder, folders, names in os.walk(root, onerror=_refuse):
        visible = [Path(folder, name) for name in sorted(folders) if not name.startswith(".")]
        left_alone = [
            path
            for path in visible
            if path.is_symlink() or (path / CORPUS_MARK).exists() or (out and path.resolve() == out.resolve())
        ]
        others += map(str, left_alone)
        folders[:] = [path.name for path in visible if path not in left_alone]
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def _refuse(error: OSError) -> None:
    raise IntakeError(f"{error.filename}: cannot be listed ({error.strerror}); check its permissions.")


def _remote(source: str) -> tuple[str, Iterable[tuple[SourceFile, bool]]]:
    """The same for an address."""
    try:
        files, root = fsspec.core.url_to_fs(source)
        if glob.has_magic(root) and urlsplit(source).scheme not in ("http", "https"):  # where ? begins a query
            prefix = root[: min(root.index(sign) for sign in "*?[" if sign in root)].rpartition("/")[0]
            return prefix, _remote_files(files, prefix, files.glob(root, detail=True))
        found = files.find(root, detail=True)
        if f"{root.rstrip('/')}/{CORPUS_MARK}" in found:  # a corpus as a source means the documents of it
            found = {path: facts for path, facts in found.items() if path.removeprefix(root).startswith("/documents/")}
        return root, _remote_files(files, root, found or {root: files.info(root)})
    except Exception as error:  # each file system of fsspec has errors of its own
        if isinstance(error.__cause__, OSError):  # a connection that failed, which fsspec calls a file that is missing
            raise IntakeError(f"{source}: cannot be reached; check the address and the network.") from error
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
        if isinstance(error, FileNotFoundError):
            reason = "no such file or folder"
        raise IntakeError(f"{source}: cannot be read ({reason}); check the address.") from error


def _remote_files(files: Any, root: str, found: dict[str, dict[str, Any]]) -> Iterator[tuple[SourceFile, bool]]:
    for path, facts in sorted(found.items()):
        if facts.get("type") == "directory":
            continue
        relative = path.removeprefix(root).strip("/")
        version = str(
            facts.get("ETag") or facts.get("mtime") or facts.get("LastModified") or facts.get("created") or ""
        )
        address = files.unstrip_protocol(path)
        yield SourceFile(relative, relative, address, facts.get("size") or 0, version), path == root


def _printable(path: str) -> str:
    """The path as Unicode: bytes that are not UTF-8 are spelled out, and so are backslashes, to keep them apart."""
    return os.fsencode(path.replace("\\", r"\\")).decode("utf-8", "backslashreplace")


def _text_names(files: Sequence[SourceFile]) -> Iterator[str]:
    """A name for each document's readable text: its id, with some of its hash where that is taken, too long or unsafe.

    A name that would lead out of the folder, or of which a folder has too long a name, is unsafe.
    """
    ids = {file.id for file in files} | {str(parent) for file in files for parent in PurePosixPath(file.id).parents}
    for file in files:
        name = file.id if file.id.endswith(".txt") else f"{file.id}.txt"
        folder, slash, last = name.rpartition("/")
        is_unsafe = len(name.encode()) > _LONGEST_PATH or any(
            part in (".", "..", "") or len(part.encode()) > _LONGEST_NAME for part in name.split("/")[:-1]
        )
        if is_unsafe or (name != file.id and name in ids) or len(last.encode()) > _LONGEST_NAME:
            short = last.removesuffix(".txt").encode()[: _LONGEST_NAME // 2].decode("utf-8", "ignore")
            name = f"{short}.{hashlib.sha256(file.id.encode()).hexdigest()[:12]}.txt"
            name = name if is_unsafe else f"{folder}{slash}{name}"
        yield name


def is_regular(file: SourceFile) -> bool:
    """Whether a local file is neither a pipe nor a device; others are taken on trust."""
    return not file.is_local or stat.S_ISREG(os.stat(file.address).st_mode)  # noqa: PTH116  addresses are strings
