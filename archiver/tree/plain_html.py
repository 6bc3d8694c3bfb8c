"""HTML of texts, paragraphs and line breaks only: most comments, in which nothing is to be cleaned.

Such HTML is stored as it is: cleaning it gives the same.
"""

from __future__ import annotations

import re
from typing import Final

#: Text as it is serialised, without characters that a parser, XML or the sanitiser changes.
_TEXT: Final = r"[^<\x00-\x08\x0b-\x1f\x7f\ufdd0-\ufdef\ufeff\ufffe\uffff]++"
_PLAIN = re.compile(rf"(?:{_TEXT}|<br>|<p>(?:{_TEXT}|<br>)*+</p>)*+")


def is_plain(html: str) -> bool:
    """True for the inner HTML of an element that has nothing but text, ``<p>`` and ``<br>`` in it.

    No element has an attribute, and there is no comment.
    """
    return _PLAIN.fullmatch(html) is not None
