"""The units by which two texts are compared. Joined they are the text."""

from __future__ import annotations

import re
from typing import Final

#: A line with the line breaks after it.
LINE: Final = re.compile(r"[^\n]+\n*|\n+")
#: Chinese, Japanese and Korean characters: words of these scripts cannot be told by their ends.
_CJK: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
#: A LaTeX command or an escaped character, a word, a number, white space, any other character.
TOKEN: Final = re.compile(
    r"\\(?:[A-Za-z]+\*?|.)"
    rf"|[^\W\d_{_CJK}]+(?:['’][^\W\d_{_CJK}]+)*"
    r"|\d+(?:\.\d+)*"
    r"|\n+|[^\S\n]+"
    r"|."
)
