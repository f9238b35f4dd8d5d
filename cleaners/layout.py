"""White space round the lines: no trailing spaces, at most one blank line in a row, one line end at the end."""

import re
from collections.abc import Iterable, Iterator

from cleaners.document import Document
from cleaners.edits import Edit, smallest
from cleaners.knowledge import Knowledge

_UNTIDY = re.compile(r"\n(?:(?<=[^\S\n]\n)|\n\n)")  # starts with the line end, which is fast to find
# White space with a line end in it. The look-behind keeps a long run of spaces from being tried at each of its places.
_BREAK = re.compile(r"(?<!\s)\s*\n\s*")


def tidy_layout(document: Document, knowledge: Knowledge) -> Iterable[Edit]:  # noqa: ARG001  all cleaners are alike
    """Blank lines and line ends, once all other cleaners have taken their lines out.

    Paragraphs stay separated as the source had them, by a line end or by a blank line, and keep their indentation.

    >>> from cleaners.edits import apply
    >>> text = "\\n Title \\n\\n\\n\\nFirst.\\nSecond."
    >>> apply(text, tidy_layout(Document(text), Knowledge()))
    ' Title\\n\\nFirst.\\nSecond.\\n'
    """
    text = document.text
    body = text.rstrip()
    for run in _untidy_breaks(body):
        found = run[0]
        n_line_ends = found.count("\n")
        indentation = found[found.rfind("\n") + 1 :]
        tidy = "\n" * (min(n_line_ends, 2) if run.start() else 0) + indentation
        if tidy != found:
            kind = "trailing-spaces" if tidy.count("\n") == n_line_ends else "blank-lines"
            yield smallest(run.start(), found, tidy, f"layout/{kind}")
    end, final = text[len(body) :], "\n" if body else ""
    if end != final:
        yield smallest(len(body), end, final, "layout/final-line-end")


def _untidy_breaks(body: str) -> Iterator[re.Match[str]]:
    """The white space between two lines, wherever some of it may have to go."""
    end = 0
    if body[:1].isspace() and (run := _BREAK.match(body)):
        yield run
        end = run.end()
    while untidy := _UNTIDY.search(body, end):
        start = end + len(body[end : untidy.start()].rstrip())
        if run := _BREAK.match(body, start):
            yield run
        end = run.end() if run else untidy.end()
