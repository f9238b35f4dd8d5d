"""The cleaners in order, one pass after the other, until none of them has anything to say."""

from cleaners.blocks import Block, blocks, remember_rest
from cleaners.boilerplate import remove_boilerplate
from cleaners.captions import remove_repeated_captions
from cleaners.characters import compose_characters, normalize_characters
from cleaners.document import Document
from cleaners.edits import Ledger, Step, apply
from cleaners.knowledge import Knowledge
from cleaners.layout import tidy_layout
from cleaners.leftover import remove_leftover_markup
from cleaners.marked import remove_marked
from cleaners.metadata import harvest_metadata
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
CLEANERS = [cleaner.__name__ for cleaner in PIPELINE]  #: their names, in order
TAKE_LINES = frozenset(CLEANERS[-5:])  #: those that take lines, with white space round them, and nothing else
_SEE_LINES = frozenset(CLEANERS[-5:-1])  # and not the white space round them
_MOST_PASSES = 100  # two or three are usual


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
        for place, cleaner in enumerate(PIPELINE):
            name = CLEANERS[place]
            seen = blocks(document.text) if name in _SEE_LINES else document.text
            if settled.get(name) == seen:
                continue
            if edits := tuple(cleaner(document, knowledge)):
                text = apply(document.text, edits)
                if name in TAKE_LINES:
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
