"""`clean`, which runs the cleaners and describes what is left."""

from collections.abc import Iterable, Iterator, Sequence

from cleaners.document import Cleaned, Document, Metadata
from cleaners.knowledge import Knowledge
from cleaners.language import languages_of
from cleaners.metadata import describe
from cleaners.passes import PIPELINE, edit

__all__ = ["PIPELINE", "clean", "clean_many", "edit"]

_BATCH = 64  # documents
_BATCH_LENGTH = 1 << 19  # characters


def clean(document: Document | str, knowledge: Knowledge | None = None, *, html: bool = False) -> Cleaned:
    """The clean text of an article, its metadata, and the ledger of every change.

    Args:
        document: an article, or its text alone.
        knowledge: rule book and settings; those that come with Cleancopy by default.
        html: whether the text is an HTML page; the ledger then starts at the page's visible lines.

    >>> result = clean("Lithuania’s Dovil\u00c4\u2014 Sakaliene")
    >>> result.text
    "Lithuania's Dovilė Sakaliene\\n"
    >>> result.revert()
    'Lithuania’s DovilÄ— Sakaliene'

    Raises:
        TypeError: if it is neither; bytes have to be decoded first.
    """
    if isinstance(document, str):
        document = Document(document)
    if not isinstance(document, Document):
        raise TypeError(f"clean: takes a Document or its text as str, not {type(document).__name__}.")
    if html:
        from cleaners.markup import read_page  # lxml and Beautiful Soup take longer to import than all the rest

        document = read_page(document)
    return _clean([document], knowledge or Knowledge())[0]


def clean_many(documents: Iterable[Document], knowledge: Knowledge | None = None) -> Iterator[Cleaned]:
    """What `clean` makes of each document, in order; faster, since the languages of several are told at once.

    >>> [result.text for result in clean_many([Document("Riga\\xa0"), Document("Vilnius “now”")])]
    ['Riga\\n', 'Vilnius "now"\\n']
    """
    knowledge = knowledge or Knowledge()
    batch: list[Document] = []
    size = 0
    for document in documents:
        if batch and (len(batch) == _BATCH or size + len(document.text) > _BATCH_LENGTH):
            yield from _clean(batch, knowledge)
            batch, size = [], 0
        batch.append(document)
        size += len(document.text)
    yield from _clean(batch, knowledge)


def _clean(documents: Sequence[Document], knowledge: Knowledge) -> list[Cleaned]:
    cleaned = []
    for document in documents:
        text, ledger = edit(document, knowledge)
        cleaned.append((text, describe(document, text, ledger), ledger))
    untold = [(text, metadata) for text, metadata, _ in cleaned if not metadata["language"]]
    for (_, metadata), language in zip(untold, languages_of([text for text, _ in untold]), strict=True):
        metadata["language"] = language
    return [Cleaned(text, Metadata(**metadata), ledger) for text, metadata, ledger in cleaned]
