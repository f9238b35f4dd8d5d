"""Sources: folders and files of text or HTML, found, put in order, and read one at a time."""

import codecs
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from cleaners.document import Document
from flows import CleancopyError

TEXT_SUFFIXES = frozenset({".txt"})
PAGE_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
CORPUS_MARK = ".cleancopy"  # a file that says that the folder is an output of ours
_LONGEST_NAME = 240  # bytes; file systems allow 255
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


class IntakeError(CleancopyError):
    """A source that cannot be used at all; one sentence: what, where, what to do."""


class UnreadableDocument(Exception):  # noqa: N818  it is a finding about one document, not a failure of the run
    """A document that cannot be read; `check` is the stable id of the reason."""

    def __init__(self, check: str, reason: str) -> None:
        super().__init__(reason)
        self.check = check


@dataclass(frozen=True, slots=True, order=True)
class SourceFile:
    """One document's file."""

    id: str  #: path relative to its source, with forward slashes: the same on every machine
    source: str  #: the same with the name of the source before it
    path: Path
    size: int  #: bytes
    text_name: str = ""  #: name of its readable text in the corpus; no two documents share one


@dataclass(frozen=True, slots=True)
class Raw:
    """A document as read, with the fingerprint of its bytes."""

    document: Document
    sha256: str


def find(sources: Sequence[str], out: Path | None = None) -> tuple[list[SourceFile], list[Path]]:
    """All documents of the sources in the order of their ids, and what is left alone.

    A folder gives every `.txt` and `.html` file below it; a file is taken whatever its name. With several sources, ids
    start with the name of theirs. Hidden files, links to folders and corpora that Cleancopy wrote are left alone.

    Args:
        sources: folders and files.
        out: folder of the corpus to be, which no source may lie in.

    Raises:
        IntakeError: if a source does not exist or lies in `out`, two share a name, or there is no document at all.
    """
    files: list[SourceFile] = []
    others: list[Path] = []
    names: set[str] = set()
    for source in sources:
        root = Path(source)
        if not source or not root.exists():
            raise IntakeError(f"{source or 'an empty path'}: no such file or folder; check the path.")
        if out and root.resolve().is_relative_to(out.resolve()):
            raise IntakeError(f"{source}: lies in the output folder {out}; choose another folder with --out.")
        name = root.resolve().name
        if name in names:
            raise IntakeError(
                f"{source}: another source is called {name!r} too; rename one, ids are made from the name."
            )
        names.add(name)
        for path in _walk(root, out, others):
            if path != root and path.suffix.lower() not in TEXT_SUFFIXES | PAGE_SUFFIXES:
                others.append(path)
                continue
            relative = _printable(path.relative_to(root).as_posix())
            full = name if path == root else f"{name}/{relative}"
            short = name if path == root else relative
            files.append(SourceFile(full if len(sources) > 1 else short, full, path, path.lstat().st_size))
    if not files:
        kinds = ", ".join(sorted(TEXT_SUFFIXES | PAGE_SUFFIXES))
        raise IntakeError(
            f"{', '.join(sources)}: no documents here; name a file, or a folder with files that end in {kinds}."
        )
    files.sort()
    return [
        replace(file, text_name=text_name) for file, text_name in zip(files, _text_names(files), strict=True)
    ], others


def _walk(root: Path, out: Path | None, others: list[Path]) -> Iterator[Path]:
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
        others += left_alone
        folders[:] = [path.name for path in visible if path not in left_alone]
        yield from (Path(folder, name) for name in sorted(names) if not name.startswith("."))


def _refuse(error: OSError) -> None:
    raise IntakeError(f"{error.filename}: cannot be listed ({error.strerror}); check its permissions.")


def _printable(path: str) -> str:
    """The path as Unicode: bytes that are not UTF-8 are spelled out, and so are backslashes, to keep them apart."""
    return os.fsencode(path.replace("\\", r"\\")).decode("utf-8", "backslashreplace")


def _text_names(files: Sequence[SourceFile]) -> Iterator[str]:
    """A name for each document's readable text: its id, with some of its hash where that is taken or too long."""
    ids = {file.id for file in files} | {str(parent) for file in files for parent in PurePosixPath(file.id).parents}
    for file in files:
        name = file.id if file.id.endswith(".txt") else f"{file.id}.txt"
        folder, slash, last = name.rpartition("/")
        if (name != file.id and name in ids) or len(last.encode()) > _LONGEST_NAME:
            short = last.removesuffix(".txt").encode()[: _LONGEST_NAME // 2].decode("utf-8", "ignore")
            name = f"{folder}{slash}{short}.{hashlib.sha256(file.id.encode()).hexdigest()[:12]}.txt"
        yield name


def read(file: SourceFile) -> Raw:
    """One document.

    Raises:
        UnreadableDocument: if the file cannot be opened or is not text.
    """
    try:
        if not stat.S_ISREG(file.path.stat().st_mode):
            raise UnreadableDocument("intake/unreadable", "It is not a regular file.")
        data = file.path.read_bytes()
    except OSError as error:
        raise UnreadableDocument("intake/unreadable", f"The file cannot be read: {error.strerror}.") from error
    document = Document(decode(data), file.id, file.source)
    if file.path.suffix.lower() in PAGE_SUFFIXES:
        from cleaners.markup import read_page  # lxml and Beautiful Soup take longer to import than all the rest

        document = read_page(document)
    return Raw(document, hashlib.sha256(data).hexdigest())


def decode(data: bytes) -> str:
    """Text of the bytes: UTF-16 if they start with its mark, else UTF-8; the mark stays, for the ledger to remove.

    Raises:
        UnreadableDocument: if the bytes are not text.
    """
    encoding = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in data:
        raise UnreadableDocument("intake/not-text", f"It is not text: byte {data.index(0)} is zero.")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        wrong = f"byte {error.start} is 0x{data[error.start]:02x}"
        raise UnreadableDocument("intake/not-text", f"It is not {encoding.upper()} text: {wrong}.") from error
