"""The body of an article as its page shows it."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.clean.stored_markup import keep_stored_markup
from archiver.reading.exports.shown_body.highlighting import highlight
from archiver.reading.exports.shown_body.long_formulas import IGNORED, leave_long_formulas
from archiver.reading.exports.shown_body.page_headings import Heading, set_headings
from archiver.reading.exports.shown_body.shown_pictures import show_pictures
from archiver.reading.exports.shown_body.tree_edits import made, wrap
from archiver.reading.exports.site.page_links import REL, lead_links, no_fragment
from archiver.tree.document import parse_fragment
from archiver.tree.serialize import inner_html

#: Ids and classes of the page around the body, and of MathJax: a body has none that begin so.
_RESERVED: Final = ("s-", "mjx-", "mjx_")


@dataclass(frozen=True, slots=True)
class PageBody:
    """The HTML of a body, its headings, and what there is to draw (``leave_long_formulas``)."""

    html: str
    headings: list[Heading]
    load: int = 0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a body can lead to and load: ``pages`` are ids of articles that have a page.

    ``pictures`` and ``linked`` are names of files in the folder of the site by the addresses in the
    body. ``comments`` tells where an address leads to comments on the page of an article.
    """

    pages: Container[int] = ()
    pictures: Mapping[str, str] = field(default_factory=dict)
    linked: Mapping[str, str] = field(default_factory=dict)
    comments: Callable[[int, str], str | None] = no_fragment
    #: What links to other sites say of themselves.
    rel: str = REL


def page_body(
    html: str,
    here: int,
    around: Surroundings,
    change: Callable[[HtmlElement], None] = lambda _top: None,
) -> PageBody:
    """The archived body of the article ``here`` for its page.

    Links lead to pages and files that are there, and so do pictures. In the place of others stand
    their addresses. Code is marked, ids are unique. Whatever the archive holds, nothing runs.
    ``change`` is done to it before all that.
    """
    top = parse_fragment(html)
    keep_stored_markup(top)
    _own_names(top)
    change(top)
    load = leave_long_formulas(top)
    headings = set_headings(top)
    show_pictures(top, around.pictures)
    lead_links(top, here, around.pages, around.linked, around.comments, around.rel)
    highlight(top)
    _wrap_tables(top)
    shown = inner_html(top)
    if top.get("class"):  # a long formula stands in no element of the body
        shown = f'<div class="{IGNORED}">{shown}</div>'
    return PageBody(shown, headings, load)


def _own_names(top: HtmlElement) -> None:
    """Drop ids that are there already, and names that the page has for itself."""
    seen: set[str] = set()
    for element in top.iter(etree.Element):
        own = element.get("id")
        if own is not None and (own in seen or own.lower().startswith(_RESERVED)):
            del element.attrib["id"]
        elif own:
            seen.add(own)
        if classes := element.get("class"):
            kept = [one for one in classes.split() if not one.lower().startswith(_RESERVED)]
            element.set("class", " ".join(kept))


def _wrap_tables(top: HtmlElement) -> None:
    """Put each table into a box, in which it moves where it is wider than the page."""
    for table in list(top.iter("table")):
        if next(table.iterancestors("table"), None) is None:
            wrap(table, made("div", "s-wide"))
