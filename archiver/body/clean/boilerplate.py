"""Take the site's boilerplate out of a body, and nothing of the author's.

The footer stands last inside ``#PostContent``: two paragraphs on republication, then
``div#content_tips``, ``div#pay`` and ``div#how_to_cite``. In old articles with an unclosed
``blockquote`` or ``div`` it is nested inside that. The same words also occur in article texts, so
position and markup decide, never the words alone: without a footer block nothing is the footer.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver import site
from archiver.body.clean.separators import drop_elements, separate
from archiver.tree.css_selection import divs_with_id
from archiver.tree.document import ASCII_SPACE, text_content

_NEVER_SHOWN = frozenset({"script", "style", "noscript", "template"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
#: Without one of these below it a body has no boilerplate.
BOILERPLATE_TAGS: Final = frozenset({"div", *_HEADINGS})


def strip_boilerplate(body: HtmlElement) -> None:
    """Remove the footer and the self anchors of headings, in place."""
    if _remove_footer_blocks(body):
        for mark in site.FOOTER_PARAGRAPHS:
            _remove_last_paragraph(body, mark)
    remove_self_anchors(body)


def remove_self_anchors(body: HtmlElement) -> None:
    """Remove ``<a href="#id">#</a>`` from headings with the space before it, in place."""
    anchors = [
        anchor
        for heading in body.iter(*_HEADINGS)
        for anchor in heading.iter("a")
        if (anchor.get("href") or "").startswith("#")
        and text_content(anchor).strip() == site.SELF_ANCHOR_TEXT
    ]
    for anchor in anchors:
        _strip_space_before(anchor)
    separate(anchors)
    drop_elements(anchors)


def _remove_footer_blocks(body: HtmlElement) -> bool:
    """Remove the last block of each kind; tells whether there was one."""
    found = False
    if divs_with_id(body, site.FOOTER_BLOCKS):
        for block_id in site.FOOTER_BLOCKS:
            blocks = [block for block in divs_with_id(body, (block_id,)) if block is not body]
            if blocks:
                blocks[-1].drop_tree()
                found = True
    return found


def _remove_last_paragraph(body: HtmlElement, mark: str) -> None:
    """Remove the paragraph that ends the body, if it is the footer paragraph with this mark.

    An article that ends inside a tag (``<a``) takes the tag of the paragraph with it: then what
    stands in it is removed.
    """
    for element in _last_with_bold_text(body):
        if _is_footer(element, mark) and not _text_after(element, body):
            element.drop_tree()
            return


def _last_with_bold_text(body: HtmlElement) -> Iterator[HtmlElement]:
    """The last paragraph with bold text in it, and the last such ``<em>``."""
    for tag, bold in (("p", ".//strong"), ("em", "strong")):
        elements = reversed(list(body.iterdescendants(tag)))
        last = next((element for element in elements if element.find(bold) is not None), None)
        if last is not None:
            yield last


def _is_footer(element: HtmlElement, mark: str) -> bool:
    """True for an element that begins with bold text that begins with a mark of the footer."""
    bold = next(element.iter("strong"))  # an open <a> or <b> may stand in between
    return all(text_content(part).strip().startswith(mark) for part in (bold, element))


def _text_after(element: HtmlElement, top: HtmlElement) -> bool:
    """True when there is text to see behind an element, up to the end of ``top``."""
    node = element
    while node is not top:
        if (node.tail or "").strip():
            return True
        for sibling in node.itersiblings():
            if _shows_text(sibling) or (sibling.tail or "").strip():
                return True
        node = node.getparent()
    return False


def _shows_text(element: HtmlElement) -> bool:
    """True for text that a browser shows; an unclosed tag may have scripts of the page in it."""
    return any(
        ((part.text or "").strip() and part.tag not in _NEVER_SHOWN)
        or (part is not element and (part.tail or "").strip())
        for part in element.iter(etree.Element)
    )


def _strip_space_before(element: HtmlElement) -> None:
    previous = element.getprevious()
    if previous is not None:
        previous.tail = (previous.tail or "").rstrip(ASCII_SPACE)
    else:
        parent = element.getparent()
        parent.text = (parent.text or "").rstrip(ASCII_SPACE)
