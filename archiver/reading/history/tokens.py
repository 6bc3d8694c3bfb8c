"""The units by which two texts are compared: lines, clauses, tokens. Joined they are the text."""

from __future__ import annotations

import re
from typing import Final

#: A line with the line breaks after it.
LINE: Final = re.compile(r"[^\n]+\n*|\n+")
#: A formula between dollars, text between two punctuation marks or formulas, or what is between.
CLAUSE: Final = re.compile(
    r"\$[^$\n]+\$|[^\s。！？；，、：.!?;,:$]+|[。！？；，、：.!?;,:]+|\n+|[^\S\n]+|\$"
)
#: Chinese, Japanese and Korean characters. Chinese and Japanese have no spaces between words.
_CJK: Final = (
    "\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
#: A Chinese character, a word, a number, a LaTeX command, white space, or any other character.
TOKEN: Final = re.compile(
    r"\\(?:[A-Za-z]+\*?|.)"  # a LaTeX command, or a character that is escaped
    rf"|[^\W\d_{_CJK}]+(?:['’][^\W\d_{_CJK}]+)*"  # a word
    r"|\d+(?:\.\d+)*"
    r"|\n+|[^\S\n]+"
    r"|.",
    re.DOTALL,
)
