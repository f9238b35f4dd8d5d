"""Tags and entities that extraction left in plain text.

Evidence comes first: a text that speaks of markup, or shows code, keeps every sign of it.
"""

import re
from collections.abc import Iterator
from html import unescape
from html.entities import name2codepoint

from cleaners.document import Document
from cleaners.edits import Edit
from cleaners.knowledge import Knowledge

_BREAKING = "br p div li ul ol h1 h2 h3 h4 h5 h6 hr blockquote tr table section article".split()
_INLINE = "b i u em strong span font a small sup sub center big img".split()
_ATTRIBUTES = r"""(?:\s{1,9}[a-zA-Z-]{1,30}\s?=\s?(?:"[^"<>]{0,999}"|'[^'<>]{0,999}'))*"""
_TAG = re.compile(
    rf"""
    (?P<before> (?<![ \t]) [ \t]* )
    < (?P<end> /? ) (?P<name> {"|".join(sorted(_BREAKING + _INLINE, key=len, reverse=True))} )
    {_ATTRIBUTES} \s? /? >
    (?P<after> [ \t]* )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{2,7}|#[xX][0-9a-fA-F]{2,6}|[a-zA-Z]{2,8}\d{0,2});")
_KEPT_ENTITIES = frozenset(("&lt;", "&gt;"))  # what they stand for would read as a tag
_INVISIBLE = ("\u00a0", "\u00ad", "\u200b", "\u200c", "\u200d", "\u2009", "\u2002", "\u2003")
_KNOWN_ENTITIES = frozenset(name2codepoint) | {"apos"}
_OF_MARKUP = re.compile(
    r"""
    \b (?: x?html\d? | xml | sgml | css | javascript | markdown | markup | entit(?:y|ies) | tags? | escap(?:e|ed|ing)
    | regex | web\ ?design\w* | source\ code | quelltext | balises? | etiquetas? ) \b
    | < (?: !doctype | \?(?:php|xml) | /?(?:html|head|body|script|style|input|button|form|template|svg|code|pre)\b )
    | ``` | `[^`\n]{1,80}`
    """,
    re.VERBOSE | re.IGNORECASE,
)
_OF_CODE = re.compile(r"[{}]|=>|==|!=|&&|\|\||;\s*\Z|\b(?:return|function|const|var|import|printf?)\b[^\n]{0,200}[=(;]")


def remove_leftover_markup(document: Document, knowledge: Knowledge) -> Iterator[Edit]:  # noqa: ARG001  all are alike
    """Tags go and entities become the characters they stand for, in a text that does not speak of markup.

    A tag that breaks lines leaves a line end between words. `&lt;` and `&gt;` stay, and so does a lone opening tag such
    as the one that `a<b>c` seems to have.

    >>> from cleaners.edits import apply
    >>> def without(text):
    ...     return apply(text, remove_leftover_markup(Document(text), Knowledge()))
    >>> without("It rained.<br>Ben &amp; Ann&#8217;s <b>dog</b> slept.")
    'It rained.\\nBen & Ann’s dog slept.'
    >>> without("Use <br> in HTML. AT&T, R&D, 5 < 6 and a<b>c stay.")
    'Use <br> in HTML. AT&T, R&D, 5 < 6 and a<b>c stay.'
    """
    text = document.text
    if "<" not in text and "&" not in text:
        return
    found = sorted([*_tags(text), *_entities(text)], key=lambda edit: edit.start)
    if not found or _OF_MARKUP.search(text):
        return
    lines: dict[int, bool] = {}
    end_of_last = 0
    for edit in found:
        if edit.start < end_of_last:  # an entity in an attribute
            continue
        end_of_last = edit.end
        start = text.rfind("\n", 0, edit.start) + 1
        if start not in lines:
            end = text.find("\n", start)
            line = text[start : end if end >= 0 else len(text)]
            lines[start] = _OF_CODE.search(_ENTITY.sub("", line)) is not None
        if not lines[start]:
            yield edit


def _tags(text: str) -> Iterator[Edit]:
    matches = list(_TAG.finditer(text)) if "<" in text else []
    closed = {match["name"].lower() for match in matches if match["end"]}
    for match in matches:
        name = match["name"].lower()
        is_breaking = name in _BREAKING
        if not match["end"] and name not in closed and name not in ("br", "hr", "p", "img"):
            continue
        if name == "p" and name not in closed and _joins_words(text, match):
            continue
        if is_breaking:
            stands_between = _before(text, match) not in ("", "\n") and _behind(text, match) not in ("", "\n")
            yield Edit(match.start(), match[0], "\n" if stands_between else "", "markup/tag")
        else:
            start, end = match.start() + len(match["before"]), match.end() - len(match["after"])
            yield Edit(start, text[start:end], "", "markup/tag")


def _joins_words(text: str, match: re.Match[str]) -> bool:
    """Whether letters or digits stand on both sides, as in a comparison."""
    return _before(text, match).isalnum() and _behind(text, match).isalnum()


def _before(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 1) : match.start()]


def _behind(text: str, match: re.Match[str]) -> str:
    return text[match.end() : match.end() + 1]


def _entities(text: str) -> Iterator[Edit]:
    for match in _ENTITY.finditer(text) if "&" in text else ():
        entity = match[0]
        if entity in _KEPT_ENTITIES or (entity[1] != "#" and entity[1:-1] not in _KNOWN_ENTITIES):
            continue
        character = unescape(entity)
        if character not in ("", "<", ">", entity, "\ufffd") and (character.isprintable() or character in _INVISIBLE):
            yield Edit(match.start(), entity, character, "markup/entity")
