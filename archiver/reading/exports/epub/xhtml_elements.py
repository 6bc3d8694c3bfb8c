"""Which elements of a body XHTML has, what becomes of the others, and what may stand in which.

EPUB 3.3 wants XHTML, valid by the HTML standard; archived bodies also have what browsers still draw
(https://html.spec.whatwg.org/multipage/obsolete.html).
"""

from __future__ import annotations

from typing import Final

#: Elements with another name, which look the same, and a style that makes them so. What opens by a
#: click, plays or navigates in a page has no such function in a book.
RENAMED: Final = {
    "acronym": ("abbr", ""),
    "address": ("div", "font-style:italic"),
    "article": ("div", ""),
    "aside": ("div", ""),
    "big": ("span", "font-size:larger"),
    "center": ("div", "text-align:center"),
    "data": ("span", ""),
    "details": ("div", ""),
    "dfn": ("i", ""),
    "dir": ("ul", ""),
    "font": ("span", ""),
    "footer": ("div", ""),
    "header": ("div", ""),
    "hgroup": ("div", ""),
    "listing": ("pre", ""),
    "main": ("div", ""),
    "map": ("span", ""),
    "menu": ("ul", ""),
    "nav": ("div", ""),
    "nobr": ("span", "white-space:nowrap"),
    "rb": ("span", ""),
    "rtc": ("rt", ""),
    "section": ("div", ""),
    "strike": ("s", ""),
    "summary": ("div", "font-weight:bold"),
    "time": ("span", ""),
    "tt": ("code", ""),
}
#: Without a text of their own, and of no use without what is dropped.
DROPPED: Final = frozenset({"area", "source", "track"})
PHRASING: Final = frozenset(
    [
        *("a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "del", "em", "i"),
        *("img", "ins", "kbd", "mark", "math", "q", "rp", "rt", "ruby", "s", "samp", "small"),
        *("span", "strong", "sub", "sup", "u", "var", "wbr"),
    ]
)
BLOCKS: Final = frozenset(
    [
        *("blockquote", "caption", "col", "colgroup", "dd", "div", "dl", "dt", "figcaption"),
        *("figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table"),
        *("tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
    ]
)
#: What is allowed in these is what is allowed around them.
TRANSPARENT: Final = frozenset({"a", "del", "ins"})
#: Hold no blocks. One that does becomes a ``div`` that looks like it.
WITHOUT_BLOCKS: Final = (PHRASING - TRANSPARENT) | {"h1", "h2", "h3", "h4", "h5", "h6", "p", "pre"}
#: Where these elements must stand.
PARENTS: Final = {
    "li": ("ol", "ul"),
    "dt": ("dl",),
    "dd": ("dl",),
    "figcaption": ("figure",),
    "caption": ("table",),
    "colgroup": ("table",),
    "col": ("colgroup",),
    "thead": ("table",),
    "tbody": ("table",),
    "tfoot": ("table",),
    "tr": ("tbody", "thead", "tfoot", "table"),
    "td": ("tr",),
    "th": ("tr",),
    "rt": ("ruby",),
    "rp": ("ruby",),
}
