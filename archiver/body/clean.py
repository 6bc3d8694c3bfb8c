"""Make a body safe to put on a page: no script, no event attribute, no form, no frame, no tracker.

What can be taken out of the tree is taken out here, so that text and links are read from the same
tree that is stored; the sanitiser nh3 (the Rust library ammonia) has the last word on the HTML.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

import nh3
from lxml import etree
from lxml.html import HtmlElement

from archiver import site
from archiver.body.addresses import URL_SCHEMES, Addresses, drop_unsafe_addresses
from archiver.body.apart import drop, keep_apart, write_comments
from archiver.body.boilerplate import strip_boilerplate
from archiver.body.embeds import replace_embeds
from archiver.body.links import make_absolute
from archiver.body.mathjax import restore_formulas
from archiver.body.serialize import ENTITIES, inner_html

_DROPPED: Final = [
    "script",
    "noscript",
    "style",
    "template",
    "link",
    "meta",
    "base",
    "title",
    "head",
    "input",
    "select",
    "datalist",
    "keygen",
    "noembed",
    "noframes",
    "param",
    "applet",
    "bgsound",
    "svg",
    "math",
    "frameset",
]
#: Elements whose text stays, under a name that does nothing but draw them in the same way.
_RENAMED: Final = {
    "form": "div",
    "fieldset": "div",
    "legend": "div",
    "button": "span",
    "label": "span",
    "textarea": "pre",
    "xmp": "pre",
    "listing": "pre",
    "plaintext": "pre",
}
#: What ``replace_embeds`` takes out where there is nothing to link to.
_EMBEDS: Final = ("iframe", "embed", "object", "frame")
_SIZE = re.compile(r"\s*[01](?:px)?\s*\Z")

#: Every element that HTML defines or browsers still draw, without those taken out above.
TAGS: Final = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "address",
        "area",
        "article",
        "aside",
        "audio",
        "b",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "data",
        "dd",
        "del",
        "details",
        "dfn",
        "dir",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "main",
        "map",
        "mark",
        "menu",
        "nav",
        "nobr",
        "ol",
        "p",
        "pre",
        "q",
        "rb",
        "rp",
        "rt",
        "rtc",
        "ruby",
        "s",
        "samp",
        "section",
        "small",
        "source",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "track",
        "tt",
        "u",
        "ul",
        "var",
        "video",
        "wbr",
    ]
)
_EVERYWHERE: Final = frozenset({"id", "class", "title", "lang", "dir", "style", "align", "hidden"})
ATTRIBUTES: Final[dict[str, set[str]]] = {
    "*": set(_EVERYWHERE),
    "a": {"href", "name", "target"},
    "area": {"href", "alt", "coords", "shape"},
    "audio": {"src", "controls", "loop"},
    "blockquote": {"cite"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "del": {"cite", "datetime"},
    "font": {"color", "face", "size"},
    "hr": {"color", "size", "width"},
    "img": {"src", "alt", "width", "height", "border", "hspace", "vspace", "usemap"},
    "ins": {"cite", "datetime"},
    "li": {"value", "type"},
    "map": {"name"},
    "ol": {"start", "type", "reversed"},
    "q": {"cite"},
    "source": {"src", "type"},
    "table": {"border", "cellpadding", "cellspacing", "width", "bgcolor", "summary"},
    "tbody": {"valign"},
    "td": {"colspan", "rowspan", "width", "height", "valign", "bgcolor", "nowrap"},
    "th": {"colspan", "rowspan", "width", "height", "valign", "bgcolor", "nowrap", "scope"},
    "thead": {"valign"},
    "time": {"datetime"},
    "tr": {"valign", "bgcolor"},
    "ul": {"type"},
    "video": {"src", "poster", "controls", "width", "height", "loop"},
}
#: Style that carries meaning or layout, without addresses and without leaving the body's place.
STYLE_PROPERTIES: Final = frozenset(
    [
        "background-color",
        "border",
        "border-bottom",
        "border-collapse",
        "border-color",
        "border-left",
        "border-right",
        "border-style",
        "border-top",
        "border-width",
        "clear",
        "color",
        "display",
        "float",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "height",
        "letter-spacing",
        "line-height",
        "list-style-type",
        "margin",
        "margin-bottom",
        "margin-left",
        "margin-right",
        "margin-top",
        "max-height",
        "max-width",
        "min-width",
        "padding",
        "padding-bottom",
        "padding-left",
        "padding-right",
        "padding-top",
        "text-align",
        "text-decoration",
        "text-indent",
        "vertical-align",
        "white-space",
        "width",
        "word-break",
    ]
)
#: The sanitiser writes one line feed where a parser drops one.
_PRE = re.compile(r"""<pre(?: [a-z]+="[^"]*")*>(?=\n)""")
#: Unicode keeps these for the inner use of programs.
_NONCHARACTERS: Final = [chr(code) for code in range(0xFDD0, 0xFDF0)]
_PSEUDO_NAME = re.compile(r"[a-z][a-z0-9]*\Z")


def clean_body(body: HtmlElement, article: int) -> str:
    """Clean a body as it was served, in place; returns its safe HTML with absolute addresses."""
    restore_formulas(body)
    strip_boilerplate(body)
    keep_apart(body.iter(*_EMBEDS))
    replace_embeds(body, article)  # before the cleaning takes the parameters of old players away
    clean_tree(body)
    write_comments(body)
    make_absolute(body, article)
    drop_unsafe_addresses(body)
    return safe_html(body)


def clean_tree(body: HtmlElement) -> None:
    """Take out of a body what does not belong to a text, in place; the text behind it stays."""
    dropped = [*body.iter(*_DROPPED), *filter(is_tracker, body.iter("img"))]
    keep_apart(dropped)
    drop(dropped)
    for element in body.iter(etree.Element):
        if element.tag not in TAGS:
            element.tag = _kept_name(element.tag)
        for name in [name for name in element.attrib if name.startswith("on")]:
            del element.attrib[name]


def _kept_name(tag: str) -> str:
    """What to call an element: one that the sanitiser would unwrap still has to part the text."""
    return _RENAMED.get(tag) or (tag if _PSEUDO_NAME.match(tag) else "span")


def is_tracker(picture: HtmlElement) -> bool:
    """Is this picture a visitor counter: invisible, or from a counter's host?"""
    sizes = picture.get("width"), picture.get("height")
    if all(size is not None and _SIZE.match(size) for size in sizes):
        return True
    try:
        host = urlsplit(picture.get("src") or "").hostname
    except ValueError:
        return False
    return host in site.TRACKER_HOSTS


def safe_html(body: HtmlElement) -> str:
    """The inner HTML of a cleaned body, sanitised.

    Pseudo elements that an author wrote as text (``<type>`` in an error message) are kept, since
    a browser keeps them too; no page gives such a name a meaning.
    """
    addresses = Addresses()
    html, entities = _without_entities(inner_html(body, addresses.stand_in))
    tags = {element.tag for element in body.iter(etree.Element)} - TAGS
    pseudo = {tag for tag in tags if _PSEUDO_NAME.match(tag)} - nh3.CLEAN_CONTENT_TAGS
    clean = nh3.clean(
        html,
        tags=TAGS | pseudo,
        attributes=ATTRIBUTES,
        filter_style_properties=set(STYLE_PROPERTIES),
        url_schemes=set(URL_SCHEMES),
        link_rel=None,
    )
    clean = _PRE.sub(r"\g<0>\n", clean)
    for entity, character in entities:
        clean = clean.replace(character, entity)
    return addresses.restore(clean).strip(" \t\r\n")


def _without_entities(html: str) -> tuple[str, list[tuple[str, str]]]:
    """HTML with a character of no other use for each entity, and the pairs of both.

    The sanitiser takes time quadratic in the number of entities.
    """
    unused = [character for character in _NONCHARACTERS if character not in html]
    pairs = list(zip(ENTITIES, unused, strict=False))
    for entity, character in pairs:
        html = html.replace(entity, character)
    return html, pairs
