"""Make a body safe to put on a page: no script, no event attribute, no form, no frame, no tracker.

The sanitiser nh3 (the Rust library ammonia) decides which elements and attributes stay. Here is
done what it cannot: what goes with its text and what keeps it, the values of styles, and addresses
that stay as they were written. Text and links are read from the tree that is given to nh3.
"""

from __future__ import annotations

import re
import secrets
from copy import deepcopy
from functools import lru_cache
from typing import Final

import nh3
from lxml import etree
from lxml.html import HtmlElement

from archiver.body.clean.absolute_addresses import make_absolute
from archiver.body.clean.boilerplate import BOILERPLATE_TAGS, strip_boilerplate
from archiver.body.clean.embeds import replace_embeds
from archiver.body.clean.lazy_pictures import LATE_TAGS, show_late_pictures
from archiver.body.clean.restored_formulas import restore_formulas
from archiver.body.clean.safe_addresses import drop_unsafe_addresses
from archiver.body.clean.separators import drop_elements, separate, write_comments
from archiver.body.clean.styles import clean_styles
from archiver.body.clean.trackers import is_tracker
from archiver.tree.css_selection import with_attributes
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
#: Stands before names that the sanitiser is not to know; another one in each process.
_WORD: Final = f"x{secrets.token_hex(16)}"
_PSEUDO_NAME = re.compile(r"[a-z][a-z0-9]*\Z")
#: An address that is to be looked at: of another scheme than most, or what looks like a scheme.
_DOUBTFUL = re.compile(r' (?:href|src|cite|poster)="(?!https?:|mailto:|[/#]|[^":]*")')
_ADDRESS = re.compile(r' (?=(?:href|src|cite|poster)=")')


def clean_body(body: HtmlElement, article: int, document: str | None = None) -> str:
    """Clean a body as it was served, in place; returns its safe HTML with absolute addresses.

    ``document`` is what relative ones are resolved against on a page with a ``<base>``.
    """
    # kept to the end, so that lxml makes the objects of the elements once and not for each step
    below = list(body.iterdescendants(etree.Element))
    tags = {element.tag for element in below}
    if "script" in tags:
        restore_formulas(body)
    if tags & BOILERPLATE_TAGS:
        strip_boilerplate(body)
    if tags & EMBEDS:
        separate(body.iter(*EMBEDS))
    # before the cleaning takes the parameters of old players and the copies in noscript away
    if tags & LATE_TAGS:
        show_late_pictures(body, article, document)
    if tags & EMBEDS or "a" in tags:
        replace_embeds(body, article, document)
    is_renamed = clean_tree(body)
    write_comments(body)
    described = with_attributes(body)
    make_absolute(described, article, document)
    drop_unsafe_addresses(described)
    clean_styles(described)
    if is_renamed or ("a" in tags and _has_link_in_link(body)):
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


def tags_of(top: HtmlElement) -> set[str]:
    """The names of an element and of all below it."""
    return {element.tag for element in top.iter(etree.Element)}


def _has_link_in_link(body: HtmlElement) -> bool:
    return any(next(link.iterdescendants("a"), None) is not None for link in body.iter("a"))


def clean_tree(body: HtmlElement) -> bool:
    """Take out of a body what does not belong to a text, in place; the text behind it stays.

    True when an element that stays has got another name.
    """
    tags = tags_of(body)
    trackers = filter(is_tracker, body.iter("img")) if "img" in tags else ()
    dropped = [*(body.iter(*DROPPED) if tags & DROPPED else ()), *trackers]
    if dropped:
        separate(dropped)
        drop_elements(dropped)
    if tags <= TAGS:
        return False
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
    the names of both go through it with a random word before them, which no author can know.
    """
    html = inner_html(top)
    if _DOUBTFUL.search(html):
        top = deepcopy(top)
        drop_unsafe_addresses(with_attributes(top))
        html = inner_html(top)
    pseudo = frozenset(_pseudo_elements(top))
    if pseudo:
        html = _of_pseudo(pseudo).sub(rf"\g<0>{_WORD}", html)
    # where it is a text, the word goes again as it came
    html = _ADDRESS.sub(f" {_WORD}", html)
    html, entities = _without_entities(html)
    clean = _PRE.sub(r"\g<0>\n", _cleaner(pseudo).clean(html))
    for entity, character in entities:
        clean = clean.replace(character, entity)
    return clean.replace(_WORD, "")


@lru_cache(maxsize=32)
def _of_pseudo(names: frozenset[str]) -> re.Pattern[str]:
    """The beginning of every tag with one of these names."""
    return re.compile(rf"</?(?=(?:{'|'.join(names)})[ >])")


@lru_cache(maxsize=32)
def _cleaner(pseudo: frozenset[str]) -> nh3.Cleaner:
    """The sanitiser for bodies with these pseudo elements; to make it takes as long as its work."""
    return nh3.Cleaner(
        tags=TAGS.union(f"{_WORD}{tag}" for tag in pseudo),
        attributes={tag: _with_addresses(names) for tag, names in ATTRIBUTES.items()},
        url_schemes=set(URL_SCHEMES),
        link_rel=None,
    )


def _pseudo_elements(top: HtmlElement) -> set[str]:
    """The names of elements below ``top`` that mean nothing anywhere in HTML."""
    tags = tags_of(top) - TAGS
    return {tag for tag in tags - nh3.CLEAN_CONTENT_TAGS if _PSEUDO_NAME.match(tag)}


def _with_addresses(names: set[str]) -> set[str]:
    """Names of attributes, and those of addresses behind the word as well."""
    return names.union(f"{_WORD}{name}" for name in names & ADDRESSES)


def _without_entities(html: str) -> tuple[str, list[tuple[str, str]]]:
    """HTML with a character of no other use for each entity, and the pairs of both.

    The sanitiser takes time quadratic in the number of entities.
    """
    unused = (character for character in _NONCHARACTERS if character not in html)
    present = (entity for entity in ENTITIES if entity in html)
    pairs = list(zip(present, unused, strict=False))
    for entity, character in pairs:
        html = html.replace(entity, character)
    return html, pairs
