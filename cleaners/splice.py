"""Edits carried out and undone: the inner loops of `edits`, apart from it so that they can be compiled."""

from collections.abc import Iterable

_Edit = tuple[int, str, str, str]  #: start, before, after, rule


def splice(text: str, edits: Iterable[_Edit]) -> str | None:
    """The text with all edits carried out, or nothing if one does not fit.

    >>> splice("a b", [(1, " ", "_", "")]), splice("ab", [(1, " ", "_", "")])
    ('a_b', None)
    """
    pieces: list[str] = []
    position = 0
    for start, before, after, _ in edits:
        end = start + len(before)
        if start < position or end > len(text) or text[start:end] != before:
            return None
        pieces += text[position:start], after
        position = end
    pieces.append(text[position:])
    return "".join(pieces)


def unsplice(text: str, edits: Iterable[_Edit]) -> str | None:
    """The text of which `splice` made this one, or nothing if an edit does not fit.

    >>> unsplice("a_b", [(1, " ", "_", "")])
    'a b'
    """
    pieces: list[str] = []
    position = shift = 0
    for own_start, before, after, _ in edits:
        start = own_start + shift
        end = start + len(after)
        if start < position or end > len(text) or text[start:end] != after:
            return None
        pieces += text[position:start], before
        position = end
        shift += len(after) - len(before)
    pieces.append(text[position:])
    return "".join(pieces)
