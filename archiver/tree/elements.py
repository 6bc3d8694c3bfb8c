"""The elements and attributes that a stored body may have, and what becomes of the others.

Cleaning and audit share these lists: the audit allows what the cleaning keeps.
"""

from __future__ import annotations

from typing import Final

#: The schemes of addresses that stay. None of them runs a script or holds a page (``data:``).
URL_SCHEMES: Final = frozenset({"http", "https", "ftp", "mailto", "magnet", "ed2k", "thunder"})
#: The elements that HTML defines or that browsers still draw, without those of the lists below.
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
#: Taken out with all that is in them.
DROPPED: Final = frozenset(
    {
        "applet", "base", "basefont", "bgsound", "datalist", "frameset", "head", "input", "keygen",
        "link", "math", "meta", "noembed", "noframes", "noscript", "param", "script", "select",
        "style", "svg", "template", "title",
    }
)  # fmt: skip
#: Elements that become another one, which looks the same and has no function; the text stays.
RENAMED: Final = {
    "button": "span",
    "dialog": "div",
    "fieldset": "div",
    "form": "div",
    "label": "span",
    "legend": "div",
    "listing": "pre",
    "optgroup": "div",
    "option": "div",
    "picture": "span",
    "plaintext": "pre",
    "textarea": "pre",
    "xmp": "pre",
}
#: Elements with a function that no text needs; they become ``span``, and their text stays.
#: ``canvas``, ``meter`` and ``progress`` would hide it: an author who writes of ``<canvas>`` wants
#: the word to be seen.
_WITH_FUNCTION: Final = frozenset(
    {
        "body", "canvas", "fencedframe", "geolocation", "html", "install", "marquee", "meter",
        "model", "output", "permission", "portal", "progress", "selectedcontent", "slot",
        "usermedia",
    }
)  # fmt: skip
#: Elements that become a link to the page that they show.
EMBEDS: Final = frozenset({"embed", "frame", "iframe", "object"})
#: No stored body has one of these. An element that is neither here nor in ``TAGS`` (``<type>`` in
#: an error message) means nothing to a browser, and stays.
FORBIDDEN: Final = DROPPED | RENAMED.keys() | _WITH_FUNCTION | EMBEDS
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

#: The class of a link that stands in for an embed; its text is its address.
EMBED_CLASS: Final = "embed"
