"""The cleaners in order, and `clean`, which runs them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cleaners.blocks import Block, blocks, remember_rest
from cleaners.boilerplate import remove_boilerplate
from cleaners.captions import remove_repeated_captions
from cleaners.characters import compose_characters, normalize_characters
from cleaners.document import Cleaned, Document
from cleaners.edits import Ledger, Step, apply
from cleaners.knowledge import Knowledge
from cleaners.language import languages_of
from cleaners.layout import tidy_layout
from cleaners.leftover import remove_leftover_markup
from cleaners.marked import remove_marked
from cleaners.metadata import describe, harvest_metadata
from cleaners.mojibake import repair_mojibake
from cleaners.signs import inherit, signs
from cleaners.site import remove_site_lines

PIPELINE = (
    remove_marked,  # first: its offsets are those of the page's own lines
    remove_leftover_markup,  # `&Atilde;&copy;` is mojibake only once its entities are characters
    repair_mojibake,  # before all others: it needs the characters exactly as the wrong decoding left them
    normalize_characters,  # before any pattern looks at words: one kind of space, line end and quotation mark
    compose_characters,  # after the invisible characters that kept letter and accent apart are gone
    remove_boilerplate,  # before captions and metadata, which look at neighbours
    remove_repeated_captions,
    harvest_metadata,
    remove_site_lines,  # after metadata: a byline that stands on many pages is still a byline
    tidy_layout,  # last: the lines that went leave their blank lines behind
)
_NAMES = [cleaner.__name__ for cleaner in PIPELINE]
_TAKE_LINES = frozenset(_NAMES[-5:])  # and white space round them, and nothing else
_SEE_LINES = frozenset(_NAMES[-5:-1])  # and not the white space round them
_MOST_PASSES = 10
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
    languages = iter(languages_of([text for text, metadata, _ in cleaned if not metadata.language]))
    return [
        Cleaned(text, metadata if metadata.language else replace(metadata, language=next(languages)), ledger)
        for text, metadata, ledger in cleaned
    ]


def edit(document: Document, knowledge: Knowledge) -> tuple[str, Ledger]:
    """The clean text and the ledger alone.

    The cleaners run until none of them has anything to say: what one takes away can bring to the edge of the text what
    another takes. So cleaning a clean text changes nothing. Whoever had nothing to say is not asked again about the
    same text or, if that is all it looks at, the same lines.
    """
    ledger: list[Step] = []
    settled: dict[str, str | tuple[Block, ...]] = {}  # the text or lines about which each cleaner has nothing to say
    for _ in range(_MOST_PASSES):
        n_steps = len(ledger)
        for name, cleaner in zip(_NAMES, PIPELINE, strict=True):
            seen = blocks(document.text) if name in _SEE_LINES else document.text
            if settled.get(name) == seen:
                continue
            if edits := tuple(cleaner(document, knowledge)):
                text = apply(document.text, edits)
                if name in _TAKE_LINES:
                    inherit(text, document.text)
                    remember_rest(text, document.text, edits)
                elif name == normalize_characters.__name__ and "special" not in signs(document.text):
                    inherit(text, document.text, "typographic")
                document = Document(text, document.id, document.source, document.metadata)
                ledger.append(Step(name, edits))
            else:
                settled[name] = seen
        if len(ledger) == n_steps:
            return document.text, tuple(ledger)
    raise RuntimeError(f"the text does not settle in {_MOST_PASSES} passes; please report it with the text")
