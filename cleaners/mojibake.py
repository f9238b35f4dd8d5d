"""Mojibake repaired by evidence: text that was decoded with the wrong encoding, and reads like "DovilÄ—".

Proposals are all stretches that are valid UTF-8 when they are encoded back. A proposal is accepted if it makes the
text much less surprising, letter by letter; other repairs of the same encoding in the text lower what is asked. What is
left goes to the losses (`mojibake_losses`) and, if it still looks bad, to ftfy, whose proposals are judged likewise.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from cleaners.document import Document
from cleaners.edits import Edit, Step, apply, compose, smallest
from cleaners.knowledge import Knowledge
from cleaners.mojibake_encodings import CANDIDATE, ENCODINGS, Encoding, is_suspect, suspect_lines
from cleaners.mojibake_letters import surprise
from cleaners.mojibake_losses import repair_losses
from cleaners.signs import signs

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

# All in bits: by how much a proposal must make the text less surprising.
_NEEDED = 8
_LEAST_NEEDED = -2  # where many others of the same encoding are accepted
_NEEDED_OF_FTFY = 24
_LEAST_NEEDED_OF_FTFY = 8

_BONUS_OF_MAIN_ENCODING = 24
_OTHERS_PER_BIT = 10  # so much evidence elsewhere lowers what is needed by one bit
_MOST_AGAINST = -30  # what one senseless proposal can say against its encoding
_SIGN_INSTEAD_OF_LETTER = 8
_SIGN_ON_ITS_OWN = 30
_POSSESSIVE = 4  # "Ã’s" may be an article on mojibake
_FORMULA = 12
_THREE_FOR_ONE = 11  # three characters that make one letter are rarely chance
_OF_SCIENCE = frozenset("αβγδεκλμπσω")
_GREEK_OF_SCIENCE = 3  # as in "IL2Rγc", a word that no table has
_CAPITALS = 6  # "DĹŽKA" is a good Slovak word
_MANY_CHARACTERS = 12  # beyond ASCII, in a line that may be mojibake as a whole
_SAMPLE = 8  # words by which such a line is judged
_MOST_STEPS = 4  # a text that still changes is senseless, and stays as it came
_CONTEXT = 2  # characters on either side that are judged with a proposal

_FTFY_CODECS = {"latin-1": "iso-8859-1", "macroman": "mac-roman", "cp437": "ibm437"}  # the others it names as we do
_LINE_DRAWING = frozenset("─│┌┐└┘├┤┬┴┼═║╔╗╚╝╠╣╦╩╬")
_ISLAND = re.compile("[^\x00-\x7f]+")
_NOT_MEANT = re.compile("[\x80-\x9f\ue000-\uf8ff]")
_C1_CONTROL = re.compile(
    r"""(?<![\x80-\x9f\xc2-\xdf])                                       # not what is left of mojibake
        ( [\x80\x82-\x84\x86-\x8c\x8e\x91-\x9c\x9e\x9f]                 # a character in Windows-1252
        | \x85 (?= [ "'\x94] | $ ) )                                    # an ellipsis, not a line end
        (?! [\x80-\x84\x86-\x93\x95-\xbf] )""",
    re.VERBOSE,
)


class _Proposal(NamedTuple):
    gain: int  #: bits by which the text gets less surprising
    start: int
    before: str
    after: str
    encodings: tuple[Encoding, ...]  #: those that read it alike


_Line = tuple[int, str]  #: where it starts in the text, and how it reads


def repair_mojibake(document: Document, knowledge: Knowledge) -> Iterable[Edit]:  # noqa: ARG001  all cleaners are alike
    """The repairs that a text needs, each as small as the damage, with a rule that names the encoding.

    >>> list(repair_mojibake(Document("Lithuania’s DovilÄ— Sakaliene"), Knowledge()))
    [Edit(start=17, before='Ä—', after='ė', rule='mojibake/windows-1252')]
    >>> list(repair_mojibake(Document("MACHALÍ — the RETWEET SE VOCÊ… of JOSÉ™"), Knowledge()))
    []
    """
    text = document.text
    if "mojibake" not in signs(text) or not is_suspect(text):
        return ()
    steps: list[Step] = []
    while edits := _next_edits(text, steps):
        if len(steps) == _MOST_STEPS:
            return ()
        text = apply(text, edits)
        steps.append(Step("repair_mojibake", edits))
    if len(steps) == 1:
        return steps[0].edits
    changes = compose(document.text, steps)
    return [smallest(change.source_start, change.before, change.after, change.rules[0]) for change in changes]


def repair(text: str) -> str:
    """The text with its mojibake repaired and nothing else touched.

    >>> repair("Lithuania’s Defense Minister DovilÄ— Sakaliene warned")
    'Lithuania’s Defense Minister Dovilė Sakaliene warned'
    """
    return apply(text, repair_mojibake(Document(text), Knowledge())) if is_suspect(text) else text


def _next_edits(text: str, steps: Sequence[Step]) -> tuple[Edit, ...]:
    """The edits of the first way that finds any; the surest comes first."""
    lines = list(suspect_lines(text))
    if not lines:
        return ()
    repaired = [edit for step in steps for edit in step.edits]
    return (
        tuple(_repair_stretches(lines))
        or tuple(repair_losses(lines, repaired))
        or tuple(_repair_by_ftfy(lines, _LEAST_NEEDED_OF_FTFY if steps else _NEEDED_OF_FTFY))
        or tuple(_repair_c1_controls(lines))
        or tuple(repair_losses(lines, ()) if steps else ())  # what would be found if the text came as it is now
    )


def _repair_stretches(lines: Sequence[_Line]) -> Iterator[Edit]:
    proposals = [proposal for start, line in lines for proposal in _proposals(start, line)]
    evidence = dict.fromkeys(ENCODINGS, 0)
    for proposal in proposals:
        for encoding in proposal.encodings:
            evidence[encoding] += max(proposal.gain, _MOST_AGAINST)
    main = max(ENCODINGS, key=evidence.__getitem__)

    def is_accepted(proposal: _Proposal) -> bool:
        others = max(evidence[encoding] for encoding in proposal.encodings) - max(proposal.gain, _MOST_AGAINST)
        return proposal.gain >= max(_LEAST_NEEDED, _NEEDED - others // _OTHERS_PER_BIT)

    def rank(proposal: _Proposal) -> tuple[int, int]:
        return -proposal.gain - _BONUS_OF_MAIN_ENCODING * (main in proposal.encodings), proposal.start

    taken: set[int] = set()
    edits: list[Edit] = []
    for proposal in sorted(filter(is_accepted, proposals), key=rank):
        span = range(proposal.start, proposal.start + len(proposal.before))
        if taken.isdisjoint(span):
            taken.update(span)
            encoding = main if main in proposal.encodings else proposal.encodings[0]
            rule = f"mojibake/{encoding.name}"
            edits.append(smallest(proposal.start, proposal.before, proposal.after, rule))
    yield from sorted(edits, key=lambda edit: edit.start)


def _proposals(offset: int, line: str) -> Iterator[_Proposal]:
    if whole := list(_proposals_for_whole(offset, line)):
        yield from whole
        return
    for island in CANDIDATE.finditer(line):
        for (start, stretch, readings), encodings in _stretches(island[0]):
            start += island.start()
            end = start + len(stretch)
            before, after = line[max(0, start - _CONTEXT) : start], line[end : end + _CONTEXT]
            if _LINE_DRAWING.issuperset(stretch) and not any(map(str.isalpha, before[-1:] + after[:1])):
                continue  # a corner of a table
            now = surprise(stretch + after, "  " + before)
            is_possessive = stretch[-1] == "’" and after.startswith("s ")
            is_upper = stretch.isalpha() and stretch.isupper() and (before + after).isupper()
            is_formula = stretch in ("√π", "√Ω")
            penalty = _POSSESSIVE * is_possessive + _CAPITALS * is_upper + _FORMULA * is_formula
            gain, meant = max(
                (now - surprise(meant + after, "  " + before) - penalty - _penalty(before, meant, after), meant)
                for meant in readings
            )
            yield _Proposal(gain, offset + start, stretch, meant, encodings)


def _proposals_for_whole(offset: int, line: str) -> Iterator[_Proposal]:
    """Proposals for a line of which every character beyond ASCII is mojibake; they share the evidence."""
    islands = list(_ISLAND.finditer(line))
    if sum(len(island[0]) for island in islands) < _MANY_CHARACTERS:
        return
    readings: dict[str, tuple[Encoding, ...]] = {}
    for encoding in ENCODINGS:
        if encoding.line.fullmatch(line):
            for reading in _readings(line, encoding):
                readings[reading] = (*readings.get(reading, ()), encoding)
    if readings:
        words = [island[0] for island in islands]
        gain, best = max((_gain(words, _ISLAND.findall(reading)), reading) for reading in readings)
        if gain >= _NEEDED:
            for island, meant in zip(islands, _ISLAND.findall(best), strict=True):
                yield _Proposal(gain, offset + island.start(), island[0], meant, readings[best])


def _gain(words: Sequence[str], meant: Sequence[str]) -> int:
    """By how many bits a word is less surprising in its other reading; the first few speak for all."""
    return (surprise(" ".join(words[:_SAMPLE])) - surprise(" ".join(meant[:_SAMPLE]))) // min(_SAMPLE, len(words))


_Stretch = tuple[int, str, tuple[str, ...]]  #: start, characters, readings


@lru_cache(maxsize=1 << 14)
def _stretches(island: str) -> tuple[tuple[_Stretch, tuple[Encoding, ...]], ...]:
    """The stretches in a run of characters that are not ASCII, each with the encodings that read it alike."""
    found: dict[_Stretch, tuple[Encoding, ...]] = {}
    for encoding in ENCODINGS:
        for match in encoding.stretch.finditer(island):
            if readings := tuple(_readings(match[0], encoding)):
                stretch = (match.start(), match[0], readings)
                found[stretch] = (*found.get(stretch, ()), encoding)
    whole = tuple(item for item in found.items() if item[0][1] == island)
    return whole or tuple(found.items())


def _readings(stretch: str, encoding: Encoding) -> Iterator[str]:
    """What is meant by a stretch, and by that in turn where it is mojibake of mojibake."""
    again: Encoding | None = encoding
    while again:
        stretch = again.decode(stretch)
        if not _NOT_MEANT.search(stretch):
            yield stretch
        if not CANDIDATE.search(stretch):
            return
        again = next((other for other in (again, *ENCODINGS) if other.line.fullmatch(stretch)), None)


def _penalty(before: str, meant: str, after: str) -> int:
    """What is held against a reading that is a Latin-1 sign: one lead character before it is all it takes."""
    if meant in _OF_SCIENCE and before[-1:].isascii():
        return -_GREEK_OF_SCIENCE
    if (last := max(meant)) > "\xff":
        return -_THREE_FOR_ONE if min(meant) >= "\u1e00" and last < "\u2e80" else 0
    if any(map(str.isalpha, meant)):
        return 0
    touches_a_word = any(map(str.isalnum, before[-1:] + after[:1]))
    return _SIGN_INSTEAD_OF_LETTER if touches_a_word else _SIGN_ON_ITS_OWN


def _repair_by_ftfy(lines: Sequence[_Line], needed: int) -> Iterator[Edit]:
    if not (lines := [line for line in lines if is_suspect(line[1])]):
        return
    from ftfy import fix_and_explain, is_bad  # a tenth of a second, which clean text need not pay

    for start, line in lines:
        if is_bad(line):
            fixed, explanation = fix_and_explain(line, ftfy_config())
            if fixed != line and surprise(line) - surprise(fixed) >= needed:
                codec = next((step[1] for step in explanation or () if step[0] == "encode"), "mixed")
                name = _FTFY_CODECS.get(codec, codec.removeprefix("sloppy-"))
                yield smallest(start, line, fixed, f"mojibake/{name}")


def ftfy_config() -> "TextFixerConfig":
    """Encoding steps only; the other cleaners do the rest, each with edits of its own."""
    from ftfy import TextFixerConfig

    return TextFixerConfig(
        unescape_html=False,
        remove_terminal_escapes=False,
        fix_encoding=True,
        restore_byte_a0=True,
        replace_lossy_sequences=True,
        decode_inconsistent_utf8=True,
        fix_c1_controls=False,
        fix_latin_ligatures=False,
        fix_character_width=False,
        uncurl_quotes=False,
        fix_line_breaks=False,
        fix_surrogates=True,
        remove_control_chars=False,
        normalization=None,
        max_decode_length=1_000_000,
        explain=True,
    )


def _repair_c1_controls(lines: Sequence[_Line]) -> Iterator[Edit]:
    for start, line in lines:
        for match in _C1_CONTROL.finditer(line):
            meant = match[0].encode("latin-1").decode("windows-1252")
            yield Edit(start + match.start(), match[0], meant, "mojibake/c1-controls")
