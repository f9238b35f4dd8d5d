"""The ways to repair mojibake, of which the surest goes first; `mojibake` says which."""

import re
from collections.abc import Iterator, Sequence, Set
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from cleaners.edits import Edit, Step, apply, smallest
from cleaners.mojibake_encodings import CANDIDATE, ENCODINGS, UNIT, is_suspect, lines_with, suspect_lines
from cleaners.mojibake_letters import surprise
from cleaners.mojibake_losses import WIDE, repair_losses
from cleaners.mojibake_quotes import repair_quotes
from cleaners.mojibake_stretches import is_senseless, repair_stretches
from cleaners.signs import signs

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

# All in bits: by how much a proposal must make the text less surprising.
_NEEDED_OF_FTFY = 24
_LEAST_NEEDED_OF_FTFY = 8

_FEWEST_WORDS = 3  # of a text in which a letter that became U+FFFD can be told
_LONG = 10_000  # characters, more than any paragraph has
_MOST_STEPS = 5  # a text that still changes is senseless, and stays as it came

_FTFY_CODECS = {"latin-1": "iso-8859-1", "macroman": "mac-roman", "cp437": "ibm437"}  # the others it names as we do
_WHOLE = re.compile(
    rb"(?: [\x00-\x7f] | %b | [\xc2-\xf4] [\x80-\xbf]{0,2} [\x1a?\x20] [\x80-\xbf]{0,2} )*+" % UNIT, re.VERBOSE
)
_FOLLOWER = f"[{re.escape(''.join(ENCODINGS[0].symbols[:0x40]))}]"
#: What "à" became before a no-break space that became a space, and Han and Hangul with such a space in them.
_SMALL_A = "ГĂ√├"
_LEFT_BY_SPACE = re.compile(f"[{_SMALL_A}] |[ä-í](?: {_FOLLOWER}|{_FOLLOWER} )")
_WORD = re.compile("[A-Za-z0-9]+")  # which ftfy leaves as it is
_UNSPACED = "\u0e00-\u109f\u1780-\u17ff\u3000-\u9fff"  # scripts that leave no space between words
_SPACED_WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")
_WORDS_AND_END = re.compile("[A-Za-z0-9]+|$")
_C1_CONTROL = re.compile(
    r"""[\x80\x82-\x8c\x8e\x91-\x9c\x9e\x9f]    # a character in Windows-1252
        (?: (?<! \x85 ) | (?= [ "'\x94] | $ ) )  # an ellipsis, not a line end
        (?<! [\x80-\x9f\xc2-\xdf] . ) (?! [\x80-\x84\x86-\x93\x95-\xbf] )  # not what is left of mojibake
    """,
    re.VERBOSE,
)


_Line = tuple[int, str]  #: where it starts in the text, and how it reads


def repaired(source: str) -> tuple[str, list[Step]]:
    """The repaired text, and the repairs, each of which is proposed for what the one before it leaves.

    Args:
        source: a text that `is_suspect`.
    """
    text = source
    steps: list[Step] = []
    while edits := _next_edits(text, source, steps):
        if len(steps) == _MOST_STEPS:
            return source, []
        text = apply(text, edits)
        steps.append(Step("repair_mojibake", edits))
    return text, steps


def _next_edits(text: str, source: str, steps: Sequence[Step]) -> tuple[Edit, ...]:
    """The edits of the first way that finds any; the surest comes first."""
    suspects = suspect_lines(text) if "suspect" in signs(text) else ()
    lines = [line for line in suspects if len(line[1]) <= _LONG or not is_senseless(line[1][:_LONG])]
    repaired = [edit for step in steps for edit in step.edits if edit.before != "â"]  # which says little of letters
    if steps and not lines and _may_be_left_by_space(text, repaired):
        lines = list(lines_with(_LEFT_BY_SPACE, text))
    if not lines:
        return tuple(repair_quotes(text))
    is_short = "\ufffd" in text and len(list(islice(_SPACED_WORD.finditer(text), _FEWEST_WORDS))) < _FEWEST_WORDS
    return (
        tuple(repair_losses(lines, repaired, is_short) if steps else ())
        or tuple(repair_stretches(lines))
        or tuple(repair_losses(lines, (), is_short) if not steps else ())
        or tuple(_repair_by_ftfy(lines, text, source, {edit.rule for edit in repaired}))
        or tuple(_repair_c1_controls(lines))
        # What would be found if the text came as it is now:
        or tuple(repair_losses(lines, (), is_short) if steps else ())
        or tuple(repair_quotes(text))
    )


def _may_be_left_by_space(text: str, repaired: Sequence[Edit]) -> bool:
    is_left = any(lead in text and f"{lead} " in text for lead in _SMALL_A)  # two characters take long to find
    return is_left or any(WIDE.search(edit.after) for edit in repaired)


def _repair_by_ftfy(lines: Sequence[_Line], text: str, source: str, rules: Set[str]) -> Iterator[Edit]:
    """What ftfy makes of a line as it came, or as it is now, if that is better than what we have made of it."""
    if not (lines := [line for line in lines if len(line[1]) <= _LONG and (text != source or is_suspect(line[1]))]):
        return
    from ftfy import fix_encoding_and_explain  # a tenth of a second, which clean text need not pay

    source_lines = source.split("\n")
    number = end = 0  # of the line, and where the one before it started
    needed = _NEEDED_OF_FTFY if text == source else _LEAST_NEEDED_OF_FTFY
    for start, line in lines:
        number, end = number + text.count("\n", end, start), start
        came = source_lines[number]
        for candidate in dict.fromkeys((came, line)):
            if not (CANDIDATE.search(line) if candidate == line else _may_be_better(came, line, rules)):
                continue
            fixed, explanation = fix_encoding_and_explain(candidate, ftfy_config())
            codec = next((step[1] for step in explanation or () if step[0] == "encode"), "mixed")
            rule = f"mojibake/{_FTFY_CODECS.get(codec, codec.removeprefix('sloppy-'))}"
            edits = [smallest(*change, rule) for change in _changes(line, fixed)] if fixed != line else ()
            if edits and sum([_gain(line, edit) for edit in edits]) >= (needed if candidate == line else 1):
                for edit in edits:
                    yield edit._replace(start=start + edit.start)
                break


def _may_be_better(came: str, line: str, rules: Set[str]) -> bool:
    """Whether ftfy may make more of a line as it came: it came as mojibake as a whole, in which single bytes were lost.

    Where such a byte is U+FFFD, so is what ftfy makes of its letter; not if most such letters are repaired.
    """
    if 2 * line.count("\ufffd") < came.count("\ufffd"):
        return False
    encodings = [encoding for encoding in ENCODINGS if f"mojibake/{encoding.name}" in {*rules, "mojibake/windows-1252"}]
    came = came.replace("\ufffd", "\x1a")
    return any(_WHOLE.fullmatch(encoding.encode(came)) for encoding in encodings)


def _changes(line: str, fixed: str) -> Iterator[tuple[int, str, str]]:
    """Where a line reads otherwise than another, what it reads, and what the other reads."""
    if _WORD.findall(line) != _WORD.findall(fixed):
        yield 0, line, fixed
        return
    end = fixed_end = 0
    for word, same in zip(_WORDS_AND_END.finditer(line), _WORDS_AND_END.finditer(fixed), strict=True):
        before, after = line[end : word.start()], fixed[fixed_end : same.start()]
        if before != after:
            yield end, before, after
        end, fixed_end = word.end(), same.end()


def _gain(line: str, edit: Edit) -> int:
    """By how many bits an edit makes a line less surprising."""
    start, end = "  " + line[max(0, edit.start - 2) : edit.start], line[edit.end : edit.end + 2]
    return surprise(edit.before + end, start) - surprise(edit.after + end, start)


@cache
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
