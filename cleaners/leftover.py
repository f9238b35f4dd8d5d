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

_BREAKING = """
    br p div li ul ol dl dt dd h1 h2 h3 h4 h5 h6 hr blockquote table thead tbody tr td th section article figure
    figcaption
    """.split()
_INLINE = "b i u em strong span font a small sup sub center big img cite o:p".split()
_ALONE = frozenset("br hr p img".split())  # have no end, or may go without
_ATTRIBUTES = r"""(?:\s{1,9}[a-zA-Z:-]{1,30}\s?=\s?(?:"[^"<>]{0,999}"|'[^'<>]{0,999}'|[^\s"'<>=`]{1,999}))*"""
_TAG = re.compile(
    rf"""
    (?P<before> (?<![ \t]) [ \t]* )
    (?P<tag> < (?P<end> /? ) (?P<name> {"|".join(sorted(_BREAKING + _INLINE, key=len, reverse=True))} )
    {_ATTRIBUTES} \s? /? > )
    (?P<after> [ \t]* )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--(?:[^<>-]|-(?!->)){0,300}-->")
_UNFINISHED = re.compile(r"<[/a-zA-Z!][^<>]*\Z")
_WINDOW = 200  # characters in which the start of an unfinished tag is looked for
_ENTITY = re.compile(
    r"&(?=[\#a-zA-Z])(?P<escaped>(?:amp;|\#38;|\#[xX]26;)*)(?P<last>(?:\#\d{2,7}|\#[xX][0-9a-fA-F]{2,6}|[a-zA-Z]{2,8}\d{0,2});)?"
)
_INVISIBLE = ("\u00a0", "\u00ad", "\u200b", "\u200c", "\u200d", "\u2009", "\u2002", "\u2003")
_KNOWN_ENTITIES = frozenset(f"{name};" for name in name2codepoint) | {"apos;"}
_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"]*\Z")
_QUOTES = "\"'`\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
_OF_MARKUP = re.compile(
    r"""
    \b (?: x?html\d? | xml | sgml | css | javascript | web\ ?design\w* | source\ code | quelltext | balises? ) \b
    | < (?: !doctype | \?(?:php|xml) | /?(?:html|head|body|script|style|input|button|form|template|svg|code|pre)\b )
    | ``` | `[^`\n]{1,80}`
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LINE_OF_MARKUP = re.compile(
    r"\b(?:markdown|markup|entit(?:y|ies|\u00e4t|\u00e4ten|\u00e9s?)|tags?|escap(?:e[ds]?|ing)|regex|etiquetas?)\b",
    re.IGNORECASE,
)
_OF_CODE = re.compile(r"[{}]|=>|==|!=|&&|\|\||;\s*\Z|\b(?:return|function|const|var|import|printf?)\b[^\n]{0,200}[=(;]")


def remove_leftover_markup(document: Document, knowledge: Knowledge) -> Iterator[Edit]:  # noqa: ARG001  all are alike
    """Tags go and entities become the characters they stand for, in a text that does not speak of markup.

    A tag that breaks lines leaves a line end between words. `&lt;` and `&gt;` stay, and so does what is quoted, what
    stands on a line of code or about tags, and a lone opening tag such as the one that `a<b>c` seems to have.

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
            lines[start] = bool(_LINE_OF_MARKUP.search(line) or _OF_CODE.search(_ENTITY.sub("", line)))
        if not lines[start]:
            yield edit


def _tags(text: str) -> Iterator[Edit]:
    if "<" not in text:
        return
    for match in _COMMENT.finditer(text):
        yield Edit(match.start(), match[0], "", "markup/comment")
    matches = [match for match in _TAG.finditer(text) if not _is_quoted(text, *match.span("tag"))]
    if all(_is_mentioned(text, match) for match in matches):
        return
    closed = {match["name"].lower() for match in matches if match["end"]}
    for match in matches:
        name = match["name"].lower()
        if not match["end"] and name not in closed and name not in _ALONE:
            continue
        if name == "p" and name not in closed and _joins_words(text, match):
            continue
        start, end = match.span("tag")
        if _UNFINISHED.search(text, max(0, start - _WINDOW), start):  # taking this one away would make another
            continue
        if name in _BREAKING:
            stands_between = _before(text, match) not in ("", "\n") and _behind(text, match) not in ("", "\n")
            yield Edit(match.start(), match[0], "\n" if stands_between else "", "markup/tag")
        else:
            yield Edit(start, text[start:end], "", "markup/tag")


def _is_mentioned(text: str, match: re.Match[str]) -> bool:
    """Whether a tag stands free in the middle of a sentence, as a word does."""
    before, behind = _before(text, match), _behind(text, match)
    return bool(match["before"] and match["after"] and (before.isalnum() or before == ",") and behind.islower())


def _joins_words(text: str, match: re.Match[str]) -> bool:
    """Whether letters or digits stand on both sides, as in a comparison."""
    return _before(text, match).isalnum() and _behind(text, match).isalnum()


def _before(text: str, match: re.Match[str]) -> str:
    return text[max(0, match.start() - 1) : match.start()]


def _behind(text: str, match: re.Match[str]) -> str:
    return text[match.end() : match.end() + 1]


def _is_quoted(text: str, start: int, end: int) -> bool:
    return start > 0 and end < len(text) and text[start - 1] in _QUOTES and text[end] in _QUOTES


def _entities(text: str) -> Iterator[Edit]:
    for match in _ENTITY.finditer(text) if "&" in text else ():
        last = match["last"] or ""
        character = _character(last) if last else ""
        if not (match["escaped"] or character) or _is_quoted(text, *match.span()):
            continue
        if _ADDRESS.search(text, max(0, match.start() - _WINDOW), match.start()):
            character = ""  # `&copy=1` has nothing to do with copyright
        if match["escaped"] or character:
            yield Edit(match.start(), match[0], character or f"&{last}", "markup/entity")


def _character(name: str) -> str:
    """What an entity stands for, or "" if that is not known, or would make another entity or a tag.

    >>> _character("eacute;"), _character("lt;"), _character("#59;")
    ('é', '', '')
    """
    if not name.startswith("#") and name not in _KNOWN_ENTITIES:
        return ""
    character = unescape(f"&{name}")
    if len(character) != 1 or character in "<>&#;\ufffd" or (character.isascii() and character.isalnum()):
        return ""
    return character if character.isprintable() or character in _INVISIBLE else ""
