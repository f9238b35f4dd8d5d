"""What a page's markup says is no part of its article."""

from collections.abc import Iterable

from cleaners.document import Document
from cleaners.edits import Edit
from cleaners.knowledge import Knowledge


def remove_marked(document: Document, knowledge: Knowledge) -> Iterable[Edit]:  # noqa: ARG001  all cleaners are alike
    """The lines that reading the page has marked, while the text is still the page's.

    >>> document = Document("Home\\nIt rained.\\n", furniture=(Edit(0, "Home\\n", "", "markup/navigation"),))
    >>> [edit.before for edit in remove_marked(document, Knowledge())]
    ['Home\\n']
    """
    return document.furniture
