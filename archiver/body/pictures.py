"""The pictures of a body, each with its alternative text and its caption.

The blog has these forms (seen 2009 to 2026): a picture with a caption block, one with an empty
caption, floated ones whose caption is a ``<p>`` without a class at several depths of ``div``, one
without a caption block, a bare ``<img>``, and several captioned ones in one container.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from itertools import takewhile

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.text import inline_text
from archiver.body.walk import Walk
from archiver.items import Picture

_CAPTION_CLASS = re.compile(r"(?:^|\s)typecho-caption-text(?:\s|\Z)")
_BOX_CLASS = re.compile(r"(?:^|\s)(?:pic-container|typecho-caption)(?:\s|\Z)")


def list_pictures(body: HtmlElement) -> list[Picture]:
    """All pictures of a body with absolute addresses, in document order."""
    texts = {img: inline_text(caption) for caption, img in captions(body).items()}
    return [
        Picture(url, " ".join((img.get("alt") or "").split()), texts.get(img) or None)
        for img in body.iter("img")
        if (url := img.get("src"))
    ]


def captions(body: HtmlElement) -> dict[HtmlElement, HtmlElement]:
    """Each caption with its picture: the last ``<img>`` before it in its box.

    A ``figcaption`` that stands first belongs to the first picture behind it. A picture has one
    caption at most; a second one is text.
    """
    found: dict[HtmlElement, HtmlElement] = {}
    taken: set[HtmlElement] = set()
    last: HtmlElement | None = None
    for element in body.iter(etree.Element):
        if element.tag == "img":
            last = element if element.get("src") else last
        elif _may_be_caption(element):
            picture = _picture_of(element, last, found)
            if picture is not None and picture not in taken:
                found[element] = picture
                taken.add(picture)
    return found


def _may_be_caption(element: HtmlElement) -> bool:
    return element.tag in {"p", "figcaption"} or _is_marked(element)


def _is_marked(element: HtmlElement) -> bool:
    """True for the blog's own class of captions."""
    return _CAPTION_CLASS.search(element.get("class") or "") is not None


def _picture_of(
    caption: HtmlElement, last: HtmlElement | None, found: Container[HtmlElement]
) -> HtmlElement | None:
    """The picture that an element is the caption of, if it is one; ``last`` stands before it."""
    if caption.tag == "figcaption":
        figure = next(caption.iterancestors("figure"), None)
        if figure is None:
            return None
        if last is not None and figure in last.iterancestors("figure"):
            return last
        return next((img for img in figure.iter("img") if img.get("src")), None)
    if last is None or not _share_box(caption, last) or caption.find(".//img") is not None:
        return None
    return last if _is_marked(caption) or _is_alone(caption, last, found) else None


def _share_box(caption: HtmlElement, picture: HtmlElement) -> bool:
    """True when both stand in one box for a picture and its caption."""
    around = set(caption.iterancestors())
    return any(_is_box(up) for up in picture.iterancestors() if up in around)


def _is_box(element: HtmlElement) -> bool:
    return element.tag == "figure" or _BOX_CLASS.search(element.get("class") or "") is not None


def _is_alone(caption: HtmlElement, picture: HtmlElement, found: Container[HtmlElement]) -> bool:
    """True when the ``<p>`` behind a picture ends the innermost element around both.

    In that element, however deep in the box it is, pictures with their captions may stand before
    them, and a picture behind. Where it is the box itself, there is no other text in it.
    """
    around = set(picture.iterancestors())
    shared = next(up for up in caption.iterancestors() if up in around)
    contents = list(_contents(shared))
    place = contents.index(picture)
    behind = list(takewhile(lambda content: content.tag != "img", contents[place + 1 :]))
    if not _is_box(shared):
        return behind[-1:] == [caption]
    others = (*contents[:place], *behind)
    return behind[-1:] == [caption] and all(
        content.tag == "img" or content in found or content is caption for content in others
    )


def _contents(top: HtmlElement) -> Iterator[HtmlElement]:
    """The pictures below an element, and for each text what may be the caption around it."""
    for event, element in Walk(top):
        if event == "start" and element.tag == "img":
            yield element
        if event == "start" and (element.text or "").strip():
            yield _holder(element)
        elif event != "start" and (element.tail or "").strip():
            yield _holder(element.getparent())


def _holder(element: HtmlElement) -> HtmlElement:
    """What may be the caption around a text, or else the element that the text stands in."""
    around = (element, *element.iterancestors())
    return next((up for up in around if _may_be_caption(up)), element)
