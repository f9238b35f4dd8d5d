"""Captions of a page's pictures: what stands with a picture, and what names a photographer."""

import re

from cleaners.markup_lines import Element, Line, Page

_LONGEST = 400  # characters
_LINKED = 0.4  # of a line's characters
_MOST_LINES = 3  # of a picture's box
_SIGNED = re.compile(
    r"""
    (?: ^ | [(（|/\[–-]\s? | [.!?…。]["'”’»)]?\s? )
    (?: (?: (?: (?: symbol | archiv | themen | titel )? (?: fotos? | bild(?:er)? ) | fotograf(?:ie|in|a|o)?
            | (?: file | archive | courtesy | handout )? \s? (?: images? | photos? | photograph | pictures? )
            | screenshot | im[aá]gen(?:es)? | immagin[ei] | zdjęci[ea] | fotó | kép | kuvat? | fotoğraf | φωτογραφία
            | фото )
            (?: [\s-]? (?: credits? | quelle | nachweis | rechte | courtesy ) )? (?: \s (?: by | of | von | de ) )?
          | cr[eé]dit[os]* (?: \s (?: photos? | fotos? | images? ) )?
          | 图片来源 | 圖片來源 | 图源 | 摄影 | 攝影 | 写真 | 撮影 | 사진 )
        \s? [:：©]
      | fot\.\s
      | ©
    )
    [^\n]{2,80} \Z
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MARKS = re.compile("[:：©]|fot\\.", re.IGNORECASE)  # most lines have none of them


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
        is_alone = element.first == element.last and not element.in_block
        if is_alone and (signed := _signed(line.text)):
            marks[element] = "markup/caption"
            for other in _beside(page, line, root) if signed.start() == 0 else ():
                marks[other.element] = marks[other.element] or "markup/caption"
        elif index >= root.first and _is_beside_picture(line, root):
            marks[element] = "markup/caption"


def _signed(text: str) -> re.Match[str] | None:
    return _SIGNED.search(text) if _MARKS.search(text) else None


def _beside(page: Page, credit: Line, root: Element) -> list[Line]:
    """The lines of the box with a picture in which a credit stands, if they are few and none is a heading."""
    box: Element | None = credit.element
    while box and box is not root and box.last - box.first < _MOST_LINES and not box.in_block:
        if box.has_image:
            lines = page.lines[box.first : box.last + 1]
            return [] if box.n_text > _LONGEST or any(line.element.heading for line in lines) else lines
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
