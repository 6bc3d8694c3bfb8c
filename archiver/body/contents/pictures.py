"""The pictures of a body, each with its alternative text and its caption.

The blog has these forms (seen 2009 to 2026): a picture with a caption block, one with an empty
caption, floated ones whose caption is a ``<p>`` without a class at several depths of ``div``, one
without a caption block, a bare ``<img>``, and several captioned ones in one container.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.contents.text import inline_text
from archiver.items import Picture
from archiver.tree.traversal import Traversal

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
    return _Captions().read(body)


class _Captions:
    """Finds captions in one pass."""

    def __init__(self) -> None:
        self.found: dict[HtmlElement, HtmlElement] = {}
        self.taken: set[HtmlElement] = set()
        #: The last picture, what the last text before it stands in, and the last text behind it.
        self.picture: HtmlElement | None = None
        self.before: HtmlElement | None = None
        self.behind: HtmlElement | None = None

    def read(self, body: HtmlElement) -> dict[HtmlElement, HtmlElement]:
        for event, element in Traversal(body):
            if event != "start":
                self._text(element.tail, element.getparent())
                continue
            if element.tag == "img" and element.get("src"):
                self.before = self.before if self.behind is None else self.behind
                self.picture, self.behind = element, None
            elif _may_be_caption(element):
                self._caption(element)
            self._text(element.text, element)
        return self.found

    def _text(self, text: str | None, around: HtmlElement) -> None:
        if text and text.strip():
            self.behind = next(filter(_may_be_caption, _from(around)), around)

    def _caption(self, element: HtmlElement) -> None:
        picture = self._picture_of(element)
        if picture is not None and picture not in self.taken:
            self.found[element] = picture
            self.taken.add(picture)

    def _picture_of(self, caption: HtmlElement) -> HtmlElement | None:
        """The picture that an element is the caption of, if it is one."""
        if caption.tag == "figcaption":
            return _picture_of_figure(caption, self.picture)
        if self.picture is None:
            return None
        around = set(caption.iterancestors())
        shared = [up for up in self.picture.iterancestors() if up in around]
        if not any(map(_is_box, shared)) or caption.find(".//img") is not None:
            return None
        is_caption = _is_marked(caption) or self._is_alone(caption, shared[0])
        return self.picture if is_caption else None

    def _is_alone(self, caption: HtmlElement, shared: HtmlElement) -> bool:
        """True when a ``<p>`` ends ``shared``, the innermost element around it and its picture.

        However deep that is in the box; another picture may stand behind. Where it is the box
        itself, nothing else may be in it but pictures with captions.
        """
        if not inline_text(caption) or not _ends(caption, shared):
            return False
        if not _is_box(shared):
            return True
        is_first = self.before is None or shared not in _from(self.before)
        return self.behind is None and (is_first or self.before in self.found)


def _picture_of_figure(caption: HtmlElement, last: HtmlElement | None) -> HtmlElement | None:
    figure = next(caption.iterancestors("figure"), None)
    if figure is None:
        return None
    if last is not None and figure in last.iterancestors("figure"):
        return last
    return next((img for img in figure.iter("img") if img.get("src")), None)


def _may_be_caption(element: HtmlElement) -> bool:
    return element.tag in {"p", "figcaption"} or _is_marked(element)


def _is_marked(element: HtmlElement) -> bool:
    """True for the blog's own class of captions."""
    return _CAPTION_CLASS.search(element.get("class") or "") is not None


def _is_box(element: HtmlElement) -> bool:
    """True for what holds a picture and its caption."""
    return element.tag == "figure" or _BOX_CLASS.search(element.get("class") or "") is not None


def _from(element: HtmlElement) -> Iterator[HtmlElement]:
    """An element and all around it."""
    yield element
    yield from element.iterancestors()


def _ends(element: HtmlElement, top: HtmlElement) -> bool:
    """True when no text follows an element in ``top``, or a picture does first."""
    node = element
    while node is not top:
        if (node.tail or "").strip():
            return False
        following = node.getnext()
        if following is None:
            node = node.getparent()
            continue
        for inner in following.iter(etree.Element):
            if inner.tag == "img" and inner.get("src"):
                return True
            if (inner.text or "").strip() or (inner is not following and _has_tail(inner)):
                return False
        node = following
    return True


def _has_tail(element: HtmlElement) -> bool:
    return bool((element.tail or "").strip())
