"""Tags as Obsidian takes them (https://help.obsidian.md/tags#Tag+format)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

#: Categories of Unicode: letters, the marks on them, and numbers.
_ALLOWED: Final = ("L", "M", "N")
#: A slash makes a tag below another; one without a name on both sides does not.
_LOOSE_SLASH: Final = re.compile(r"(?<![^/])/|/(?![^/])")


def obsidian_tags(tags: Iterable[str]) -> list[str]:
    """Tags with letters, numbers, ``_``, ``-`` and ``/`` only, each once.

    Any other character is a hyphen: ``Q&A`` is ``Q-A``, ``C++`` is ``C--``. A tag of digits begins
    with ``_``, for a number alone is no tag. One without any letter or number is left out.
    """
    return list(dict.fromkeys(filter(None, map(_tag, tags))))


def _tag(text: str) -> str:
    text = unicodedata.normalize("NFC", text.strip())
    tag = "".join(c if c in "_-/" or _is_letter(c) else "-" for c in text)
    tag = _LOOSE_SLASH.sub("-", tag)
    if not any(map(_is_letter, tag)):
        return ""
    return f"_{tag}" if all(unicodedata.category(c)[0] == "N" for c in tag) else tag


def _is_letter(character: str) -> bool:
    """True for letters, marks and numbers of any script."""
    return unicodedata.category(character).startswith(_ALLOWED)
