"""The words of a comment as an article's page shows them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from lxml import etree
from lxml.html import HtmlElement
from markupsafe import Markup

from archiver.reading.exports.shown_body.long_formulas import LONGEST
from archiver.reading.exports.site.page_body import Surroundings, page_body
from archiver.reading.exports.site.page_templates import safe_html

#: Most comments: nothing in them leads anywhere, loads anything or has a name.
_PLAIN: Final = re.compile(r"(?:[^<]++|</?p>|<br>)*+\Z")
_HEADINGS: Final = ("h1", "h2", "h3", "h4", "h5", "h6")
#: Search engines shall take no link in a comment for a recommendation.
REL: Final = "nofollow noreferrer noopener"


def comment_words(html: str, here: int, around: Surroundings) -> Markup:
    """The archived HTML of a comment on the article ``here`` for its page.

    It becomes what a body becomes, but for names: what is called the same in the article, or in
    another comment, would be found in its place. Its headings are none of the page's.
    """
    if len(html) <= LONGEST and _PLAIN.match(html):
        return safe_html(html)
    body = page_body(html, here, replace(around, rel=REL), _drop_names)
    return safe_html(body.html)


def _drop_names(top: HtmlElement) -> None:
    for element in top.iter(etree.Element):
        element.attrib.pop("id", None)
        element.attrib.pop("name", None)
    for heading in list(top.iter(*_HEADINGS)):
        heading.tag = "p"
        heading.set("class", "s-comment-heading")
