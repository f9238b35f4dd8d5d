"""An HTML page as the lines that a reader sees, what its markup says of them, and what its head declares."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from cleaners.document import Document
from cleaners.edits import Edit
from cleaners.markup_article import judge
from cleaners.markup_head import declared
from cleaners.markup_lines import HIDDEN, read

_SCANNED = 4096  # bytes
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_META = re.compile(rb"<meta[\s/]((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"([^\s=/>\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"']+))")
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([^\s\"';>]+)", re.IGNORECASE)


def read_page(document: Document) -> Document:
    """The page's visible lines as the document's text, with the edits that would leave the article alone.

    The ledger of a page starts with this text: all that a reader of the page could see, line by line, without scripts,
    hidden elements and the like. `Document.furniture` has what the markup says is no part of the article, each line
    with its rule, such as `markup/navigation`; what holds most of the page's prose is never among it.

    >>> page = Document("<title>News</title><nav>Home</nav><p>They <b>talked</b>.</p><p>It rained.</p>")
    >>> read_page(page).text
    'Home\\nThey talked.\\nIt rained.\\n'
    >>> [(edit.before, edit.rule) for edit in read_page(page).furniture]
    [('Home\\n', 'markup/navigation')]
    """
    page = read(document.text)
    metadata, body = declared(document.text, page)
    verdicts = judge(page, metadata.title, body)
    lines = [(line.text, rule) for line, rule in zip(page.lines, verdicts, strict=True) if rule != HIDDEN]
    captions = dict.fromkeys(text for text, rule in lines if rule == "markup/caption")
    return replace(
        document,
        text="".join(f"{text}\n" for text, _ in lines),
        metadata=replace(metadata, captions=tuple(captions)),
        furniture=tuple(_removals(lines)),
    )


def _removals(lines: Iterable[tuple[str, str]]) -> Iterator[Edit]:
    """An edit for each line that a rule takes, with its line end."""
    start = 0
    for text, rule in lines:
        if rule:
            yield Edit(start, f"{text}\n", "", rule)
        start += len(text) + 1


def declared_charset(data: bytes) -> str | None:
    """The character encoding that a page's meta element names in its first 4 kB, in lower case, or None.

    As WHATWG's prescan does, it passes over comments and takes an encoding from `http-equiv` only where that says
    Content-Type; a page that could be scanned this way cannot be in UTF-16, whatever it says.

    >>> declared_charset(b'<!-- <meta charset=koi8-r> --><meta charset="Windows-1252">')
    'windows-1252'
    >>> declared_charset(b"<p>no word of it</p>") is None
    True
    """
    for meta in _META.finditer(_COMMENT.sub(b"", data[:_SCANNED])):
        found = {name.lower(): one or two or bare for name, one, two, bare in reversed(_ATTRIBUTE.findall(meta[1]))}
        charset = found.get(b"charset", b"")
        if not charset and found.get(b"http-equiv", b"").lower() == b"content-type":
            content = _CHARSET.search(found.get(b"content", b""))
            charset = content[1] if content else b""
        if name := charset.strip().decode("ascii", "ignore").lower():
            return "utf-8" if name.startswith("utf-16") else name
    return None
