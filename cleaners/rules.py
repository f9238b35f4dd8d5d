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
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import re2

BUILTIN = Path(__file__).parent / "rules"
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


@dataclass(frozen=True, slots=True)
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
    """The built-in rules and those of every `*.toml` file in the given folders.

    Raises:
        RuleError: if a file is not a rule file, or two rules have the same id.
    """
    rules: dict[str, Rule] = {}
    for folder in [BUILTIN, *folders]:
        if folder.is_file():
            raise RuleError(f"{folder}: is a file; name the folder that it lies in.")
        paths = sorted(folder.glob("*.toml"))
        if not paths:
            raise RuleError(f"{folder}: no rule files (*.toml) here; name a folder that has some.")
        for path in paths:
            for rule in _read(path):
                if rule.id in rules:
                    raise RuleError(f"{path}: a rule {rule.id!r} exists already; give this one another id.")
                rules[rule.id] = rule
    book = RuleBook(tuple(rules.values()))
    known = {rule.id for rule in book} | {rule.family for rule in book}
    for rule in book:
        if rule.where.startswith("near:") and rule.where.removeprefix("near:") not in known:
            raise RuleError(f"rule {rule.id!r}: where = {rule.where!r} names no rule or family of the rule book.")
    return book


def _read(path: Path) -> Iterator[Rule]:
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8")).get("rule")
    except OSError as error:
        raise RuleError(f"{path}: cannot be read: {error.strerror}.") from error
    except ValueError as error:  # TOML or UTF-8
        raise RuleError(f"{path}: not valid TOML: {error}.") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise RuleError(f"{path}: has no [[rule]] entries; CONTRIBUTING.md shows their form.")
    for number, entry in enumerate(entries, 1):
        yield _check(path, number, entry)


def _check(path: Path, number: int, entry: dict[str, Any]) -> Rule:
    name = entry.get("id") or f"number {number}"
    for field, kind in _FIELDS.items():
        if not isinstance(entry.get(field), kind) or not entry[field]:
            raise RuleError(
                f"{path}: rule {name}: needs {field!r} as a non-empty {'list' if kind is list else 'text'}."
            )
    if unknown := entry.keys() - _FIELDS:
        raise RuleError(f"{path}: rule {name}: does not know the field {min(unknown)!r}.")
    if "/" not in entry["id"]:
        raise RuleError(f"{path}: rule {name}: an id has the form family/name.")
    if entry["where"] not in ("edge", "anywhere") and not entry["where"].startswith("near:"):
        raise RuleError(f"{path}: rule {name}: 'where' is edge, anywhere or near:<rule id or family>.")
    pattern = "".join(map(str.strip, entry["pattern"].splitlines()))
    quiet = re2.Options()
    quiet.log_errors = False
    try:
        re2.compile(pattern, quiet)
    except re2.error as error:
        reason = error.args[0].decode() if isinstance(error.args[0], bytes) else error.args[0]
        raise RuleError(f"{path}: rule {name}: the pattern does not compile: {reason}.") from None
    return Rule(
        entry["id"],
        pattern,
        entry["where"],
        entry["why"],
        tuple(entry["removes"]),
        tuple(entry["leaves"]),
    )
