"""One reading of a body: everything stored that is made from it.

A body is read as a page has it (``read_body``, which cleans it first) or as it is stored
(``read_stored_body``). Both give the same ``Body``, but for the excerpt: the mark that ends it is a
comment, and stored HTML has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lxml.html import HtmlElement

from archiver.body.clean.cleaner import clean_body
from archiver.body.contents.excerpt import excerpt_of
from archiver.body.contents.links import links_of
from archiver.body.contents.picture_captions import Caption, captions_of
from archiver.body.contents.pictures import pictures_of
from archiver.body.contents.text import text_of_events
from archiver.body.events.event import Events
from archiver.body.events.reader import read_events
from archiver.body.formulas.finder import mark_formulas
from archiver.body.formulas.found import Formulas
from archiver.body.markdown import markdown_of
from archiver.items import Formula, Link, Picture
from archiver.site import Base
from archiver.tree.document import parse_fragment


@dataclass(frozen=True)
class Body:
    """A clean body. What is made from it is made when it is first asked for, and kept.

    The tree is read once, as a list of events, which all else is made from. All but ``links`` and
    ``pictures`` raise ``UnexpectedPage`` where the formulas of a paragraph cannot be found in
    linear time.
    """

    #: The safe HTML, with absolute addresses.
    html: str
    #: The tree of it.
    tree: HtmlElement
    #: Where a copy of the blog stands; links to its articles have a target too.
    base: Base | None = None

    def of_base(self, base: Base | None) -> Body:
        """The same body, where the blog was read from ``base``; it is not read again."""
        body = Body(self.html, self.tree, base)
        kept = {name: made for name, made in vars(self).items() if name not in {"base", "links"}}
        vars(body).update(kept)
        return body

    @cached_property
    def text(self) -> str:
        """What a reader sees, as plain text."""
        return text_of_events(self._marked)

    @cached_property
    def markdown(self) -> str:
        """The body as Markdown."""
        return markdown_of(self._events, self._found.found, self._captions)

    @property
    def formulas(self) -> list[Formula]:
        """The formulas in document order."""
        return self._found.found

    @cached_property
    def links(self) -> list[Link]:
        """The links in document order."""
        return links_of(self._events, self.base)

    @cached_property
    def pictures(self) -> list[Picture]:
        """The pictures in document order."""
        return pictures_of(self._events, self._captions)

    @cached_property
    def excerpt(self) -> str | None:
        """The text before the ``<!--more-->`` of a page; ``None`` when there is no such mark."""
        return excerpt_of(self._marked)

    @cached_property
    def _events(self) -> Events:
        return read_events(self.tree)

    @cached_property
    def _found(self) -> Formulas:
        """The formulas, once the events are marked with them."""
        return mark_formulas(self._events)

    @property
    def _marked(self) -> Events:
        _ = self._found
        return self._events

    @cached_property
    def _captions(self) -> list[Caption]:
        return captions_of(self._events)


def read_body(
    served: HtmlElement, article: int, document: str | None = None, base: Base | None = None
) -> Body:
    """The body that an article's page has in the element ``served``, which is cleaned in place.

    Relative addresses are resolved against ``document``, or against the article's own address.
    """
    return Body(clean_body(served, article, document), served, base)


def read_stored_body(html: str, base: Base | None = None) -> Body:
    """The body that the archive has as ``body_html``, which is clean and is not cleaned again."""
    return Body(html, parse_fragment(html), base)
