"""The cleaners in order, and `clean`, which runs them."""

from dataclasses import replace

from cleaners.boilerplate import remove_boilerplate
from cleaners.captions import remove_repeated_captions
from cleaners.characters import compose_characters, normalize_characters
from cleaners.document import Cleaned, Document
from cleaners.edits import Ledger, Step, apply
from cleaners.knowledge import Knowledge
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
_TAKE_LINES = PIPELINE[-5:]  # and white space behind them, and nothing else
_MOST_PASSES = 10


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
    """
    if isinstance(document, str):
        document = Document(document)
    if html:
        from cleaners.markup import read_page  # lxml and Beautiful Soup take longer to import than all the rest

        document = read_page(document)
    text, ledger = edit(document, knowledge or Knowledge())
    return Cleaned(text, describe(document, text, ledger), ledger)


def edit(document: Document, knowledge: Knowledge) -> tuple[str, Ledger]:
    """The clean text and the ledger alone.

    The cleaners run until none of them has anything to say: what one takes away can bring to the edge of the text what
    another takes. So cleaning a clean text changes nothing. Whoever had nothing to say is not asked again about the
    same text.
    """
    ledger: list[Step] = []
    settled: dict[str, str] = {}  # the text about which each cleaner has nothing to say
    for _ in range(_MOST_PASSES):
        n_steps = len(ledger)
        for cleaner in PIPELINE:
            if settled.get(cleaner.__name__) == document.text:
                continue
            if edits := tuple(cleaner(document, knowledge)):
                text = apply(document.text, edits)
                if cleaner in _TAKE_LINES or (
                    cleaner is normalize_characters and "special" not in signs(document.text)
                ):
                    inherit(text, document.text)
                document = replace(document, text=text, furniture=())
                ledger.append(Step(cleaner.__name__, edits))
            else:
                settled[cleaner.__name__] = document.text
        if len(ledger) == n_steps:
            return document.text, tuple(ledger)
    raise RuntimeError(f"the text does not settle in {_MOST_PASSES} passes; please report it with the text")
