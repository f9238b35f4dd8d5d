"""The rule book: what page furniture looks like, as data that a non-programmer can review.

A rule file is TOML. Each rule has an id, a pattern, where it may act, why it exists, and examples of what it removes
and of what it leaves:

    [[rule]]
    id      = "cookie-banner/continue-browsing"
    pattern = '''^by continuing to (browse|use) (our|this) (web)?site,? you (agree|consent)\\b'''
    where   = "edge"
    why     = "Consent text that extraction leaves as a paragraph of its own."
    removes = ["By continuing to browse our site you agree to our use of cookies."]
    leaves  = ["“By continuing to use the site you agree to the new rules,” the minister told the workers."]

A pattern may be spread over several lines, whose white space at either end does not count. It is matched against one
line of the text, without regard to case, by RE2, whose time is linear in the text whoever wrote
the pattern. Look-around and back-references do not exist there.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import re2

BUILTIN = Path(str(files("cleaners"))) / "rules"
_START = re.compile(r"\s*\[\[\s*rule\s*\]\]")
_BEYOND_RE2 = re.compile(r"(?<!\\)(?:\\\\)*(?:\\[1-9]|\(\?(?:[=!]|<[=!]|P=))")
LONGEST_LINE = 1_000  # characters; no furniture is longer, and hostile lines cost nothing
_BOUNDS = (160, 400, LONGEST_LINE)  # to which the length of a rule's examples is rounded up
_FIELDS = {"id": str, "pattern": str, "where": str, "why": str, "removes": list, "leaves": list}


class RuleError(ValueError):
    """A rule file that cannot be used; the message names the file, the rule and the way out."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One named piece of page furniture."""

    id: str  #: "family/name"
    pattern: str  #: RE2 syntax, matched against one line without regard to case
    where: str  #: "anywhere", "edge" (no prose between it and the start or end), or "near:<rule id or family>"
    why: str
    removes: tuple[str, ...]  #: texts of which the rule removes at least a line
    leaves: tuple[str, ...]  #: texts of which the rule removes nothing

    @property
    def family(self) -> str:
        """The kind of furniture."""
        return self.id.partition("/")[0]

    @property
    def longest(self) -> int:
        """Characters of the longest line that it takes: three times its longest example, so that no pattern roams."""
        lines = [line for text in self.removes for line in text.split("\n")]
        return next(bound for bound in _BOUNDS if bound >= min(3 * max(map(len, lines)), _BOUNDS[-1]))


@dataclass(frozen=True, slots=True, eq=False)  # a book is itself, and its automaton is built once
class RuleBook:
    """All rules of a run, in order."""

    rules: tuple[Rule, ...] = ()

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __getitem__(self, rule_id: str) -> Rule:
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    @property
    def sha256(self) -> str:
        """A fingerprint of the whole book, as hexadecimal digits."""
        return hashlib.sha256(repr(self.rules).encode()).hexdigest()


@cache
def builtin() -> RuleBook:
    """The rule book that comes with Cleancopy."""
    return load([])


def load(folders: Iterable[Path]) -> RuleBook:
    """The built-in rules and those of every `*.toml` file in the given folders, whose examples are tried out.

    Raises:
        RuleError: if a file is not a rule file, two rules have the same id, or a rule fails its own examples.
    """
    entries: dict[str, _Entry] = {}
    for folder in [BUILTIN, *folders]:
        if folder.is_file():
            raise RuleError(f"{folder}: is a file; name the folder that it lies in.")
        paths = sorted(folder.glob("*.toml"))
        if not paths:
            raise RuleError(f"{folder}: no rule files (*.toml) here; name a folder that has some.")
        for path in paths:
            for entry in _read(path):
                if folder != BUILTIN:  # whose patterns and examples are tests of ours
                    _compile(entry)
                if entry.rule.id in entries:
                    first = entries[entry.rule.id]
                    raise RuleError(f"{entry.place}: has this id already at {first.place}; give this one another.")
                entries[entry.rule.id] = entry
    book = RuleBook(tuple(entry.rule for entry in entries.values()))
    known = {rule.id for rule in book} | {rule.family for rule in book}
    for entry in entries.values():
        where = entry.rule.where
        if where.startswith("near:") and where.removeprefix("near:") not in known:
            raise RuleError(f"{entry.place}: where = {where!r} names no rule or family of the rule book.")
        if entry.path.parent != BUILTIN:
            _try_examples(entry, book)
    return book


class _Entry(NamedTuple):
    rule: Rule
    path: Path
    line: int

    @property
    def place(self) -> str:
        return f"{self.path}, line {self.line}: rule {self.rule.id}"


def _compile(entry: _Entry) -> None:
    quiet = re2.Options()
    quiet.log_errors = False
    try:
        re2.compile(entry.rule.pattern, quiet)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        raise RuleError(f"{entry.place}: the pattern does not compile: {reason}.") from None


def _try_examples(entry: _Entry, book: RuleBook) -> None:
    from cleaners.boilerplate import failing_examples  # which needs the rules to be read
    from cleaners.knowledge import Knowledge

    for text in failing_examples(entry.rule, Knowledge(book)):
        does = "leaves what it should remove" if text in entry.rule.removes else "removes what it should leave"
        raise RuleError(f"{entry.place}: {does}: {text!r}; mend the pattern or the example.")


def _read(path: Path) -> Iterator[_Entry]:
    try:
        text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text).get("rule")
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}.") from error
    except ValueError as error:  # TOML or UTF-8
        raise RuleError(f"{path}: not valid TOML: {error}.") from error
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise RuleError(f"{path}: has no [[rule]] entries; CONTRIBUTING.md shows their form.")
    starts = [number for number, line in enumerate(text.split("\n"), 1) if _START.match(line)]
    if len(starts) != len(tables):  # written in another way than rule by rule
        starts = [1] * len(tables)
    for line, table in zip(starts, tables, strict=True):
        yield _Entry(_check(f"{path}, line {line}: rule {table.get('id') or 'without an id'}", table), path, line)


def _check(place: str, table: dict[str, Any]) -> Rule:
    for field, kind in _FIELDS.items():
        if not isinstance(table.get(field), kind) or not table[field]:
            raise RuleError(f"{place}: needs {field!r} as a non-empty {'list' if kind is list else 'text'}.")
        if kind is list and not all(isinstance(example, str) and example for example in table[field]):
            raise RuleError(f"{place}: {field!r} holds what is not a text.")
    if unknown := table.keys() - _FIELDS:
        raise RuleError(f"{place}: does not know the field {min(unknown)!r}; its fields are {', '.join(_FIELDS)}.")
    if "/" not in table["id"]:
        raise RuleError(f"{place}: an id has the form family/name.")
    if table["where"] not in ("edge", "anywhere") and not table["where"].startswith("near:"):
        raise RuleError(f"{place}: 'where' is edge, anywhere or near:<rule id or family>.")
    pattern = "".join(map(str.strip, table["pattern"].splitlines()))
    if _BEYOND_RE2.search(pattern):
        raise RuleError(f"{place}: the pattern needs back-references or look-around, which take more than linear time.")
    return Rule(table["id"], pattern, table["where"], table["why"], tuple(table["removes"]), tuple(table["leaves"]))
