"""An HTML page as the lines that a reader sees, and what its head declares."""

import re
from dataclasses import replace

from bs4 import BeautifulSoup
from bs4.element import Tag

from cleaners.document import Document, Metadata

# Elements that are never part of an article, and the names that consent tools give their dialogs.
_FURNITURE = """
    script style template noscript iframe object svg canvas nav aside dialog form button select
    body>header body>footer [hidden] [aria-hidden=true] [aria-modal=true]
    [role=dialog] [role=alertdialog] [role=navigation]
    #onetrust-consent-sdk #CybotCookiebotDialog #didomi-host #usercentrics-root #tarteaucitronRoot
    #truste-consent-track #cookie-law-info-bar #cookie-notice #cookie-banner #cookieConsent .qc-cmp2-container
    .fc-consent-root .osano-cm-window .cc-window .cookie-banner .cookie-notice .cookie-consent .klaro
"""
_LINE_BREAKING = """
    address article audio blockquote br caption dd details div dl dt fieldset figcaption figure footer h1 h2 h3 h4 h5 h6
    header hr legend li main ol p pre section summary table tbody td tfoot th thead tr ul video
"""
_BREAK = "\u2029"  # Unicode's paragraph separator, which breaks a line wherever else it comes from
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?")


def read_page(document: Document) -> Document:
    """The page's visible lines as the document's text, without scripts, styles, navigation and consent dialogs.

    The ledger of a page starts here: its source text is what this function gives back.

    >>> page = Document("<title>News</title><nav>Home</nav><p>They <b>talked</b>.</p><p>It rained.</p>")
    >>> read_page(page).text
    'They talked.\\nIt rained.\\n'
    """
    soup = BeautifulSoup(document.text, "lxml")
    metadata = _declared(soup)
    for element in soup.select(", ".join(_FURNITURE.split())):
        element.decompose()
    body = soup.body or soup
    for element in body.find_all(_LINE_BREAKING.split()):
        element.insert_before(_BREAK)
        element.insert_after(_BREAK)
    lines = (" ".join(line.split()) for line in body.get_text().split(_BREAK))
    return replace(document, text="".join(f"{line}\n" for line in lines if line), metadata=metadata)


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
    title = content("og:title") or (soup.title.get_text(" ", strip=True) if soup.title else None)
    return Metadata(
        title=title or None,
        authors=(author,) if author and not author.startswith("http") else (),
        published=time("article:published_time", "datePublished", "date"),
        updated=time("article:modified_time", "dateModified", "og:updated_time"),
        url=str(canonical["href"]) if isinstance(canonical, Tag) and canonical.get("href") else content("og:url"),
        language=language or None,
    )
