"""The units of work: batches, which are read in one go, and shards, in which what was read is cleaned and published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Literal

from expectations.verdicts import Reason
from flows.cache import Cache
from flows.earlier import Earlier
from flows.intake import Portion


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of the sources that is read in one go."""

    portions: tuple[Portion, ...]
    shard_bytes: int
    cache: Cache
    earlier: Earlier


@dataclass(frozen=True, slots=True)
class Shard:
    """Some of the documents, as read and, later, as cleaned."""

    read: Path  #: folder of its batch
    piece: int  #: its place in the batch
    number: int = 0  #: its place in the corpus
    renamed: tuple[tuple[int, str, Reason | None], ...] = ()
    """Row and another id of documents whose id another has; with the reason if that keeps them out of the corpus."""
    cleaned: Path = Path()  #: folder of what became of it

    @property
    def raw(self) -> Path:
        """Folder of the documents as read."""
        return self.read / f"{self.piece:05}"

    @property
    def survey(self) -> Path:
        """The lines of its documents, by site."""
        return self.read / f"{self.piece:05}.npy"

    @property
    def documents(self) -> Path:
        """Folder of what became of each document, with its ledger and its measurements."""
        return self.cleaned / "documents"

    @property
    def hashes(self) -> Path:
        """File of numbers of 64 bits: a hash of each text and, band after band, the sketches."""
        return self.cleaned / "hashes"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge says of a run, or of a shard of it."""

    quarantine: Mapping[str, tuple[Reason, ...]]  #: by document id
    duplicates: Mapping[str, str]  #: id of the original by id of the copy
    failures: tuple[Reason, ...]  #: why nothing may be published
    counts: Mapping[str, int]
    drops_duplicates: bool = False  #: whether copies are set aside
    shown: frozenset[str] | None = None  #: ids of the documents that the report shows, if not all

    def of(self, document_id: str) -> Literal["published", "quarantined", "duplicate"]:
        """The verdict on one document."""
        if document_id in self.quarantine:
            return "quarantined"
        return "duplicate" if document_id in self.duplicates else "published"

    def on(self, ids: Sequence[str]) -> "Verdict":
        """The verdict on some documents, by id."""
        return replace(
            self,
            quarantine={name: self.quarantine[name] for name in ids if name in self.quarantine},
            duplicates={name: self.duplicates[name] for name in ids if name in self.duplicates},
            shown=None if self.shown is None else self.shown.intersection(ids),
        )


def batches(portions: Iterable[Portion], shard_bytes: int, cache: Cache, earlier: Earlier) -> list[Batch]:
    """The portions, in their order, in batches of about the size of a shard."""
    found: list[list[Portion]] = []
    size = 0
    for portion in portions:
        if not found or ends(
            f"{portion.file.id}\0{portion.start}", portion.size, size, shard_bytes // 2, 2 * shard_bytes
        ):
            found.append([])
            size = 0
        found[-1].append(portion)
        size += portion.size
    return [Batch(tuple(batch), shard_bytes, cache, earlier) for batch in found]


def ends(next_id: str, next_size: int, size: int, least: int, most: int) -> bool:
    """Whether a shard, which is to have a size from `least` to `most`, ends before the next document.

    The id of the next one decides, so that behind a document that is new or gone the shards are soon the same as
    before.
    """
    if size < least:
        return False
    share = int.from_bytes(sha256(next_id.encode()).digest()[:8], "big") / 2**64
    return size >= most or share < 3 * next_size / (most - least)
