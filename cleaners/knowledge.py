"""What a cleaner may know beyond the text in front of it."""

from dataclasses import dataclass, field
from typing import Literal

from cleaners.rules import RuleBook, builtin
from cleaners.site import SiteLines


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything that a run knows beyond single texts; frozen, so that every worker knows the same."""

    rules: RuleBook = field(default_factory=builtin)
    quotes: Literal["straight", "keep"] = "straight"  #: whether quotation marks are made straight
    site_lines: SiteLines = field(default_factory=SiteLines)  #: what the sites of the corpus repeat
