"""An HTML page as lines, each with the element that it stands in: what there is to see, and where.

The parser calls a `_Reader` for each tag and piece of text; no tree of nodes is built, so that a page may be nested as
deep as it likes, and nothing here is recursive.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from lxml import etree

from cleaners.blocks import ends_sentence, wide_length
from cleaners.markup_names import rule_of

# Not the head: where its end tag is missing, the parser puts into it what it does not know, such as `nav` and `main`.
_UNSEEN = frozenset("script style title template iframe object embed svg canvas audio video map datalist".split())
_BLOCKS = frozenset(
    """
    address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html label legend li main menu nav noscript ol optgroup
    option p pre search section select summary table tbody td textarea tfoot th thead tr ul
    """.split()
)
_TELLING = frozenset("time a html title script".split())
_TEXTS = frozenset("p ul ol table".split())  # end a heading that was not closed
_TEXT_BLOCKS = frozenset("table ul ol li blockquote pre".split())
_PREFORMATTED = frozenset(("pre", "textarea"))
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_INLINE = frozenset(
    """
    abbr acronym b base bdi bdo big br cite code col colgroup data del dfn em font head i img input ins kbd link
    mark meta nobr path picture param q rp rt ruby s samp small source span strike strong sub sup time track tt u
    var wbr
    """.split()
)
_END_TAGS = re.compile(r"</(?:body|html)\s*>", re.IGNORECASE)
_UNDISPLAYED = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)
_HIDING_NAMES = frozenset("hidden is-hidden d-none hide".split())
_SMILEY = re.compile(r"smil|emoji|emoticon", re.IGNORECASE)
_RESPONSIVE = re.compile(r":|\bd-(?:sm|md|lg|xl)-|\b(?:visible|show)-")
_NAMING = ("class", "id", "itemprop", "role", "data-testid", "data-component")
_NAMES = frozenset(_NAMING)
_LONGEST_NAMES = 300  # characters
_MOST_CELLS = 50
_LONGEST_CELL = 100  # characters of a table's cell that is set on one line with its neighbours
_SHORTEST_PROSE = 60
_SURELY_PROSE = 140

HIDDEN = "hidden"
"""The mark of an element that no reader sees."""


@dataclass(slots=True, eq=False)
class Element:
    """A part of the page that may be judged as a whole."""

    tag: str
    parent: "Element | None"
    names: str  #: its classes, id and the like
    rule: str  #: why it may be furniture, or ""
    heading: int  #: level of the heading that it is or stands in, or 0
    in_list: bool
    in_pre: bool
    in_block: bool  #: in a table, a list, a quotation or preformatted text that is inside the same figure
    in_link: bool
    in_article: bool
    is_open: bool = True
    first: int = -1  #: index of its first line
    last: int = -1  #: index of its last
    has_title: bool = False  #: whether a heading of the first level is in it
    n_text: int = 0  #: characters
    n_links: int = 0  #: characters in links
    n_prose: int = 0  #: characters of lines that read like prose
    has_image: bool = False  #: whether a picture is in it that is no smiley


@dataclass(slots=True)
class Line:
    """A line of the page."""

    text: str
    element: Element
    n_links: int  #: characters in links
    length: int
    is_prose: bool

    @property
    def link_share(self) -> float:
        """Share of the characters that are links."""
        return self.n_links / max(1, len(self.text))


@dataclass(slots=True)
class Page:
    """What was read."""

    lines: list[Line] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)  #: parents before children
    linked_data: list[str] = field(default_factory=list)  #: JSON-LD
    title: str = ""
    language: str = ""
    times: list[str] = field(default_factory=list)  #: of `time` elements
    authors: list[str] = field(default_factory=list)  #: of links to an author


class _Reader:
    """The parser's listener."""

    def __init__(self) -> None:
        self.page = Page()
        self._stack: list[bool] = []  # for each open tag whether it is of interest
        self._empty: list[tuple[str, Mapping[str, str]]] = []  # the innermost of those, in which no text was seen yet
        self._current = Element("", None, "", "", 0, False, False, False, False, False)
        self.page.elements.append(self._current)
        self._pieces: list[str] = []
        self._owner = self._current
        self._n_links = 0
        self._unseen = 0  # depth inside an element that nobody sees
        self._captured: list[str] | None = None
        self._author: list[str] | None = None  # pieces of the name that is being read
        self._n_pictured = 0  # how many of those a picture was seen in
        self._n_pre = 0  # open tags in which line ends are kept
        self._rows: list[int] = []  # index of the first line of each open table row

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag in _TELLING:
            self._hear(tag, attributes)
        if self._unseen or tag in _UNSEEN:
            self._unseen += 1
            return
        if tag in _INLINE and not (attributes and _hides(attributes)):
            if tag == "br":
                self._end_line()
            elif tag == "img" and not _SMILEY.search(attributes.get("class", "")):
                self._see_image()
            self._stack.append(False)
            return
        if self._pieces and tag in _BLOCKS:
            self._end_line()
        self._stack.append(True)
        self._empty.append((tag, attributes))
        if tag in _PREFORMATTED:
            self._n_pre += 1
        elif tag == "tr":
            self._rows.append(len(self.page.lines))

    def _see_image(self) -> None:
        self._n_pictured = len(self._empty)
        if not self._empty:
            self._current.has_image = True

    def _fill(self) -> None:
        """Make elements of the open tags, now that there is text in them."""
        parent = self._current
        for depth, (tag, attributes) in enumerate(self._empty):
            names = _names(attributes) if attributes else ""
            parent = Element(
                tag,
                parent,
                names,
                _rule(tag, attributes, names, parent),
                int(tag[1]) if tag in _HEADINGS else 0 if tag in _TEXTS else parent.heading,
                parent.in_list or tag == "li",
                parent.in_pre or tag in _PREFORMATTED,
                tag in _TEXT_BLOCKS or (parent.in_block and tag != "figure"),
                parent.in_link or (tag == "a" and not attributes.get("href", "#").startswith("#")),
                parent.in_article or tag in ("article", "main"),
                has_image=depth < self._n_pictured,
            )
            self.page.elements.append(parent)
        self._current = parent
        self._n_pictured = 0
        self._empty.clear()

    def _hear(self, tag: str, attributes: Mapping[str, str]) -> None:
        """What an element says of the page, or will say when it ends."""
        if tag == "time" and "datetime" in attributes:
            self.page.times.append(attributes["datetime"].strip())
        elif tag == "a" and "author" in attributes.get("rel", "").split():
            self._author = []
        elif tag == "html" and not self.page.language:
            self.page.language = attributes.get("lang", "")
        elif tag == "title" or (tag == "script" and "ld+json" in attributes.get("type", "")):
            self._captured = []

    def end(self, tag: str) -> None:
        if self._unseen:
            self._unseen -= 1
            if tag in ("title", "script") and self._captured is not None:
                text = "".join(self._captured)
                if tag == "script":
                    self.page.linked_data.append(text)
                elif not self.page.title:
                    self.page.title = " ".join(text.split())
                self._captured = None
            return
        if tag == "a" and self._author is not None:
            self.page.authors.append("".join(self._author))
            self._author = None
        if not (self._stack and self._stack.pop()):
            return
        if self._pieces and tag in _BLOCKS:
            self._end_line()
        if tag in _PREFORMATTED:
            self._n_pre -= 1
        first = self._rows.pop() if tag == "tr" and self._rows else None
        if self._empty:
            self._empty.pop()
            if self._n_pictured > len(self._empty):
                self._see_image()
            return
        element = self._current
        if first is not None:
            self._end_row(first, element)
        element.is_open = False
        self._current = element.parent or element

    def data(self, text: str) -> None:
        if self._captured is not None:
            self._captured.append(text)
        if self._unseen:
            return
        if self._author is not None:
            self._author.append(text)
        if self._n_pre and "\n" in text:
            first, *rest = text.split("\n")
            self._add(first)
            for line in rest:
                self._end_line()
                self._add(line)
        else:
            self._add(text)

    def close(self) -> Page:
        self._end_line()
        return self.page

    def _add(self, text: str) -> None:
        is_space = not text or text.isspace()
        if is_space and not self._n_pre:
            if self._pieces:
                self._pieces.append(text)
            return
        if self._empty:
            self._fill()
        current = self._current
        if not self._pieces:
            self._owner = current
        elif not is_space:
            while not self._owner.is_open and self._owner.parent:
                self._owner = self._owner.parent
        self._pieces.append(text)
        if current.in_link:
            self._n_links += len(text.strip())

    def _end_line(self) -> None:
        if not self._pieces:
            return
        text = "".join(self._pieces)
        self._pieces.clear()
        text = text.rstrip() if self._owner.in_pre else " ".join(text.split())
        if text.strip():
            self._put(text, self._owner, min(self._n_links, len(text)))
        self._n_links = 0

    def _put(self, text: str, element: Element, n_links: int) -> None:
        length = wide_length(text)
        is_prose = (
            length >= _SHORTEST_PROSE
            and n_links < 0.5 * len(text)
            and (length >= _SURELY_PROSE or ends_sentence(text))
            and not element.heading
        )
        self.page.lines.append(Line(text, element, n_links, length, is_prose))

    def _end_row(self, first: int, row: Element) -> None:
        """The cells of a row of data stand on one line."""
        if len(self.page.lines) - first > _MOST_CELLS:
            return
        cells = self.page.lines[first:]
        if len(cells) > 1 and all(len(cell.text) <= _LONGEST_CELL and _row_of(cell.element) is row for cell in cells):
            del self.page.lines[first:]
            self._put(" | ".join(cell.text for cell in cells), row, sum(cell.n_links for cell in cells))


def _row_of(cell: Element) -> Element | None:
    """The parent of a cell, or of one that a link fills."""
    parent = cell.parent
    return parent.parent if cell.tag == "a" and parent else parent


def _rule(tag: str, attributes: Mapping[str, str], names: str, parent: Element) -> str:
    if attributes and _hides(attributes):
        return HIDDEN
    if attributes and attributes.get("aria-hidden") == "true":
        return "markup/aria-hidden"
    return rule_of(tag, names, parent.in_article)


def _names(attributes: Mapping[str, str]) -> str:
    if _NAMES.isdisjoint(attributes):
        return ""
    return " ".join([attributes[name][:_LONGEST_NAMES] for name in _NAMING if name in attributes])


def _hides(attributes: Mapping[str, str]) -> bool:
    if "hidden" in attributes:
        return attributes["hidden"] != "until-found"
    if "style" in attributes and _UNDISPLAYED.search(attributes["style"]):
        return True
    names = attributes.get("class", "")
    return (
        ("hid" in names or "d-none" in names)
        and not _HIDING_NAMES.isdisjoint(names.split())
        and not _RESPONSIVE.search(names)
    )


def read(html: str) -> Page:
    """The page's lines.

    >>> [line.text for line in read("<h1>Head</h1><p>One<br>two <b>and</b> three<table><tr><td>a<td>b</table>").lines]
    ['Head', 'One', 'two and three', 'a | b']
    """
    reader = _Reader()
    parser = etree.HTMLParser(target=reader, huge_tree=True, remove_comments=True, remove_pis=True, encoding="utf-8")
    data = _END_TAGS.sub("", html.replace("\0", "")).encode("utf-8", "replace")
    with suppress(etree.LxmlError):  # nothing in it
        etree.fromstring(data, parser)
    page = reader.close()
    for index, line in enumerate(page.lines):
        element = line.element
        element.n_text += len(line.text)
        element.n_links += line.n_links
        element.has_title |= element.heading == 1
        element.n_prose += line.length if line.is_prose else 0
        element.first = index if element.first < 0 else min(element.first, index)
        element.last = max(element.last, index)
    for element in reversed(page.elements):
        parent = element.parent
        if parent is not None and element.last >= 0:
            parent.n_text += element.n_text
            parent.n_links += element.n_links
            parent.has_title |= element.has_title
            parent.has_image |= element.has_image
            parent.n_prose += element.n_prose
            parent.first = element.first if parent.first < 0 else min(parent.first, element.first)
            parent.last = max(parent.last, element.last)
    return page
