"""What was found out about the last few texts, since several cleaners ask the same about one."""

from typing import Generic, TypeVar

_MOST = 4  # texts

Found = TypeVar("Found")


class Recent(Generic[Found]):
    """What is known of a few texts; they are compared and not hashed, which would take as long as to read them.

    >>> lengths = Recent[int]()
    >>> lengths.remember("Riga", 4), lengths.get("Riga"), lengths.get("Rome")
    (4, 4, None)
    """

    def __init__(self) -> None:
        self._found: tuple[tuple[str, Found], ...] = ()

    def get(self, text: str) -> Found | None:
        """What is known of the text, or None."""
        for known, found in self._found:
            if known is text or known == text:
                return found
        return None

    def remember(self, text: str, found: Found) -> Found:
        """Know it of the text, too, and forget the oldest."""
        self._found = ((text, found), *self._found[: _MOST - 1])
        return found
