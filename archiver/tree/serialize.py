"""A tree to HTML, by the standard's algorithm for serialising fragments.

libxml2's own serialiser of HTML rewrites addresses (it percent-encodes Chinese in ``href``), which
would change what the author wrote. So it writes XML, which the algorithm differs from in a few
places: https://html.spec.whatwg.org/multipage/parsing.html#serialising-html-fragments
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

VOID: Final = frozenset(
    {
        "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img", "input",
        "keygen", "link", "meta", "param", "source", "track", "wbr",
    }
)  # fmt: skip
#: Attributes that hold an address, wherever they stand.
ADDRESSES = frozenset({"href", "src", "cite", "poster"})
#: All entities that ``inner_html`` writes.
ENTITIES = ("&amp;", "&lt;", "&gt;", "&nbsp;", "&quot;")

#: What XML has entities for and HTML has not; an ``&`` of the text is ``&amp;`` by then.
_WHITE_SPACE: Final = (("&#9;", "\t"), ("&#10;", "\n"), ("&#13;", "\r"))
#: libxml2 before 2.14 writes what is not ASCII in a value so. A name may have an ``&`` of its own.
_VALUE = re.compile('="[^"<]*"')
_REFERENCE = re.compile("&#x([0-9A-F]+);")
#: Texts, tags and the comment behind them. Only the name of an attribute may have ``<`` in it, and
#: nothing has ``>``.
_UP_TO_COMMENT = re.compile(r"((?:[^<]++|<(?!!--)[^>]*+>)*+)(<!--.*?-->|\Z)", re.DOTALL)
_EMPTY = re.compile(r"<([^\s/>]++)([^>]*+)(?<=/)>")
#: A parser drops a line feed right behind the start tag of these, so a real one is written twice.
_DROPS_LINE_FEED = re.compile(r"<(?:pre|textarea|listing)(?: [^>]*)?>(?=\n)")


def inner_html(top: HtmlElement, *, with_comments: bool = False) -> str:
    """The HTML of all that is below ``top``, with or without its comments."""
    whole = etree.tostring(top, encoding="unicode", with_tail=False)
    inner = whole[whole.index(">") + 1 : whole.rindex("<")]  # nothing of ``<p/>``
    if "<!--" not in inner:
        return _as_html(inner)
    pieces = _UP_TO_COMMENT.findall(inner)
    return "".join(_as_html(xml) + (comment if with_comments else "") for xml, comment in pieces)


def _as_html(xml: str) -> str:
    """A piece of XML without comments, and without what is an element in HTML only."""
    html = xml
    if "&#" in html:
        if "&#x" in html:
            html = _VALUE.sub(_without_references, html)
        for entity, character in _WHITE_SPACE:
            html = html.replace(entity, character)
    html = html.replace("\xa0", "&nbsp;").replace("<br/>", "<br>")  # most empty elements
    if "/>" in html:
        html = _EMPTY.sub(_empty_element, html)
    return _DROPS_LINE_FEED.sub(r"\g<0>\n", html)


def _without_references(value: re.Match[str]) -> str:
    return _REFERENCE.sub(lambda reference: chr(int(reference[1], 16)), value[0])


def _empty_element(match: re.Match[str]) -> str:
    tag, attributes = match[1], match[2][:-1]
    return f"<{tag}{attributes}>" if tag in VOID else f"<{tag}{attributes}></{tag}>"
