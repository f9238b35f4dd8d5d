"""What a page declares of its article: Open Graph, schema.org, and the head's own elements."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from bs4 import BeautifulSoup
from bs4.element import Tag
from bs4.filter import SoupStrainer

from cleaners.document import Metadata
from cleaners.markup_lines import Page

_BODY = re.compile(r"<body\b", re.IGNORECASE)
_PROLOG = re.compile(r"\s*<\?xml[^>]*>", re.IGNORECASE)  # of XHTML, which Beautiful Soup would warn about
_LONGEST_HEAD = 200_000  # characters
_DEEPEST = 20  # levels of linked data
_ISO_TIME = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?)?")
_LANGUAGE = re.compile(r"([a-zA-Z]{2,3})(?:[-_]|\Z)")
_ARTICLE = re.compile(r"Article|Posting|Report|Review|Recipe|WebPage\Z")
_TAG = re.compile(r"<[^<>]*>")
_SHORTEST_STANDFIRST = 40  # characters
_SHORTEST_BODY = 300  # characters
_LONGEST_BODY = 200_000


class _Telling(SoupStrainer):
    """Lets through only the elements that say something; making the others takes a third of the time."""

    def __init__(self) -> None:
        super().__init__(["meta", "link"])

    def allow_tag_creation(self, nsprefix: str | None, name: str, attrs: Mapping[Any, str] | None) -> bool:  # noqa: ARG002
        if not attrs:
            return False
        return "property" in attrs or "name" in attrs if name == "meta" else "canonical" in attrs.get("rel", "")


class Declared(NamedTuple):
    """What the page says of its article."""

    metadata: Metadata
    body: str  #: the article's text as the page's linked data has it, or ""


def declared(html: str, page: Page) -> Declared:
    """Metadata from the head and the linked data of a page; what is broken is left out.

    >>> from cleaners.markup_lines import read
    >>> html = '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": "Ann Lee"}}</script>'
    >>> declared(html, read(html)).metadata.authors
    ('Ann Lee',)
    """
    body = _BODY.search(html)
    head = _PROLOG.sub("", html[: min(body.start() if body else _LONGEST_HEAD, _LONGEST_HEAD)], count=1)
    soup = BeautifulSoup(head.encode("utf-8", "replace").decode(), "lxml", parse_only=_Telling())
    articles = _articles(page.linked_data)
    properties: dict[str, str] = {}
    for meta in soup.find_all("meta"):
        name = meta.get("property") or meta.get("name")
        if name and (value := " ".join(str(meta.get("content", "")).split())):
            properties.setdefault(str(name).lower(), value)

    def declares(key: str, *names: str) -> str | None:
        """The first that is said: by linked data under a key, by the head under a name."""
        said = (text for article in articles if (text := _text(article.get(key))))
        return next(said, None) or next((properties[name] for name in names if name in properties), None)

    def said(name: str) -> str:
        """What the head says under a name."""
        return properties.get(name, "")

    canonical = soup.find("link", rel="canonical")
    address = str(canonical.get("href", "")) if isinstance(canonical, Tag) else ""
    language = _LANGUAGE.match(page.language or declares("inLanguage", "og:locale", "language") or "")
    metadata = Metadata(
        title=said("og:title") or declares("headline", "twitter:title") or _heading(page) or page.title or None,
        standfirst=_standfirst(page, (declares("description"), said("og:description"), said("description"))),
        authors=_authors(articles) or _names([said("author") or said("article:author")]) or _names(page.authors),
        published=_time(
            declares("datePublished"),
            said("article:published_time"),
            said("datepublished"),
            said("date"),
            *page.times[:1],
        ),
        updated=_time(
            declares("dateModified"), said("article:modified_time"), said("datemodified"), said("og:updated_time")
        ),
        url=address or said("og:url") or _address(articles),
        language=language[1].lower() if language else None,
    )
    return Declared(metadata, _body(articles))


def _articles(scripts: Sequence[str]) -> list[dict[str, Any]]:
    """The articles among the linked data, however they are wrapped."""
    found: list[dict[str, Any]] = []
    for script in scripts:
        try:
            data = json.loads(script.strip().strip("\ufeff;"), strict=False)
        except (ValueError, RecursionError):
            continue
        waiting = [(data, 0)]
        while waiting:
            item, depth = waiting.pop()
            if depth > _DEEPEST:
                continue
            if isinstance(item, list):
                waiting += ((each, depth + 1) for each in reversed(item))
            elif isinstance(item, dict):
                if any(_ARTICLE.search(kind) for kind in _texts(item.get("@type"))):
                    found.append(item)
                else:
                    waiting += ((item[key], depth + 1) for key in ("mainEntity", "@graph") if key in item)
    return sorted(found, key=lambda item: "WebPage" in _texts(item.get("@type")))


def _body(articles: Sequence[dict[str, Any]]) -> str:
    bodies = [_TAG.sub("", text) for article in articles for text in _texts(article.get("articleBody"))]
    body = max(bodies, key=len, default="")
    return body if _SHORTEST_BODY <= len(body) <= _LONGEST_BODY else ""


def _heading(page: Page) -> str | None:
    """The page's only heading of the first level: a page's title often has the site's name in it."""
    headings = [line.text for line in page.lines if line.element.heading == 1]
    return headings[0] if len(headings) == 1 else None


def _standfirst(page: Page, descriptions: Sequence[str | None]) -> str | None:
    """The line of the page that is its description, word for word."""
    wanted = {text for text in descriptions if text and len(text) >= _SHORTEST_STANDFIRST}
    return next((line.text for line in page.lines if line.text in wanted), None)


def _authors(articles: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    return next((names for article in articles if (names := _names(_people(article.get("author"))))), ())


def _people(value: object) -> Iterator[str]:
    for item in value if isinstance(value, list) else [value]:
        yield from _texts(item.get("name") if isinstance(item, dict) else item)


def _names(texts: Sequence[str] | Iterator[str]) -> tuple[str, ...]:
    names = (" ".join(text.split()) for text in texts)
    return tuple(dict.fromkeys(name for name in names if name and len(name) <= 100 and "://" not in name))


def _texts(value: object) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def _text(value: object) -> str | None:
    return next((text for item in _texts(value) if (text := " ".join(item.split()))), None)


def _address(articles: Sequence[dict[str, Any]]) -> str | None:
    return next((text for article in articles if (text := _text(article.get("url"))) and "://" in text), None)


def _time(*values: str | None) -> str | None:
    return next((value.replace(" ", "T", 1) for value in values if value and _ISO_TIME.fullmatch(value)), None)
