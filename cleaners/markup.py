"""An HTML page as the lines that a reader sees, and what its head declares."""

import re
from collections.abc import Iterator
from dataclasses import replace

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from cleaners.document import Document, Metadata

# What is never part of an article: elements, roles, and the names that consent tools give their dialogs.
_FURNITURE_TAGS = frozenset("script style template noscript iframe object svg canvas nav dialog button select".split())
_FURNITURE_ROLES = frozenset("dialog alertdialog navigation".split())
_FURNITURE_NAMES = frozenset(
    """
    onetrust-consent-sdk CybotCookiebotDialog didomi-host usercentrics-root tarteaucitronRoot truste-consent-track
    cookie-law-info-bar cookie-notice cookie-banner cookie-consent cookieConsent qc-cmp2-container fc-consent-root
    osano-cm-window cc-window klaro
    """.split()
)
_LINE_BREAKING = frozenset(
    """
    address article audio blockquote br caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4
    h5 h6 header hr legend li main ol p pre section summary table tbody td tfoot th thead tr ul video
    """.split()
)
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?")


def read_page(document: Document) -> Document:
    """The page's visible lines as the document's text, without what its markup says is no part of an article.

    That is scripts, styles, navigation, consent dialogs, buttons, hidden elements, and headers, footers and asides that
    stand outside the article. The ledger of a page starts here: its source text is what this function gives back.

    >>> page = Document("<title>News</title><nav>Home</nav><p>They <b>talked</b>.</p><p>It rained.</p>")
    >>> read_page(page).text
    'They talked.\\nIt rained.\\n'
    """
    soup = BeautifulSoup(document.text, "lxml")
    lines = (" ".join(line.split()) for line in "".join(_pieces(soup.body or soup)).split("\n"))
    text = "".join(f"{line}\n" for line in lines if line)
    return replace(document, text=text, metadata=_declared(soup))


def _pieces(root: Tag) -> Iterator[str]:
    """Visible text and line ends in document order, without recursion: pages are nested as deep as they like."""
    waiting: list[tuple[PageElement | None, bool, bool]] = [(root, False, False)]
    while waiting:
        node, in_article, is_preformatted = waiting.pop()
        if node is None:
            yield "\n"
        elif isinstance(node, Tag):
            if _is_furniture(node) or (not in_article and node.name in ("header", "footer", "aside")):
                continue
            in_article |= node.name in ("article", "main")
            is_preformatted |= node.name in ("pre", "textarea")
            if node.name in _LINE_BREAKING:
                yield "\n"
                waiting.append((None, False, False))
            waiting += ((child, in_article, is_preformatted) for child in reversed(node.contents))
        elif type(node) is NavigableString:  # not a comment or the like
            yield node if is_preformatted else node.replace("\n", " ")


def _is_furniture(tag: Tag) -> bool:
    names = {str(tag.get("id", "")), *tag.get_attribute_list("class")}
    return (
        tag.name in _FURNITURE_TAGS
        or tag.get("role") in _FURNITURE_ROLES
        or tag.has_attr("hidden")
        or tag.get("aria-hidden") == "true"
        or tag.get("aria-modal") == "true"
        or not _FURNITURE_NAMES.isdisjoint(names)
    )


def _declared(soup: BeautifulSoup) -> Metadata:
    """What the page's head says of the article."""

    def content(*names: str) -> str | None:
        for name in names:
            for attribute in ("property", "name"):
                tag = soup.find("meta", {attribute: name})
                value = str(tag.get("content", "")).strip() if isinstance(tag, Tag) else ""
                if value:
                    return value
        return None

    def time(*names: str) -> str | None:
        value = content(*names)
        return value if value and _ISO_TIME.fullmatch(value) else None

    html, canonical = soup.find("html"), soup.find("link", rel="canonical")
    author = content("author")
    language = str(html.get("lang", "")).partition("-")[0].lower() if isinstance(html, Tag) else ""
    headings = soup.find_all("h1")
    heading = headings[0] if len(headings) == 1 else soup.title  # a page's title often has the site's name in it
    title = content("og:title") or (heading.get_text(" ", strip=True) if heading else None)
    return Metadata(
        title=title or None,
        authors=(author,) if author and not author.startswith("http") else (),
        published=time("article:published_time", "datePublished", "date"),
        updated=time("article:modified_time", "dateModified", "og:updated_time"),
        url=str(canonical["href"]) if isinstance(canonical, Tag) and canonical.get("href") else content("og:url"),
        language=language or None,
    )
