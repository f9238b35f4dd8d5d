"""Sources: folders and files of text or HTML, found, put in order, and read one at a time."""

import codecs
import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cleaners.document import Document
from flows import CleancopyError

TEXT_SUFFIXES = frozenset({".txt"})
PAGE_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
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


@dataclass(frozen=True, slots=True)
class Raw:
    """A document as read, with the fingerprint of its bytes."""

    document: Document
    sha256: str


def find(sources: Sequence[str]) -> tuple[list[SourceFile], list[Path]]:
    """All documents of the sources in the order of their ids, and the files that are no documents.

    A folder gives every `.txt` and `.html` file below it; a file is taken whatever its name. With several sources, ids
    start with the name of theirs.

    Raises:
        IntakeError: if a source does not exist, two share a name, or there is no document in all of them.
    """
    files: list[SourceFile] = []
    others: list[Path] = []
    names: set[str] = set()
    for source in sources:
        root = Path(source)
        if not root.exists():
            raise IntakeError(f"{source}: no such file or folder; check the path.")
        name = root.resolve().name
        if name in names:
            raise IntakeError(
                f"{source}: another source is called {name!r} too; rename one, ids are made from the name."
            )
        names.add(name)
        for path in _walk(root):
            if path != root and path.suffix.lower() not in TEXT_SUFFIXES | PAGE_SUFFIXES:
                others.append(path)
                continue
            relative = os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")
            full = name if path == root else f"{name}/{relative}"
            short = name if path == root else relative
            files.append(SourceFile(full if len(sources) > 1 else short, full, path, path.lstat().st_size))
    if not files:
        kinds = ", ".join(sorted(TEXT_SUFFIXES | PAGE_SUFFIXES))
        raise IntakeError(
            f"{', '.join(sources)}: no documents here; name a file, or a folder with files that end in {kinds}."
        )
    return sorted(files), sorted(others)


def _walk(root: Path) -> Iterable[Path]:
    """Every file below a folder but hidden ones; links to folders are not followed, so that there are no loops."""
    if not root.is_dir():
        yield root
        return
    for folder, folders, names in os.walk(root, onerror=_refuse):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (Path(folder, name) for name in names if not name.startswith("."))


def _refuse(error: OSError) -> None:
    raise IntakeError(f"{error.filename}: cannot be listed ({error.strerror}); check its permissions.")


def read(file: SourceFile) -> Raw:
    """One document.

    Raises:
        UnreadableDocument: if the file cannot be opened or is not text.
    """
    try:
        data = file.path.read_bytes()
    except OSError as error:
        raise UnreadableDocument("intake/unreadable", f"The file cannot be read: {error.strerror}.") from error
    document = Document(_decode(data), file.id, file.source)
    if file.path.suffix.lower() in PAGE_SUFFIXES:
        from cleaners.markup import read_page  # Beautiful Soup takes longer to import than all the rest

        document = read_page(document)
    return Raw(document, hashlib.sha256(data).hexdigest())


def _decode(data: bytes) -> str:
    """UTF-16 if the bytes start with its mark, else UTF-8; the mark stays, so that the ledger records its removal."""
    encoding = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\0" in data:
        raise UnreadableDocument("intake/not-text", f"The file is not text: byte {data.index(0)} is zero.")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        wrong = f"byte {error.start} is 0x{data[error.start]:02x}"
        raise UnreadableDocument("intake/not-text", f"The file is not {encoding.upper()} text: {wrong}.") from error
