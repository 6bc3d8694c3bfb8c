"""Players and frames of other sites: a link to what they show stays in their place."""

from __future__ import annotations

from lxml.html import HtmlElement

from archiver import site
from archiver.tree.elements import EMBED_CLASS, EMBEDS


def replace_embeds(body: HtmlElement, article: int, document: str | None = None) -> None:
    """Put ``<a class="embed" href="…">…</a>`` in the place of each frame and plug-in, in place."""
    for element in list(body.iter(*EMBEDS)):
        if element.getparent() is None or element is body:
            continue  # inside an embed that is replaced already
        source = _source(element)
        if source and not source.lower().startswith(("javascript:", "data:", "about:")):
            _place_of(element).addprevious(_link(site.resolve(source, article, document)))
        element.drop_tree()
    for link in body.iter("a"):
        if link.get("class") == EMBED_CLASS and link.text != link.get("href"):
            del link.attrib["class"]


def _place_of(element: HtmlElement) -> HtmlElement:
    """The element that the link goes before: a link inside a link would end the outer one."""
    links: list[HtmlElement] = list(element.iterancestors("a"))
    return links[-1] if links else element


def _source(element: HtmlElement) -> str:
    """The address of what an embed shows; an ``object`` may have it in a ``param`` or ``embed``."""
    source = element.get("src") or element.get("data") or ""
    if not source.strip() and element.tag == "object":
        source = next(
            iter(element.xpath("(.//embed/@src | .//param[@name='movie']/@value)[1]")), ""
        )
    return source.strip()


def _link(url: str) -> HtmlElement:
    link = HtmlElement()
    link.tag = "a"
    link.set("class", EMBED_CLASS)
    link.set("href", url)
    link.text = url
    return link
