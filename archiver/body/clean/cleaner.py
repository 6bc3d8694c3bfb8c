"""Make a body safe to put on a page: no script, no event attribute, no form, no frame, no tracker.

What can be taken out of the tree is taken out here, so that text and links are read from the same
tree that is stored; the sanitiser nh3 (the Rust library ammonia) has the last word on the HTML.
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
from archiver.body.clean.safe_addresses import Addresses, drop_unsafe_addresses
from archiver.body.clean.stand_ins import drop, keep_apart, write_comments
from archiver.body.clean.styles import STYLE_PROPERTIES, clean_styles
from archiver.body.clean.trackers import is_tracker
from archiver.tree.elements import (
    ATTRIBUTES,
    DROPPED,
    EMBEDS,
    FORBIDDEN,
    RENAMED,
    TAGS,
    URL_SCHEMES,
)
from archiver.tree.serialize import ENTITIES, inner_html

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
    keep_apart(body.iter(*EMBEDS))
    # before the cleaning takes the parameters of old players and the copies in noscript away
    show_late_pictures(body, article, document)
    replace_embeds(body, article, document)
    clean_tree(body)
    write_comments(body)
    make_absolute(body, article, document)
    drop_unsafe_addresses(body)
    clean_styles(body)
    return safe_html(body)


def clean_tree(body: HtmlElement) -> None:
    """Take out of a body what does not belong to a text, in place; the text behind it stays."""
    dropped = [*body.iter(*DROPPED), *filter(is_tracker, body.iter("img"))]
    keep_apart(dropped)
    drop(dropped)
    for element in body.iterdescendants(etree.Element):
        if element.tag not in TAGS:
            element.tag = _kept_name(element.tag)
        for name in [name for name in element.attrib if name.startswith("on")]:
            del element.attrib[name]


def _kept_name(tag: str) -> str:
    """What to call an element: one that the sanitiser would unwrap still has to part the text."""
    is_pseudo = tag not in FORBIDDEN and _PSEUDO_NAME.match(tag)
    return RENAMED.get(tag) or (tag if is_pseudo else "span")


def safe_html(body: HtmlElement) -> str:
    """The inner HTML of a cleaned body, sanitised, without white space at its ends."""
    return sanitise(body).strip(" \t\r\n")


def sanitise(top: HtmlElement) -> str:
    """The inner HTML of an element of a cleaned body, sanitised.

    Pseudo elements that an author wrote as text (``<type>`` in an error message) are kept, since
    a browser keeps them too; no page gives such a name a meaning.
    """
    addresses = Addresses()
    names = _pseudo_names(top)
    html, entities = _without_entities(inner_html(top, addresses.stand_in, names))
    clean = nh3.clean(
        html,
        tags=TAGS | set(names.values()),
        attributes=ATTRIBUTES,
        filter_style_properties=set(STYLE_PROPERTIES),
        url_schemes=set(URL_SCHEMES),
        link_rel=None,
    )
    for name, stand_in in names.items():
        clean = clean.replace(stand_in, name)
    clean = _PRE.sub(r"\g<0>\n", clean)
    for entity, character in entities:
        clean = clean.replace(character, entity)
    return addresses.restore(clean)


def _pseudo_names(top: HtmlElement) -> dict[str, str]:
    """A name that means nothing anywhere for each pseudo element below an element.

    The sanitiser knows ``<lambda>`` and ``<vector>`` as MathML, and drops them outside of it. The
    stand-ins hold a random word, so no text of the author's can look like one.
    """
    tags = {element.tag for element in top.iter(etree.Element)} - TAGS
    pseudo = {tag for tag in tags if _PSEUDO_NAME.match(tag)} - nh3.CLEAN_CONTENT_TAGS
    if not pseudo:
        return {}
    word = secrets.token_hex(16)
    return {tag: f"x{word}x{number}x" for number, tag in enumerate(sorted(pseudo))}


def _without_entities(html: str) -> tuple[str, list[tuple[str, str]]]:
    """HTML with a character of no other use for each entity, and the pairs of both.

    The sanitiser takes time quadratic in the number of entities.
    """
    unused = [character for character in _NONCHARACTERS if character not in html]
    pairs = list(zip(ENTITIES, unused, strict=False))
    for entity, character in pairs:
        html = html.replace(entity, character)
    return html, pairs
