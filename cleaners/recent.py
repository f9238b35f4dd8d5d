"""What was found out about the last few texts, since several cleaners ask the same about one."""

from typing import Generic, TypeVar

_MOST = 4  # texts

Found = TypeVar("Found")


class Recent(Generic[Found]):
    """What is known of a few texts.

    >>> lengths = Recent[int]()
    >>> lengths.remember("Riga", 4), lengths.get("Riga"), lengths.get("Oslo")
    (4, 4, None)
    """

    def __init__(self) -> None:
        self._found: dict[str, Found] = {}
        self.get = self._found.get

    def remember(self, text: str, found: Found) -> Found:
        """Know it of the text, too, and forget the oldest."""
        while len(self._found) >= _MOST:
            self._found.pop(next(iter(self._found)), None)
        self._found[text] = found
        return found
