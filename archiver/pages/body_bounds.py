"""Where a body begins and ends, also on a page whose author left a tag open or closed too many."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement

from archiver import site
from archiver.tree.css_selection import divs_with_id

#: The ids of the blocks that follow the body on an article's page.
_FOLLOWING_BLOCKS = ("tools", "neighbours", "similar", "comments")
#: These, and those of the footer inside the body.
_BLOCKS = (*_FOLLOWING_BLOCKS, *site.FOOTER_BLOCKS)


def whole_body(body: HtmlElement) -> HtmlElement:
    """A body's element with all of it and its footer, and without the blocks that follow it.

    The page's tree is changed in place.
    """
    blocks = [block for block in divs_with_id(body, _BLOCKS) if block is not body]
    following = [block for block in blocks if block.get("id") in _FOLLOWING_BLOCKS]
    for block in following:  # an unclosed ``div`` of the body has them inside it
        block.drop_tree()
    if not (_has_footer(body) if following else blocks):
        _append_rest(body)
    return body


def _append_rest(body: HtmlElement) -> None:
    """Append what follows the element of a body that a ``</div>`` too many has ended early.

    The footer, which ends every body, shows where: without it nothing is appended.
    """
    rest = list(_between_body_and_tools(body))
    if not any(_has_footer(element) for element in rest):
        return
    _append_text(body, body.tail)
    body.tail = None
    for element in rest:
        body.append(element)


def _between_body_and_tools(body: HtmlElement) -> Iterator[HtmlElement]:
    """The elements that follow the body's, in document order, up to the tools."""
    node = body
    while node is not None and node.tag != "body":
        for sibling in node.itersiblings():
            if sibling.get("id") in _FOLLOWING_BLOCKS or sibling.xpath(".//div[@id='tools']"):
                return
            yield sibling
        node = node.getparent()


def _has_footer(element: HtmlElement) -> bool:
    return bool(divs_with_id(element, site.FOOTER_BLOCKS))


def _append_text(body: HtmlElement, text: str | None) -> None:
    if not text:
        return
    if len(body):
        body[-1].tail = (body[-1].tail or "") + text
    else:
        body.text = (body.text or "") + text
