"""Text in, edits out: repair, normalization and stripping of scraped text, with a ledger that undoes it all."""

# ruff: noqa: E402  imports are found where the first of them says
from cleaners.compiled import folders

__path__[:0] = folders()

from cleaners.document import Cleaned, Document, Metadata
from cleaners.edits import Change, Edit, EditError, Step, apply, compose, locate, revert, trace
from cleaners.knowledge import Knowledge
from cleaners.pipeline import PIPELINE, clean, clean_many
from cleaners.rules import Rule, RuleBook, RuleError

__all__ = [
    "PIPELINE",
    "Change",
    "Cleaned",
    "Document",
    "Edit",
    "EditError",
    "Knowledge",
    "Metadata",
    "Rule",
    "RuleBook",
    "RuleError",
    "Step",
    "apply",
    "clean",
    "clean_many",
    "compose",
    "locate",
    "revert",
    "trace",
]
