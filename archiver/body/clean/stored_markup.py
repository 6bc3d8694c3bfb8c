"""Hold a body to what is stored: the archive may be one that somebody else has changed."""

from __future__ import annotations

from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from archiver.body.clean.cleaner import clean_tree
from archiver.body.clean.safe_addresses import drop_unsafe_addresses
from archiver.body.clean.styles import clean_styles
from archiver.tree.css_selection import with_attributes
from archiver.tree.elements import ATTRIBUTES

_EVERYWHERE: Final = frozenset(ATTRIBUTES["*"])
_ALLOWED: Final = {tag: _EVERYWHERE | names for tag, names in ATTRIBUTES.items()}


def keep_stored_markup(top: HtmlElement) -> None:
    """Take out of a tree, in place, every element, attribute, address and style that is not stored.

    A body as the cleaning has left it stays as it is. Afterwards no element is left whose text is
    no text (``script``, ``style``, ``svg``), so the HTML of the tree is parsed to the same tree.
    """
    clean_tree(top)
    for element in top.iterdescendants(etree.Element):
        allowed = _ALLOWED.get(str(element.tag), _EVERYWHERE)
        for name in [name for name in element.attrib if name not in allowed]:
            del element.attrib[name]
    described = with_attributes(top)
    drop_unsafe_addresses(described)
    clean_styles(described)
