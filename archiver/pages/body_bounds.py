"""Where a body begins and ends on pages whose author left a tag open or closed one too many."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.html import HtmlElement
from parsel import Selector

from archiver import site

#: What stands behind the body on an article's page.
_BEHIND = frozenset({"tools", "neighbours", "similar", "comments"})


def body_element(post: Selector) -> HtmlElement:
    """The element with all of the body and its footer, and nothing of what stands behind it."""
    body: HtmlElement = post.css(site.ARTICLE_BODY)[0].root
    _expel(body)
    if not _has_footer(body):
        _take_in(body)
    return body


def _expel(body: HtmlElement) -> None:
    """Take out what an unclosed ``div`` of the body has drawn into it."""
    for block_id in _BEHIND:
        for block in body.xpath(".//div[@id=$id]", id=block_id):
            block.drop_tree()


def _take_in(body: HtmlElement) -> None:
    """Append what a ``</div>`` too many has put behind the body, if the footer is there."""
    fallen_out = list(_between_body_and_tools(body))
    if not any(_has_footer(element) for element in fallen_out):
        return
    _append_text(body, body.tail)
    body.tail = None
    for element in fallen_out:
        body.append(element)


def _between_body_and_tools(body: HtmlElement) -> Iterator[HtmlElement]:
    """The elements behind the body in document order, up to the tools."""
    node = body
    while node is not None and node.tag != "body":
        for sibling in node.itersiblings():
            if sibling.get("id") in _BEHIND or sibling.xpath(".//div[@id='tools']"):
                return
            yield sibling
        node = node.getparent()


def _has_footer(element: HtmlElement) -> bool:
    return any(
        element.xpath("self::div[@id=$id] | .//div[@id=$id]", id=i) for i in site.FOOTER_BLOCKS
    )


def _append_text(body: HtmlElement, text: str | None) -> None:
    if not text:
        return
    if len(body):
        body[-1].tail = (body[-1].tail or "") + text
    else:
        body.text = (body.text or "") + text
