"""Which lines of a page are its article, and why the others are not.

Names, roles and tags mark what may be furniture; whether it is, its size against the page's prose decides, for a name
must never take the article away. Of what is left, the article is the element that holds most of the prose.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from cleaners.blocks import ends_sentence
from cleaners.markup_captions import is_caption, mark_captions
from cleaners.markup_lines import HIDDEN, Element, Line, Page
from cleaners.markup_names import is_body, is_lead_name

_MOST_MARKED = 0.3  # of the page's prose, in one element that its names call furniture
_MOST_SURE = 0.5  # in one that is hardly ever called so by mistake
_LEAST_ARTICLE = 80  # characters of prose that comments must leave
_GALLERY = 0.8  # of the page's prose, in captions
_LONGEST_BYLINE = 400
_LONGEST_EMBED = 800
_MOST_PROSE_PER_LINK = 0.05  # a block of related articles has links, and more than one character in twenty
_MANY_LINKS = 0.25  # of the characters of a block that holds little else than teasers
_CONTAINER = 0.75  # of the prose: the article is the innermost element that holds so much
_ARTICLE = 0.3  # likewise, where it is an `article` with the headline
_BODY = 0.5  # of the article's prose, in elements whose names say that they are the text
_LINK = 0.75  # of a line's characters
_LINKED = 0.4  # of the characters of a block that is a list of links
_LINKED_TABLE = 0.6
_FEWEST_LINKS = 3  # lines
_SECTION = 300  # characters of prose around a heading that is a link; beside a teaser there is less
_LEAD = 80  # characters of a paragraph between headline and text
_NAMED_LEAD = 40  # of one that is called so
_BODY_FOUND = 0.8  # of the text that the page's linked data calls the article
_BELOW_AUTHOR = 0.2  # of the article's prose, below what it says of its author, or comments
_LEVELS = 3  # above a heading
_MOST_LINKS_ROUND = 0.1  # of the characters round the text, for all to be the article
_LONGEST_LABEL = 60  # characters
_LONGEST_HEADING = 100
_LINK_RULES = frozenset(f"markup/{rule}" for rule in ("link-list", "related", "link"))
_LEAD_RULES = frozenset(("", *(f"markup/{rule}" for rule in ("author", "byline", "related", "advertisement"))))
_LABELLED_RULES = frozenset(f"markup/{rule}" for rule in ("author", "byline", "kicker", "share-bar", "tags"))
_LAST_RULES = frozenset(("markup/author", "markup/comments"))
_SURE_RULES = frozenset(f"markup/{rule}" for rule in ("author", "footer", "aside", "dialog", "consent-dialog"))
_PARTS = frozenset("p li dd pre blockquote".split())  # of a text, however long
_NO_LETTER = re.compile(r"\W+")


def judge(page: Page, title: str | None = None, body: str = "") -> list[str]:
    """For each line of the page the rule that takes it away, or "".

    Args:
        page: what was read.
        title: the article's, where the page declares it.
        body: the article's text, where the page declares it.
    """
    if not page.lines:
        return []
    marks = _marks(page)
    root = _root(page, marks)
    mark_captions(page, marks, root)
    if _is_gallery(page, marks):
        marks = _marks_but(page, "markup/caption")
        root = _root(page, marks)
    named = [marks[line.element] for line in page.lines]
    _mark_link_lists(page, marks, root)
    verdicts = list(_verdicts(page, marks, root, title))
    if body:
        verdicts = _agree(page, verdicts, body)
    verdicts = _above_author(page, verdicts, root)
    verdicts = _without_lone_headings(page.lines, verdicts)
    if not all(rule for rule in verdicts):
        return verdicts
    # An article that was not found, or is a list of links, is no reason to give an empty text.
    inside = range(root.first, root.last + 1)
    rules = [rule or ("" if index in inside else "markup/beyond-article") for index, rule in enumerate(named)]
    return rules if not all(rules) else [rule if rule == HIDDEN else "" for rule in rules]


def _marks(page: Page) -> dict[Element, str]:
    """The rule that each element falls under, by itself or by what it stands in."""
    marks = _marks_but(page, "")
    is_any_left = any(line.is_prose and not marks[line.element] for line in page.lines)
    return marks if is_any_left else _marks_but(page, "markup/comments")  # a forum


def _is_gallery(page: Page, marks: dict[Element, str]) -> bool:
    """Whether the article is told in captions."""
    captions = (line for line in page.lines if line.is_prose and marks[line.element] == "markup/caption")
    return sum(line.length for line in captions) > _GALLERY * page.elements[0].n_prose


def _marks_but(page: Page, excepted: str) -> dict[Element, str]:
    total = page.elements[0].n_prose
    marks: dict[Element, str] = {}
    for element in page.elements:
        above = marks[element.parent] if element.parent else ""
        is_named = element.rule not in ("", excepted)
        marks[element] = above or (element.rule if is_named and _is_furniture(page, element, total) else "")
    return marks


def _is_furniture(page: Page, element: Element, total: int) -> bool:
    """Whether an element is what its names say, given how much of the page's prose it holds."""
    rule, n_prose = element.rule, element.n_prose
    if rule == "markup/comments":
        return n_prose == 0 or total - n_prose >= _LEAST_ARTICLE
    if element.tag == "figure" and rule == "markup/caption":
        return is_caption(page, element)
    if rule in ("markup/byline", "markup/kicker"):
        return element.n_text <= _LONGEST_BYLINE
    if rule == "markup/embed":
        return element.n_text <= _LONGEST_EMBED and n_prose <= _MOST_MARKED * total
    if rule == "markup/page-header":
        return n_prose == 0 and not element.has_title
    if rule == "markup/aside" and element.in_article:
        return n_prose == 0
    if rule == "markup/aside" and page.elements[0].has_title and not element.has_title:
        return total - n_prose >= _LEAST_ARTICLE
    if rule == "markup/form-control":
        return not _is_or_holds_heading(page, element) and n_prose <= _MOST_MARKED * total
    if rule == "markup/related" and element.n_links <= _MOST_PROSE_PER_LINK * element.n_text:
        return n_prose == 0
    if rule in _SURE_RULES or (rule == "markup/related" and element.n_links >= _MANY_LINKS * element.n_text):
        return n_prose <= _MOST_SURE * total
    return n_prose <= _MOST_MARKED * total


def _is_or_holds_heading(page: Page, control: Element) -> bool:
    """Whether a button stands in the heading of a section that opens and closes, or the heading in the button."""
    first = page.lines[control.first].element if control.first >= 0 else control
    return control.heading > 0 or (control.tag == "button" and first.heading > 1)


def _root(page: Page, marks: dict[Element, str]) -> Element:
    """The element that holds the article."""
    prose = dict.fromkeys(page.elements, 0)
    for line in page.lines:
        if line.is_prose and not marks[line.element]:
            prose[line.element] += line.length
    heaviest: dict[Element, Element] = {}
    for element in reversed(page.elements):
        if parent := element.parent:
            prose[parent] += prose[element]
            if parent not in heaviest or prose[element] >= prose[heaviest[parent]]:
                heaviest[parent] = element
    root = page.elements[0]
    while prose[root] and (child := heaviest.get(root)) and prose[child] >= _CONTAINER * prose[root]:
        if child.tag in _PARTS:
            break
        root = child
    root = _titled(page, root, prose)
    bodies = [element for element in page.elements if prose[element] and is_body(element.names)]
    body = max(bodies, key=prose.__getitem__, default=None)
    if not body or prose[body] < _BODY * prose[root]:
        return _widened(page, marks, root)
    return _whole_body(page, bodies, body, prose)


def _titled(page: Page, root: Element, prose: dict[Element, int]) -> Element:
    """The `article` in it with the headline, if that holds much of the prose: what else is there has another topic."""
    for element in page.elements:
        is_titled = element.tag == "article" and element.has_title and prose[element] >= _ARTICLE * prose[root]
        if is_titled and root.first <= element.first <= element.last <= root.last:
            return element
    return root


def _whole_body(page: Page, bodies: Sequence[Element], body: Element, prose: dict[Element, int]) -> Element:
    """What holds all elements of an article that call themselves its text, if it holds little else."""
    articles: dict[Element | None, Element | None] = {None: None}
    for element in page.elements:
        articles[element] = element if element.tag == "article" else articles[element.parent]
    parts = [
        element
        for element in bodies
        if (element.tag, element.names, articles[element]) == (body.tag, body.names, articles[body])
    ]
    first, last = min(part.first for part in parts), max(part.last for part in parts)
    whole = body
    while whole.parent and not whole.first <= first <= last <= whole.last:
        whole = whole.parent
    is_page = whole.tag in ("", "html", "body")
    return body if is_page or sum(prose[part] for part in parts) < _BODY * prose[whole] else whole


def _widened(page: Page, marks: dict[Element, str], root: Element) -> Element:
    """The `article` element round the text, if what else is in it is no list of links: ingredients, a lead, a box."""
    article: Element | None = root
    while article and article.tag != "article":
        article = article.parent
    if not article or article is root:
        return root
    inside = range(root.first, root.last + 1)
    others = [
        line
        for index, line in enumerate(page.lines[article.first : article.last + 1], article.first)
        if index not in inside and not marks[line.element]
    ]
    n_text, n_links = sum(len(line.text) for line in others), sum(line.n_links for line in others)
    return article if n_links <= _MOST_LINKS_ROUND * n_text <= _MOST_LINKS_ROUND * root.n_text else root


def _mark_link_lists(page: Page, marks: dict[Element, str], root: Element) -> None:
    """Blocks without prose, of several lines that are mostly links."""
    for element in page.elements:
        if element.parent and not marks[element]:
            marks[element] = marks[element.parent]
        if marks[element] or element.n_prose or element.last - element.first + 1 < _FEWEST_LINKS or element is root:
            continue
        is_table = element.tag in ("table", "tbody", "tr", "td")
        if element.n_links >= (_LINKED_TABLE if is_table else _LINKED) * element.n_text:
            marks[element] = "markup/link-list"


def _verdicts(page: Page, marks: dict[Element, str], root: Element, title: str | None) -> Iterator[str]:
    lines = page.lines
    inside = range(root.first, root.last + 1)
    first = next(
        (index for index in inside if lines[index].is_prose and not marks[lines[index].element]), root.last + 1
    )
    headline = _headline(lines[:first], title)
    with_lead: Element | None = None  # the last element that a lead stands in
    for index, line in enumerate(lines):
        element = line.element
        is_above_text = headline < index < first
        if marks[element]:
            yield "" if is_above_text and _is_named_lead(line, marks) else marks[element]
        elif (index < first and (element.heading == 1 or _is_title(line, title))) or (
            element.heading and headline >= 0 and line.text == lines[headline].text
        ):
            yield "markup/headline"
        elif index not in inside:
            is_lead = is_above_text and (_is_named_lead(line, marks) or (headline >= 0 and _is_lead(line)))
            is_beside_lead = with_lead is element.parent and line.link_share < _LINKED
            if is_lead and headline >= 0:
                with_lead = element.parent
            yield "" if is_lead or (is_beside_lead and index < root.first) else "markup/beyond-article"
        elif line.link_share >= _LINK and not _is_section_heading(lines, index):
            yield "" if _is_cell(element) or _is_part(element) else "markup/link"
        else:
            yield ""


def _headline(lines: Sequence[Line], title: str | None) -> int:
    """Index of the first heading that is the title, else of the first of level 1, or -1."""
    titles = (index for index, line in enumerate(lines) if _is_title(line, title))
    largest = (index for index, line in enumerate(lines) if line.element.heading == 1)
    return next(chain(titles, largest), -1)


def _is_title(line: Line, title: str | None) -> bool:
    return bool(title) and len(line.text) >= 10 and bool(line.element.heading) and str(title).startswith(line.text)


def _is_lead(line: Line) -> bool:
    return line.length >= _LEAD and line.link_share < _LINKED and ends_sentence(line.text)


def _is_named_lead(line: Line, marks: dict[Element, str]) -> bool:
    """Whether a line above the text calls itself the lead, though it may stand in what holds the author or teasers."""
    element = line.element
    return (
        line.length >= _NAMED_LEAD
        and line.link_share < _LINKED
        and marks[element] in _LEAD_RULES
        and (is_lead_name(element.names) or (element.parent is not None and is_lead_name(element.parent.names)))
    )


def _is_cell(element: Element) -> bool:
    """Whether an element is a cell of a table, or a link that is all its content."""
    cell = element.parent if element.tag == "a" else element
    return cell is not None and cell.tag in ("td", "th")


def _is_part(element: Element) -> bool:
    """Whether the link is one of several lines of a paragraph or an item."""
    block = element.parent if element.tag == "a" else element
    return block is not None and block.tag in ("p", "li", "dd") and block.n_links < _LINK * block.n_text


def _is_section_heading(lines: list[Line], index: int) -> bool:
    """Whether a heading that is a link heads a part of the article, and not a teaser."""
    element: Element | None = lines[index].element
    if not element or not element.heading or index + 1 == len(lines):
        return False
    for _ in range(_LEVELS):
        element = element.parent if element and element.heading else element
    return not lines[index + 1].is_prose or (element is not None and element.n_prose >= _SECTION)


def _agree(page: Page, verdicts: list[str], body: str) -> list[str]:
    """Corrected by the text that the page itself declares, if most of that stands on the page."""
    declared = _letters(body)
    found = [len(line.text) >= _LEAD // 2 and _letters(line.text) in declared for line in page.lines]
    n_found = sum(len(_letters(line.text)) for line, is_found in zip(page.lines, found, strict=True) if is_found)
    kept = [line.length for line, rule in zip(page.lines, verdicts, strict=True) if line.is_prose and not rule]
    if not declared or n_found < _BODY_FOUND * len(declared) or len(body) < _BODY * sum(kept):
        return verdicts
    corrected: list[str] = []
    first = found.index(True)
    for index, (line, rule, is_found) in enumerate(zip(page.lines, verdicts, found, strict=True)):
        if is_found and rule not in (HIDDEN, "markup/headline") and (rule != "markup/link" or line.element.in_list):
            corrected.append("")
        elif (
            not rule
            and index > first
            and line.length >= _LEAD // 2
            and not line.element.heading
            and not line.element.in_list
        ):
            corrected.append("markup/not-in-article-body")
        else:
            corrected.append(rule)
    return corrected


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).casefold()


def _above_author(page: Page, verdicts: list[str], root: Element) -> list[str]:
    """Without what follows on the last words about the author, or of the last comment, if it is but little."""
    prose = [index for index, line in enumerate(page.lines) if line.is_prose]
    inside = range(root.first, root.last + 1)
    end = max((index for index in prose if index in inside and verdicts[index] in _LAST_RULES), default=-1)
    lengths = {index: page.lines[index].length for index in prose if not verdicts[index]}
    below = sum(length for index, length in lengths.items() if index > end)
    if end < 0 or below > _BELOW_AUTHOR * sum(lengths.values()):
        return verdicts
    return verdicts[:end] + [rule or "markup/beyond-article" for rule in verdicts[end:]]


def _without_lone_headings(lines: Sequence[Line], verdicts: Sequence[str]) -> list[str]:
    """Headings, and labels such as "Read on:", go with the links that they introduce, and headings with all below.

    A label goes with the date or name behind it, too.
    """
    result = list(verdicts)
    below: Line | None = None  # the next line that stays
    for index in range(len(lines) - 1, -1, -1):
        if result[index]:
            continue
        line = lines[index]
        level = line.element.heading if line.length <= _LONGEST_HEADING else 0
        rule_below = result[index + 1] if index + 1 < len(lines) else ""
        is_label = line.length <= _LONGEST_LABEL and line.text.endswith(":")
        introduces = 0 < below.element.heading <= level if below and level else below is None or is_label
        is_above_links = rule_below in _LINK_RULES and introduces and (level or is_label)
        if is_above_links or (is_label and rule_below in _LABELLED_RULES) or (level and below is None):
            result[index] = "markup/lone-heading"
        else:
            below = line
    return result
