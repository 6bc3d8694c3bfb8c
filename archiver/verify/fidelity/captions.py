"""The captions of pictures, by the rules of docs/data-format.md for what stands in a box."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from typing import Final, NamedTuple

from lxml import etree
from lxml.html import HtmlElement

from archiver.verify.fidelity.nodes import nodes, text_of

_BOX = re.compile(r"(^|\s)(pic-container|typecho-caption)(\s|$)")
_CAPTION = re.compile(r"(^|\s)typecho-caption-text(\s|$)")
_PICTURE: Final = "img"


class _Content(NamedTuple):
    """Something that stands in a body: a picture, or the text of one caption or paragraph."""

    element: etree._Element
    #: Everything that it stands in, the innermost first.
    around: tuple[etree._Element, ...]


def captions(body: HtmlElement) -> dict[HtmlElement, HtmlElement]:
    """The picture of each caption. A picture has one caption at most."""
    contents = list(_contents(body))
    found: dict[HtmlElement, HtmlElement] = {}
    taken: set[HtmlElement] = set()
    before: _Content | None = None
    for number, content in enumerate(contents):
        if content.element.tag == _PICTURE:
            before = content
        elif _may_be_caption(content.element):
            picture = _picture_of(contents, number, before, found)
            if picture is not None and picture not in taken:
                found[content.element] = picture
                taken.add(picture)
    return found


def _contents(body: HtmlElement) -> Iterator[_Content]:
    """The pictures and texts in document order; all text of a caption or paragraph is one."""
    last: etree._Element | None = None
    for node in nodes(body):
        if node.kind == "enter" and node.element.tag == _PICTURE and node.element.get("src"):
            last = None
            yield _Content(node.element, tuple(node.element.iterancestors()))
        elif node.kind == "text" and text_of((node.element, node.is_tail)).strip():
            around = (node.parent, *node.parent.iterancestors())
            whole = next((up for up in around if _may_be_caption(up)), node.parent)
            if whole is not last:
                last = whole
                inside = () if _may_be_caption(whole) else (whole,)
                yield _Content(whole, (*inside, *whole.iterancestors()))


def _may_be_caption(element: etree._Element) -> bool:
    return element.tag in {"p", "figcaption"} or _is_named(element)


def _is_named(element: etree._Element) -> bool:
    return _CAPTION.search(element.get("class") or "") is not None


def _is_box(element: etree._Element) -> bool:
    return element.tag == "figure" or _BOX.search(element.get("class") or "") is not None


def _picture_of(
    contents: list[_Content], number: int, before: _Content | None, known: Container[HtmlElement]
) -> HtmlElement | None:
    """The picture that a text is the caption of; ``None`` when it is no caption.

    ``before`` is the last picture before the text.
    """
    element, around = contents[number]
    if element.tag == "figcaption":
        return _picture_of_figure(around, before)
    if next(element.iter(_PICTURE), None) is not None:
        return None
    shared = [up for up in around if before is not None and up in before.around]
    if before is None or not any(map(_is_box, shared)):
        return None
    alone = _is_named(element) or _stands_alone(shared[0], contents, number, known)
    return before.element if alone else None


def _stands_alone(
    shared: etree._Element, contents: list[_Content], number: int, known: Container[HtmlElement]
) -> bool:
    """True when a picture or the end of ``shared`` follows the text with this number.

    Where ``shared`` is the box itself, only pictures and their captions may stand before the text.
    """
    behind = contents[number + 1] if number + 1 < len(contents) else None
    if behind is not None and shared in behind.around and behind.element.tag != _PICTURE:
        return False
    if not _is_box(shared):
        return True
    place = number - 1
    while place >= 0 and contents[place].element.tag == _PICTURE:
        place -= 1
    before = contents[place] if place >= 0 else None
    is_first = before is None or shared not in before.around
    return place < number - 1 and (is_first or contents[place].element in known)


def _picture_of_figure(
    around: tuple[etree._Element, ...], before: _Content | None
) -> HtmlElement | None:
    """The last picture before a ``figcaption`` in its figure, or else the first behind it."""
    figure = next((up for up in around if up.tag == "figure"), None)
    if figure is None:
        return None
    if before is not None and figure in before.around:
        return before.element
    return next((picture for picture in figure.iter(_PICTURE) if picture.get("src")), None)
