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
from archiver.body.contents.links import list_links
from archiver.body.contents.pictures import list_pictures
from archiver.body.contents.text import plain_text
from archiver.body.formulas.finder import find_formulas
from archiver.body.formulas.found import Formulas
from archiver.body.markdown import to_markdown
from archiver.items import Formula, Link, Picture
from archiver.site import Base
from archiver.tree.document import parse_fragment


@dataclass(frozen=True)
class Body:
    """A clean body. What is made from it is made when it is first asked for, and kept.

    All but ``links`` and ``pictures`` raise ``UnexpectedPage`` where the formulas of a paragraph
    cannot be found in linear time.
    """

    #: The safe HTML, with absolute addresses.
    html: str
    #: The tree of it.
    tree: HtmlElement
    #: Where a copy of the blog stands; links to its articles have a target too.
    base: Base | None = None

    @cached_property
    def text(self) -> str:
        """What a reader sees, as plain text."""
        return plain_text(self.tree, self._found)

    @cached_property
    def markdown(self) -> str:
        """The body as Markdown."""
        return to_markdown(self.tree, self._found)

    @property
    def formulas(self) -> list[Formula]:
        """The formulas in document order."""
        return self._found.found

    @cached_property
    def links(self) -> list[Link]:
        """The links in document order."""
        return list_links(self.tree, self.base)

    @cached_property
    def pictures(self) -> list[Picture]:
        """The pictures in document order."""
        return list_pictures(self.tree)

    @cached_property
    def excerpt(self) -> str | None:
        """The text before the ``<!--more-->`` of a page; ``None`` when there is no such mark."""
        return excerpt_of(self.tree, self._found)

    @cached_property
    def _found(self) -> Formulas:
        return find_formulas(self.tree)


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
