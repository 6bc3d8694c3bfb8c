"""Which SVG pictures only draw: no script, nothing loaded, nothing of another language."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

_NAMESPACE: Final = "{http://www.w3.org/2000/svg}"
_SHAPES: Final = frozenset(
    _NAMESPACE + name
    for name in (
        *("svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line"),
        *("polyline", "polygon", "text", "tspan", "linearGradient", "radialGradient", "stop"),
        *("clipPath", "marker"),
    )
)
_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
_ID: Final = re.compile(r"[A-Za-z_][-.\w]*\Z")
#: What a value may lead to is in the picture itself.
_ELSEWHERE: Final = re.compile(r"url\s*\(\s*(?!['\"]?#)|\\", re.IGNORECASE)


def only_draws(svg: bytes) -> bool:
    """True for an SVG picture that is well-formed and of plain shapes and letters."""
    try:
        top = etree.fromstring(svg, _PARSER)
    except etree.XMLSyntaxError:
        return False
    ids = [str(one.get("id")) for one in top.iter(etree.Element) if "id" in one.attrib]
    return (
        top.tag == f"{_NAMESPACE}svg"
        and top.getroottree().docinfo.internalDTD is None
        and all(map(_ID.match, ids))
        and len(ids) == len(set(ids))
        and all(map(_is_shape, top.iter()))
    )


def _is_shape(element: etree._Element) -> bool:
    if isinstance(element, (etree._Comment, etree._ProcessingInstruction, etree._Entity)):
        return isinstance(element, etree._Comment)
    return element.tag in _SHAPES and all(
        _is_plain(str(name), str(value)) for name, value in element.items()
    )


def _is_plain(name: str, value: str) -> bool:
    is_active = name.startswith("{") or name.lower().startswith("on") or "href" in name
    return not is_active and name != "style" and _ELSEWHERE.search(value) is None
