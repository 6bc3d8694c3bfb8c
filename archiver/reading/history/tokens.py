"""What a text is compared by: Chinese characters one by one, words, numbers and commands whole."""

from __future__ import annotations

import re
from typing import Final

#: Scripts without spaces between words: a word of them cannot be told by its ends.
_CJK: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_TOKEN: Final = re.compile(
    r"\\(?:[A-Za-z]+\*?|.)"  # a LaTeX command, or a character that is escaped
    rf"|[^\W\d_{_CJK}]+(?:['’][^\W\d_{_CJK}]+)*"  # a word
    r"|\d+(?:\.\d+)*"
    r"|\n+|[^\S\n]+"
    r"|.",
    re.DOTALL,
)


def tokens_of(text: str) -> list[str]:
    """The tokens of a text; joined they are the text."""
    return _TOKEN.findall(text)
