"""What a run is asked to do."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from cleaners import Knowledge
from cleaners.rules import builtin, load
from flows.intake import Fields


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run is asked to do."""

    sources: tuple[str, ...]
    out: Path
    rules: tuple[Path, ...] = ()  #: folders with rule files beside the built-in ones
    quotes: Literal["straight", "keep"] = "straight"
    fields: Fields = field(default_factory=Fields)  #: those of records that are not to be guessed
    duplicates: Literal["keep", "drop"] = "keep"  #: whether copies stay in the corpus, with the ids of their originals
    fresh: bool = False  #: whether to do everything again
    address: str = ""  #: where the corpus is put when it is made, if not in `out` alone
    shard_bytes: int = 8_000_000  #: of text, about, that are worked on in one go

    @property
    def target(self) -> str:
        """Where readers find the corpus."""
        return self.address or str(self.out)

    def knowledge(self) -> Knowledge:
        """What the cleaners may know before the corpus is surveyed."""
        return Knowledge(load(self.rules) if self.rules else builtin(), self.quotes)
