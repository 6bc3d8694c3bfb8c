"""What XML, and so lxml, cannot hold: some characters, and two hyphens in a comment."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

#: Control characters, surrogates, noncharacters.
_NOT_XML = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Stands between two hyphens of a comment, which XML does not allow side by side.
_FILLER: Final = "\ufdd0"
_HYPHEN = re.compile(r"-(?=-|\Z)")


def xml_text(text: str) -> str:
    """Text without the characters that XML cannot hold; a form feed becomes a space."""
    return _NOT_XML.sub("", text).replace("\x0c", " ")


def storable(comment: str) -> str:
    """Comment text that lxml takes: no ``--`` inside and no ``-`` at the end."""
    text = xml_text(comment).replace(_FILLER, "")
    return _HYPHEN.sub(f"-{_FILLER}", text) if "-" in text else text


def comment_text(comment: etree._Element) -> str:
    """The text of a comment as the page has it."""
    return (comment.text or "").replace(_FILLER, "")
