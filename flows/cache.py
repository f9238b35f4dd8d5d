"""Finished work, kept under a hash of what it was made from.

A run that is repeated, or follows one that was killed, finds here what was finished, and does only what is new. An
entry is a folder that appears whole or not at all; one whose files are not what was written, as after a power failure,
is made again.
"""

import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b, file_digest, sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from uuid import uuid4

from xxhash import xxh3_64

_DRAFTS = "drafts"
_CHECKSUMS = "checksums.json"  # of the files of an entry, written last
AGAIN = "again"  # a file in an entry that says that the next run had better make it anew


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of finished work."""

    folder: Path

    def made(
        self,
        kind: str,
        key: str,
        make: Callable[[Path], None],
        holds: Callable[[Path], bool] = lambda _: True,
    ) -> Path:
        """The folder of a piece of work, which is done now if it was not done before.

        Args:
            kind: what sort of work it is.
            key: hash of everything that the result depends on.
            make: writes the result into the folder it is given.
            holds: whether what was done before, in the folder it is given, is still right.
        """
        path = self.folder / kind / key
        old = _inode(path)
        if (path / AGAIN).exists() or not is_whole(path) or not holds(path):
            draft = self.folder / _DRAFTS / uuid4().hex
            draft.mkdir(parents=True)
            make(draft)  # which may use what still holds of the old
            files = [path for path in draft.rglob("*") if path.is_file()]
            checksums = {path.relative_to(draft).as_posix(): _checksum(path) for path in files}
            (draft / _CHECKSUMS).write_text(json.dumps(checksums))
            path.parent.mkdir(exist_ok=True)
            if old and _inode(path) == old:
                shutil.rmtree(path)
            try:
                draft.rename(path)
            except OSError:
                if not path.exists():  # else another attempt was faster
                    raise
                shutil.rmtree(draft)
        return path

    def tidy(self) -> None:
        """Take away what a run that was killed left unfinished."""
        shutil.rmtree(self.folder / _DRAFTS, ignore_errors=True)

    def keep_only(self, used: Iterable[Path]) -> None:
        """Take away what the run did not need."""
        wanted = set(used)
        for kind in [path for path in self.folder.iterdir() if path.is_dir()]:
            for path in kind.iterdir():
                if path not in wanted:
                    shutil.rmtree(path, ignore_errors=True)

    def clear(self) -> None:
        """Take everything away."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _inode(path: Path) -> int | None:
    """What tells one folder from another that has its name."""
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, xxh3_64).hexdigest()


def is_whole(entry: Path, *names: str) -> bool:
    """Whether there is an entry, and its files, or those that are named, hold what was written."""
    try:
        checksums: dict[str, str] = json.loads((entry / _CHECKSUMS).read_bytes())
        return all(_checksum(entry / name) == checksums[name] for name in names or checksums)
    except (OSError, ValueError, TypeError, KeyError):
        return False


def key_of(*parts: object) -> str:
    """A hash of some values, which must be written the same whenever they are the same."""
    return sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def key_of_bytes(*parts: object, of: bytes = b"") -> bytes:
    """The same as 16 bytes, for very many values, one of which may be bytes."""
    return blake2b(repr(parts).encode("utf-8", "surrogatepass") + b"\0" + of, digest_size=16).digest()


@cache
def code() -> str:
    """A hash of the program itself: of every file of our three packages."""
    digest = sha256()
    for package in ("cleaners", "expectations", "flows"):
        for path in _all_files(files(package)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _all_files(folder: Traversable) -> Iterable[Traversable]:
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.is_dir():
            yield from _all_files(path) if path.name != "__pycache__" else ()
        else:
            yield path
