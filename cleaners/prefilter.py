"""What a line must hold for a pattern to match: the literals by which most rules are ruled out at a glance.

An automaton finds all literals of the rule book in one pass; only the rules whose literals stand in a line are tried.
Sources: the prefilter of RE2 (R. Cox, Regular Expression Matching with a Trigram Index, 2012), here for whole literals;
A. Aho and M. Corasick, Efficient String Matching, 1975.
"""

import re
import warnings
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import accumulate, product
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]  # the parser of the standard library has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import orjson
from ahocorasick_rs import BytesAhoCorasick, Implementation

from cleaners.compiled import folders

_KEPT = "literals.json"
_MOST_SPELLINGS = 30  # of a piece of a pattern that are spelled out
_MOST_LITERALS = 4_000
_WIDEST_RANGE = 8  # characters of a class that are spelled out
_RE2_ONLY = (
    (re.compile(r"\\x\{([0-9a-fA-F]+)\}"), lambda match: re.escape(chr(int(match[1], 16)))),
    (re.compile(r"\\[pP](?:\{\^?\w+\}|\w)"), lambda _: r"\w"),
)

# A pattern in which classes and groups are one character each: one that takes many of any letters, or another.
_WIDE, _OTHER = "\x00", "\x01"
_CLASS = r"\[\^?\]?(?:\\.|[^\]\\])*\]"
_MANY = re.compile(
    r"""
    (?: \\[wWSpP](?:\{\w+\})?
      | \[\^ (?: \\. | [^\]\\] )* \]
      | \[ (?: \\. | [^\]\\] )* \\[wp] (?: \\. | [^\]\\] )* \]
      | (?<!\\)\. )
    [*+{]
    """,
    re.VERBOSE,
)
_ONE = re.compile(rf"\\.|{_CLASS}")
_GROUP = re.compile(r"\((?:\?:)?([^()]*)\)")
_STARTS_WIDE = re.compile(rf"\^*(?:[^{_WIDE}](?:[?*]|\{{0[^}}]*\}})\??)*{_WIDE}")

_END = "\n"  # of a line: the one before, or this
_ANCHORS = {op.AT_BEGINNING: _END, op.AT_END: _END}

_Literals = frozenset[str]
_Nodes = Iterable[tuple[Any, Any]]


class Prefilter:
    """Which of several patterns may match a line.

    >>> prefilter = Prefilter(["^share (this|on)", "cookies?$"])
    >>> prefilter.candidates("They share the bread.\\nWe use Cookies")
    {1: {1}}
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        """
        Args:
            patterns: in RE2's syntax, to be matched without regard to case.
        """
        owners = defaultdict[str, list[int]](list)
        self._always: set[int] = set()
        for index, pattern in enumerate(patterns):
            for literal in literals(pattern) or ():
                owners[literal.casefold()].append(index)
            if not literals(pattern):
                self._always.add(index)
        self._owners = list(owners.values())
        self._automaton = BytesAhoCorasick(
            [literal.encode() for literal in owners], implementation=Implementation.ContiguousNFA
        )

    def candidates(self, text: str) -> dict[int, set[int]]:
        """For lines of a text, by number, the indices of patterns that may match them; all others do not."""
        lines = f"{_END}{text}{_END}".casefold().encode("utf-8", "surrogatepass")
        found = defaultdict[int, set[int]](set)
        if hits := self._automaton.find_matches_as_indexes(lines, overlapping=True):
            starts = list(accumulate([len(line) + 1 for line in lines.split(b"\n")]))
            for literal, start, _ in hits:
                found[bisect_right(starts, start + 1) - 1].update(self._owners[literal])
        if self._always:
            for number in range(text.count("\n") + 1):
                found[number].update(self._always)
        return dict(found)


def starts_with_words(pattern: str) -> bool:
    """Whether a pattern matches only from the start of a line, and an automaton soon knows that it does not.

    A wrong yes to the second half costs time and nothing else.

    >>> starts_with_words("^(share|like) this .*"), starts_with_words("share"), starts_with_words("^.*cookies")
    (True, False, False)
    """
    bare = _ONE.sub(_OTHER, _MANY.sub(_WIDE, pattern))
    while (outer := _GROUP.sub(lambda group: _WIDE if _starts_wide(group[1]) else _OTHER, bare)) != bare:
        bare = outer
    return all(branch.startswith("^") for branch in bare.split("|")) and not _starts_wide(bare)


def _starts_wide(bare: str) -> bool:
    return any(map(_STARTS_WIDE.match, bare.split("|")))


@cache
def literals(pattern: str) -> _Literals | None:
    """Literals of which a text must hold at least one, in whatever case, for the pattern to match.

    The ends of the text count as characters.

    >>> sorted(literals("(share|like) this [a-z]+")), literals("[a-z]+")
    (['like this ', 'share this '], None)

    Returns:
        None where nothing can be said.
    """
    if pattern in (known := _kept()):
        found = known[pattern]
        return frozenset(found) if found else None
    for syntax, replacement in _RE2_ONLY:
        pattern = syntax.sub(replacement, pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _required(parser.parse(pattern))
    except (re.error, OverflowError, RecursionError):  # RE2 knows some syntax that Python does not
        return None


def keep_literals(patterns: Iterable[str], folder: Path) -> None:
    """Write the literals of some patterns into a folder: to take patterns apart is a fifth of starting to clean."""
    found = {pattern: sorted(literals(pattern) or ()) for pattern in patterns}
    (folder / _KEPT).write_bytes(orjson.dumps(found))


@cache
def _kept() -> dict[str, list[str]]:
    """The literals that `keep_literals` has left."""
    for folder in folders():
        if (path := Path(folder, _KEPT)).exists():
            kept: dict[str, list[str]] = orjson.loads(path.read_bytes())
            return kept
    return {}


def _required(nodes: _Nodes, run: set[str] | None = None) -> _Literals | None:
    """The best literals that a sequence asks for: long ones, and few.

    Args:
        nodes: the sequence.
        run: all spellings of what stands right before it.
    """
    best: _Literals | None = None
    run = run or {""}
    for code, argument in _with_ends(nodes):
        spellings = _spelled(code, argument)
        if spellings is not None and len(run) * len(spellings) <= _MOST_SPELLINGS:
            run = {before + after for before in run for after in spellings}
            continue
        best = _better(best, run)
        if spellings is None:
            best = _better(best, _required_by(code, argument, run) or ())
        run = spellings or {""}
    return _better(best, run)


def _with_ends(nodes: _Nodes) -> list[tuple[Any, Any]]:
    """The sequence, with an end of the line that follows a group in each of its branches."""
    found = list(nodes)
    if len(found) < 2 or found[-1] != (op.AT, op.AT_END) or found[-2][0] is not op.SUBPATTERN:
        return found
    *before, group, end = found
    content = list(group[1][3])
    if len(content) == 1 and content[0][0] is op.BRANCH:
        content = [(op.BRANCH, (None, [[*branch, end] for branch in content[0][1][1]]))]
    else:
        content.append(end)
    return [*before, (op.SUBPATTERN, (*group[1][:3], content))]


def _better(best: _Literals | None, found: Iterable[str]) -> _Literals | None:
    found = frozenset(found)
    if not found or not all(map(_weight, found)):
        return best
    return max(best or found, found, key=lambda literals: (min(map(_weight, literals)), -len(literals)))


def _weight(literal: str) -> int:
    """How much a literal rules out: a space or an end of the line by itself nothing, with others a little."""
    n = len(literal.strip(_END + " "))
    return n + (0 < n < len(literal))


def _required_by(code: Any, argument: Any, run: set[str]) -> _Literals | None:
    if code is op.SUBPATTERN:
        return _required(argument[3], run)
    if code in (op.MAX_REPEAT, op.MIN_REPEAT) and argument[0] >= 1:
        return _required(argument[2])
    if code is op.BRANCH:
        branches = [_required(branch, run) for branch in argument[1]]
        if all(branches) and sum(len(branch) for branch in branches if branch) <= _MOST_LITERALS:
            return frozenset(literal for branch in branches if branch for literal in branch)
    return None


def _spelled(code: Any, argument: Any) -> set[str] | None:
    """All spellings of a piece of a pattern, if they are few."""
    if code is op.LITERAL:
        return {chr(argument)}
    if code is op.AT:
        return {_ANCHORS.get(argument, "")}
    if code is op.SUBPATTERN:
        return _spelled_out(argument[3])
    if code is op.BRANCH:
        return _union(map(_spelled_out, argument[1]))
    if code is op.IN:
        return _union(map(_spelled_class, argument))
    if code in (op.MAX_REPEAT, op.MIN_REPEAT) and argument[1] is not op.MAXREPEAT and argument[1] <= 2:
        one = _spelled_out(argument[2])
        times = range(argument[0], argument[1] + 1)
        return one and _union({"".join(piece) for piece in product(one, repeat=n)} for n in times)
    return None


def _spelled_class(item: tuple[Any, Any]) -> set[str] | None:
    code, argument = item
    if code is op.LITERAL:
        return {chr(argument)}
    if code is op.RANGE and argument[1] - argument[0] < _WIDEST_RANGE:
        return {chr(symbol) for symbol in range(argument[0], argument[1] + 1)}
    return None


def _spelled_out(nodes: _Nodes) -> set[str] | None:
    found = {""}
    for code, argument in nodes:
        spellings = _spelled(code, argument)
        if spellings is None or len(found) * len(spellings) > _MOST_SPELLINGS:
            return None
        found = {before + after for before in found for after in spellings}
    return found


def _union(sets: Iterable[set[str] | None]) -> set[str] | None:
    union = set[str]()
    for spellings in sets:
        if spellings is None or len(union) + len(spellings) > _MOST_SPELLINGS:
            return None
        union |= spellings
    return union
