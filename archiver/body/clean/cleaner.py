"""Make a body safe to put on a page: no script, no event attribute, no form, no frame, no tracker.

The sanitiser nh3 (the Rust library ammonia) decides which elements and attributes stay. Here is
done what it cannot: what goes with its text and what keeps it, the values of styles, and addresses
that stay as they were written. Text and links are read from the tree that is given to nh3.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

import nh3
from lxml import etree
from lxml.html import HtmlElement

from archiver.body.clean.absolute_addresses import make_absolute
from archiver.body.clean.boilerplate import strip_boilerplate
from archiver.body.clean.embeds import replace_embeds
from archiver.body.clean.lazy_pictures import show_late_pictures
from archiver.body.clean.restored_formulas import restore_formulas
from archiver.body.clean.safe_addresses import drop_unsafe_addresses, may_stay
from archiver.body.clean.separators import drop_elements, separate, write_comments
from archiver.body.clean.styles import clean_styles
from archiver.body.clean.trackers import is_tracker
from archiver.tree.document import parse_fragment
from archiver.tree.elements import (
    ATTRIBUTES,
    DROPPED,
    EMBEDS,
    FORBIDDEN,
    RENAMED,
    TAGS,
    URL_SCHEMES,
)
from archiver.tree.serialize import ADDRESSES, ENTITIES, inner_html

#: The sanitiser writes one line feed where a parser drops one.
_PRE = re.compile(r"""<pre(?: [a-z]+="[^"]*")*>(?=\n)""")
#: Unicode keeps these for the inner use of programs.
_NONCHARACTERS: Final = [chr(code) for code in range(0xFDD0, 0xFDF0)]
_PSEUDO_NAME = re.compile(r"[a-z][a-z0-9]*\Z")


def clean_body(body: HtmlElement, article: int, document: str | None = None) -> str:
    """Clean a body as it was served, in place; returns its safe HTML with absolute addresses.

    ``document`` is what relative ones are resolved against on a page with a ``<base>``.
    """
    restore_formulas(body)
    strip_boilerplate(body)
    separate(body.iter(*EMBEDS))
    # before the cleaning takes the parameters of old players and the copies in noscript away
    show_late_pictures(body, article, document)
    replace_embeds(body, article, document)
    is_renamed = clean_tree(body)
    write_comments(body)
    make_absolute(body, article, document)
    drop_unsafe_addresses(body)
    clean_styles(body)
    if is_renamed or body.find(".//a//a") is not None:
        _parse_again(body)
    return safe_html(body)


def _parse_again(body: HtmlElement) -> None:
    """Give a body the tree that its HTML is parsed to: what is read from it is what is stored.

    It may be another one where an element has got a new name, and where a table has put a link
    inside a link.
    """
    parsed = parse_fragment(inner_html(body, with_comments=True))
    body.text = parsed.text
    body[:] = parsed[:]


def clean_tree(body: HtmlElement) -> bool:
    """Take out of a body what does not belong to a text, in place; the text behind it stays.

    True when an element that stays has got another name.
    """
    dropped = [*body.iter(*DROPPED), *filter(is_tracker, body.iter("img"))]
    separate(dropped)
    drop_elements(dropped)
    is_renamed = False
    for element in body.iterdescendants(etree.Element):
        if element.tag not in TAGS:
            name = _kept_name(element.tag)
            is_renamed |= name != element.tag
            element.tag = name
    return is_renamed


def _kept_name(tag: str) -> str:
    """The name for an element not in ``TAGS``: the sanitiser would join the texts around it."""
    is_pseudo = tag not in FORBIDDEN and _PSEUDO_NAME.match(tag)
    return RENAMED.get(tag) or (tag if is_pseudo else "span")


def safe_html(body: HtmlElement) -> str:
    """The inner HTML of a cleaned body, sanitised, without white space at its ends."""
    return sanitise(body).strip(" \t\r\n")


def sanitise(top: HtmlElement) -> str:
    """The inner HTML of an element of a cleaned body, sanitised.

    Pseudo elements that an author wrote as text (``<type>`` in an error message) are kept, since
    a browser keeps them too; no page gives such a name a meaning. The sanitiser knows some of them
    (``<vector>``) as MathML, and drops addresses that its parser rejects (a host with a space). So
    the names of both go through it with a random word before them, which no author can have used.
    """
    word = f"x{secrets.token_hex(16)}"
    elements = {tag: f"{word}{tag}" for tag in _pseudo_elements(top)}

    def attribute_name(element: etree._Element, name: str, value: str) -> str:
        return f"{word}{name}" if may_stay(element, name, value) else name

    html, entities = _without_entities(inner_html(top, attribute_name, elements))
    clean = nh3.clean(
        html,
        tags=TAGS.union(elements.values()),
        attributes={tag: _with_addresses(names, word) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(URL_SCHEMES),
        link_rel=None,
    )
    clean = _PRE.sub(r"\g<0>\n", clean)
    for entity, character in entities:
        clean = clean.replace(character, entity)
    return clean.replace(word, "")


def _pseudo_elements(top: HtmlElement) -> set[str]:
    """The names of elements below ``top`` that mean nothing anywhere in HTML."""
    tags = {str(element.tag) for element in top.iter(etree.Element)} - TAGS
    return {tag for tag in tags - nh3.CLEAN_CONTENT_TAGS if _PSEUDO_NAME.match(tag)}


def _with_addresses(names: set[str], word: str) -> set[str]:
    """Names of attributes, and those of addresses behind a word as well."""
    return names.union(f"{word}{name}" for name in names & ADDRESSES)


def _without_entities(html: str) -> tuple[str, list[tuple[str, str]]]:
    """HTML with a character of no other use for each entity, and the pairs of both.

    The sanitiser takes time quadratic in the number of entities.
    """
    unused = [character for character in _NONCHARACTERS if character not in html]
    pairs = list(zip(ENTITIES, unused, strict=False))
    for entity, character in pairs:
        html = html.replace(entity, character)
    return html, pairs
