"""Which elements and attributes a stored body may have, and what becomes of the others.

Cleaning and audit read the same lists: what the one lets through, the other does not object to.
"""

from __future__ import annotations

from typing import Final

#: The addresses that stay: none of these schemes runs a script or shows a page of its own making.
URL_SCHEMES: Final = frozenset({"http", "https", "ftp", "mailto", "magnet", "ed2k", "thunder"})
#: Every element that HTML defines or browsers still draw, without those taken out below.
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
#: Elements whose text stays, under a name that does nothing but draw them in the same way.
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
#: What a browser gives a meaning that no text needs; of these too the text stays, in a ``span``.
#: ``canvas``, ``meter`` and ``progress`` hide it, but whoever writes of ``<canvas>`` means no box.
_MEANT: Final = frozenset(
    {
        "body", "canvas", "fencedframe", "geolocation", "html", "install", "marquee", "meter",
        "model", "output", "permission", "portal", "progress", "selectedcontent", "slot",
        "usermedia",
    }
)  # fmt: skip
#: What becomes a link to what it shows.
EMBEDS: Final = frozenset({"embed", "frame", "iframe", "object"})
#: None of these is in a stored body. What is neither here nor in ``TAGS`` has no meaning to a
#: browser (``<type>`` in an error message), and stays.
FORBIDDEN: Final = DROPPED | RENAMED.keys() | _MEANT | EMBEDS
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

#: Marks a link that stands for an embed; its text is the address and not the author's.
EMBED_CLASS: Final = "embed"
