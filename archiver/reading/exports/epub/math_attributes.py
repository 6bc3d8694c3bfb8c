"""Which elements and attributes MathML has, and what may stand in them.

A formula can give attributes and values of its own (``\\mmlToken``), and MathJax writes some that
MathML does not know: https://www.w3.org/TR/MathML3/appendixa.html
"""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

_LENGTH: Final = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:em|ex|px|in|cm|mm|pt|pc|%)?"
_SPACE: Final = rf"(?:{_LENGTH}|(?:negative)?(?:very){{0,2}}(?:thin|medium|thick)mathspace)"
_PADDED: Final = rf"{_LENGTH}(?:height|depth|width)?"
_BOOLEAN: Final = "true|false"
_COLOUR: Final = r"#[0-9a-fA-F]{3}|#[0-9a-fA-F]{6}|[a-zA-Z]{3,30}"
_ROWS: Final = r"(?:top|bottom|center|baseline|axis)"
_LINES: Final = "(?:none|solid|dashed)"
_NOTATIONS: Final = (
    r"(?:longdiv|actuarial|radical|box|roundedbox|circle|left|right|top|bottom|updiagonalstrike"
    r"|downdiagonalstrike|verticalstrike|horizontalstrike|updiagonalarrow|phasorangle|madruwb)"
)


def _list_of(value: str) -> str:
    return rf"\s*{value}(?:\s+{value})*\s*"


_VALUES: Final[dict[str, str]] = {
    **dict.fromkeys(
        (
            *("accent", "accentunder", "bevelled", "displaystyle", "equalcolumns", "equalrows"),
            *("fence", "largeop", "movablelimits", "separator", "stretchy", "symmetric"),
        ),
        _BOOLEAN,
    ),
    **dict.fromkeys(("width", "height", "depth", "lspace", "voffset"), rf"{_PADDED}|{_SPACE}"),
    **dict.fromkeys(("rspace", "minlabelspacing"), _SPACE),
    **dict.fromkeys(("minsize", "subscriptshift", "superscriptshift"), _LENGTH),
    **dict.fromkeys(("mathbackground", "mathcolor"), _COLOUR),
    **dict.fromkeys(("columnlines", "rowlines"), _list_of(_LINES)),
    **dict.fromkeys(("columnspacing", "rowspacing", "framespacing"), _list_of(_SPACE)),
    **dict.fromkeys(("numalign", "denomalign"), "left|center|right"),
    **dict.fromkeys(("columnspan", "rowspan"), "[1-9][0-9]{0,2}"),
    "align": rf"{_ROWS}(?:\s*-?[0-9]+)?|left|right",
    "columnalign": _list_of("(?:left|center|right)"),
    "columnwidth": _list_of(f"(?:auto|fit|{_SPACE})"),
    "dir": "ltr|rtl",
    "display": "block|inline",
    "form": "prefix|infix|postfix",
    "frame": _LINES,
    "linethickness": f"{_LENGTH}|thin|medium|thick",
    "lquote": ".*",
    "mathsize": f"{_LENGTH}|small|normal|big",
    "mathvariant": "[-a-z]+",
    "maxsize": f"{_LENGTH}|infinity",
    "notation": _list_of(_NOTATIONS),
    "rowalign": _list_of(_ROWS),
    "rquote": ".*",
    "scriptlevel": "[-+]?[0-9]{1,3}",
    "side": "left|right|leftoverlap|rightoverlap",
}
_PATTERNS: Final = {name: re.compile(value, re.DOTALL) for name, value in _VALUES.items()}
#: A choice of formulas, of which a page shows one after the other: a book shows the first.
_CHOICE: Final = "maction"
#: A letter as a picture of another file, which a book does not have.
_PICTURE: Final = "mglyph"


def keep_known_attributes(element: etree._Element) -> None:
    """Take away the attributes of an element that MathML does not have, in place, but ``style``."""
    for name, value in list(element.items()):
        pattern = _PATTERNS.get(str(name))
        if name != "style" and (pattern is None or not pattern.fullmatch(str(value))):
            del element.attrib[name]


def keep_known_elements(math: etree._Element) -> None:
    """Let a formula have only elements that stay as they are without a reader's doing, in place."""
    for choice in list(math.iter(_CHOICE)):
        choice.tag = "mrow"
        del choice[1:]
    for picture in list(math.iter(_PICTURE)):
        parent = picture.getparent()
        if parent is not None:
            parent.remove(picture)
