"""Pictures and players in Markdown."""

from __future__ import annotations

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.contents.pictures import captions
from archiver.body.contents.text import inline_text
from archiver.body.formulas.found import Formulas
from archiver.body.markdown import escape

#: A caption with one of these says more than the title of a picture can hold.
_RICH = ("a", "code", "pre", "img")
_PLAYER_ATTRIBUTES = ("src", "poster", "controls")


class PictureWriter:
    """The pictures of a body and their captions.

    A caption of plain text becomes the title of its picture and is not text of the Markdown; one
    with formulas, links or code stays a paragraph below the picture.
    """

    def __init__(self, body: HtmlElement, formulas: Formulas) -> None:
        found = captions(body)
        self.plain_captions = {caption for caption in found if _is_plain(caption, formulas)}
        self._titles = {found[caption]: inline_text(caption) for caption in self.plain_captions}

    def markdown(self, picture: HtmlElement) -> str:
        """``![alt](url "caption")``; nothing for a picture without an address."""
        url = picture.get("src")
        if not url:
            return ""
        words = " ".join((picture.get("alt") or "").split())
        alt = escape.escape_text(words, all_brackets=True, in_link=True)
        title = escape.title(self._titles.get(picture, ""))
        return f"![{alt}]({escape.destination(url)}{title})"


def player(element: HtmlElement) -> str:
    """An ``audio`` or ``video`` element as inline HTML, with its sources."""
    sources = [source for source in element.iter("source") if source.get("src")]
    inner = "".join(f"<source{_attributes(source)}>" for source in sources)
    return f"<{element.tag}{_attributes(element)}>{inner}</{element.tag}>"


def _attributes(element: etree._Element) -> str:
    return "".join(
        f' {name}="{escape.attribute(element.get(name, ""))}"'
        for name in _PLAYER_ATTRIBUTES
        if element.get(name) is not None
    )


def _is_plain(caption: HtmlElement, formulas: Formulas) -> bool:
    """True for a caption of nothing but text, which the title of a picture can hold."""
    for element in caption.iter(etree.Element):
        if element.tag in _RICH or (element, False) in formulas:
            return False
        if element is not caption and (element, True) in formulas:
            return False
    return True
