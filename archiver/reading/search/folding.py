"""Folding: spellings that a search takes for the same, character by character.

Case, width and form (``Ｇ``, ``𝐠`` and ``G`` are ``g``; NFKC of Unicode) and traditional characters
(``編`` is ``编``) do not count. A character is folded by itself and stays one character, so that a
part of a text is folded as it is inside the text, and the places of hits are those of the text.
``…`` and ``½``, which NFKC makes longer, stay as they are.

The table stands in ``folding.json`` (folded character to all others that mean it), so that an
archive is searched alike whatever version of Unicode Python knows. ``tests/test_folding.py`` makes
it anew from ``unicodedata`` and ``zhconv`` and compares.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Final

_TABLE: Final = "folding.json"


@cache
def spellings() -> dict[str, str]:
    """Each folded character that has other spellings, with all of them."""
    text = files(__package__).joinpath(_TABLE).read_text("utf-8")
    table: dict[str, str] = json.loads(text)
    return table


@cache
def _folded() -> dict[int, str]:
    """The code point of each character that is not folded, with the one that is."""
    return {ord(other): one for one, others in spellings().items() for other in others}


def fold(text: str) -> str:
    """A text as it is compared: as long as it was."""
    return text.translate(_folded())


def spellings_of(character: str) -> str:
    """All characters that are folded to a folded one, itself first."""
    return character + spellings().get(character, "")
