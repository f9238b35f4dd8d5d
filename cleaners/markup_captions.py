"""Captions of a page's pictures: what stands with a picture, and what names a photographer."""

import re

from cleaners.markup_lines import Element, Line, Page

_LONGEST = 400  # characters
_LINKED = 0.4  # of a line's characters
_MOST_LINES = 3  # of a picture's box
_SIGNED = re.compile(
    r"""
    (?: ^ | [(|/\[–-]\s? | [.!?…]["'”’»)]?\s )
    (?: (?: (?: fotos? | fotograf(?:ie)? | bild(?:er)? | images? | photos? | photograph | pictures? | im[aá]gen(?:es)?
            | immagin[ei] | zdjęcie | fot\. | fotó | kép | kuva | фото )
            (?: [\s-]? (?: credits? | quelle | nachweis | courtesy ) )? (?: \s (?: by | of | von | de ) )?
          | cr[eé]dit[os]*  (?: \s (?: photos? | fotos? | images? ) )? )
        \s? [:©]
      | ©
    )
    [^\n]{2,80} \Z
    """,
    re.VERBOSE | re.IGNORECASE,
)


def is_caption(page: Page, figure: Element) -> bool:
    """Whether a figure has little text, and no table, list or quotation."""
    inside = page.lines[figure.first : figure.last + 1]
    return figure.n_text <= _LONGEST and not any(line.element.in_block for line in inside)


def mark_captions(page: Page, marks: dict[Element, str], root: Element) -> None:
    """Short lines of the article that stand alone with a picture, and all down to its end that name a photographer."""
    for index, line in enumerate(page.lines[: root.last + 1]):
        element = line.element
        if marks[element] or element.heading or line.link_share >= _LINKED or line.length > _LONGEST:
            continue
        if element.first == element.last and (signed := _signed(line.text)):
            marks[element] = "markup/caption"
            for other in _beside(page, line, root) if signed.start() == 0 else ():
                marks[other.element] = marks[other.element] or "markup/caption"
        elif index >= root.first and _is_beside_picture(line, root):
            marks[element] = "markup/caption"


def _signed(text: str) -> re.Match[str] | None:
    return _SIGNED.search(text) if ":" in text or "©" in text else None  # most lines have neither


def _beside(page: Page, credit: Line, root: Element) -> list[Line]:
    """The lines of the box with a picture in which a credit stands, if they are few."""
    box: Element | None = credit.element
    while box and box is not root and box.last - box.first < _MOST_LINES and not box.in_block:
        if box.has_image:
            return page.lines[box.first : box.last + 1] if box.n_text <= _LONGEST else []
        box = box.parent
    return []


def _is_beside_picture(line: Line, root: Element) -> bool:
    """Whether the line is all the text of a box with a picture; one in a paragraph is an illustration of it."""
    box: Element | None = line.element
    while box and box is not root and box.first == box.last and not box.in_block:
        if box.has_image:
            return box.tag != "p" or not line.is_prose
        box = box.parent
    return False
