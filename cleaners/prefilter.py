"""What a text must hold for a pattern to match: the literals by which most rules are ruled out at a glance.

RE2 finds all literals of the rule book in one pass over a line; only the rules whose literals stand there are tried.
Source: the prefilter of RE2 (R. Cox, Regular Expression Matching with a Trigram Index, 2012), here for whole literals.
"""

import re
import warnings
from collections.abc import Iterable
from itertools import product
from re import _constants as op  # type: ignore[attr-defined]  # the parser of the standard library has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import re2

_MEMORY = 1 << 26  # bytes, at most
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

_START, _END = "\x02", "\x03"  # stand for the ends of a line
_ANCHORS = {op.AT_BEGINNING: _START, op.AT_END: _END}

_Literals = frozenset[str]
_Nodes = Iterable[tuple[Any, Any]]


class Prefilter:
    """Which of several patterns may match a line.

    >>> prefilter = Prefilter(["^share (this|on)", "cookies?$"])
    >>> prefilter.may_match(b"They share the bread.\\nWe use Cookies"), prefilter.may_match(b"They share the bread.")
    (True, False)
    >>> list(prefilter.candidates(b"We use Cookies")), list(prefilter.candidates(b"They share the bread."))
    ([1], [])
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        """
        Args:
            patterns: in RE2's syntax, to be matched without regard to case.
        """
        found = [literals(pattern) or {""} for pattern in patterns]
        self._each = _search("|".join(sorted(map(_escaped, alternatives))) for alternatives in found)
        self._any = _search(["(?m)" + "|".join(sorted(map(_escaped, set().union(*found))))])

    def may_match(self, lines: bytes) -> bool:
        """Whether any of the patterns may match one of the lines, in UTF-8."""
        return self._any.Match(lines) is not None

    def candidates(self, line: bytes) -> Iterable[int]:
        """Indices of the patterns that may match a line in UTF-8; all others do not."""
        if not self.may_match(line):  # most lines, and by an automaton of far fewer states, which RE2 makes as it goes
            return ()
        return self._each.Match(line) or ()


def _search(patterns: Iterable[str]) -> re2.Set:
    options = re2.Options()
    options.case_sensitive = False
    options.max_mem = _MEMORY
    compiled = re2.Set.SearchSet(options)
    for pattern in patterns:
        compiled.Add(pattern)
    compiled.Compile()
    return compiled


def _escaped(literal: str) -> str:
    """The pattern of a literal, at whose ends may stand an end of the line."""
    start, end = "^" * literal.startswith(_START), "$" * literal.endswith(_END)
    escaped: str = re2.escape(literal.strip(_START + _END))
    return start + escaped + end


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


def literals(pattern: str) -> _Literals | None:
    """Literals of which a text must hold at least one, in whatever case, for the pattern to match.

    The ends of the text count as characters.

    >>> sorted(literals("(share|like) this [a-z]+")), literals("[a-z]+")
    (['like this ', 'share this '], None)

    Returns:
        None where nothing can be said.
    """
    for syntax, replacement in _RE2_ONLY:
        pattern = syntax.sub(replacement, pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _required(parser.parse(pattern))
    except (re.error, OverflowError, RecursionError):  # RE2 knows some syntax that Python does not
        return None


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
    n = len(literal.strip(_START + _END + " "))
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
