"""The pictures of a body, each with its alternative text and its caption.

The blog has six forms (seen 2009 to 2026): a picture with a caption block, one with an empty
caption, a floated one whose caption is a ``<p>`` without a class, one without a caption block, a
bare ``<img>``, and several captioned ones in one container.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from archiver.body.text import BLOCKS, inline_text
from archiver.items import Picture

_CAPTION_CLASS = re.compile(r"(?:^|\s)typecho-caption-text(?:\s|\Z)")
_CONTAINER_CLASS = re.compile(r"(?:^|\s)(?:pic-container|typecho-caption)(?:\s|\Z)")


def list_pictures(body: HtmlElement) -> list[Picture]:
    """All pictures of a body with absolute addresses, in document order."""
    texts = {img: inline_text(caption) for caption, img in captions(body).items()}
    return [
        Picture(url, " ".join((img.get("alt") or "").split()), texts.get(img) or None)
        for img in body.iter("img")
        if (url := img.get("src"))
    ]


def captions(body: HtmlElement) -> dict[HtmlElement, HtmlElement]:
    """Each caption with its picture: the last ``<img>`` before it in its container.

    A ``figcaption`` that stands first belongs to the first picture behind it. A picture has one
    caption at most; a second one is text.
    """
    found: dict[HtmlElement, HtmlElement] = {}
    taken: set[HtmlElement] = set()
    last: HtmlElement | None = None
    for element in body.iter("img", "p", "figcaption"):
        if element.tag == "img":
            last = element if element.get("src") else None
        elif (picture := _picture_of(element, last)) is not None and picture not in taken:
            found[element] = picture
            taken.add(picture)
    return found


def _picture_of(caption: HtmlElement, last: HtmlElement | None) -> HtmlElement | None:
    """The picture that an element is the caption of, if it is one; ``last`` stands before it."""
    if caption.tag == "figcaption":
        figure = next(caption.iterancestors("figure"), None)
        if figure is None:
            return None
        if last is not None and figure in last.iterancestors("figure"):
            return last
        return next((img for img in figure.iter("img") if img.get("src")), None)
    if last is None or caption.find(".//img") is not None:
        return None
    if _CAPTION_CLASS.search(caption.get("class") or ""):
        return last if _near(caption, last) else None
    return last if _is_floated(caption, last) else None


def _near(caption: HtmlElement, picture: HtmlElement) -> bool:
    """Do a caption of the blog's class and a picture stand in one container?"""
    return any(box in caption.iterancestors() for box in _boxes(picture))


def _is_floated(caption: HtmlElement, picture: HtmlElement) -> bool:
    """Is a ``<p>`` without a class the caption of a floated picture?

    Form: ``div.pic-container > div > (a > img) + p``, nothing behind the paragraph. An open
    ``<strong>`` or ``<font>`` of the text before may stand around any part of it.
    """
    inner = _block_around(caption)
    outer = _block_around(inner) if inner is not None else None
    if inner is None or outer is None or caption.get("class") is not None:
        return False
    is_box = inner.tag == "div" and _CONTAINER_CLASS.search(outer.get("class") or "") is not None
    return is_box and _is_last(caption, inner) and inner in picture.iterancestors()


def _block_around(element: HtmlElement) -> HtmlElement | None:
    """The block that an element stands in, past bold, colours and links."""
    return next((up for up in element.iterancestors() if up.tag in BLOCKS), None)


def _is_last(element: HtmlElement, top: HtmlElement) -> bool:
    """Does nothing stand behind an element in ``top``?"""
    node = element
    while node is not top:
        if node.getnext() is not None or (node.tail or "").strip():
            return False
        node = node.getparent()
    return True


def _boxes(picture: HtmlElement) -> Iterator[HtmlElement]:
    """The containers around a picture, the innermost first."""
    for ancestor in picture.iterancestors("div"):
        if _CONTAINER_CLASS.search(ancestor.get("class") or ""):
            yield ancestor
