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

#: Characters that XML needs references for and HTML does not: white space of values, and with
#: libxml2 before 2.14 all that is not ASCII in them. An ``&`` of the text is ``&amp;`` by then.
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]+)|([0-9]+));")
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
    html = _REFERENCE.sub(_referred, xml) if "&#" in xml else xml
    html = html.replace("\xa0", "&nbsp;").replace("<br/>", "<br>")  # most empty elements
    if "/>" in html:
        html = _EMPTY.sub(_empty_element, html)
    return _DROPS_LINE_FEED.sub(r"\g<0>\n", html)


def _referred(match: re.Match[str]) -> str:
    return chr(int(match[1], 16) if match[1] else int(match[2]))


def _empty_element(match: re.Match[str]) -> str:
    tag, attributes = match[1], match[2][:-1]
    return f"<{tag}{attributes}>" if tag in VOID else f"<{tag}{attributes}></{tag}>"
