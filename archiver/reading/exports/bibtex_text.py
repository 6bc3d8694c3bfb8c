r"""Text as BibTeX and biber take it, in a field between braces.

Braces count for BibTeX also behind a backslash, so those of a text are commands. Formulas stay as
they are where their braces are balanced.
"""

from __future__ import annotations

import re
from typing import Final

from archiver.reading.exports.title_formulas import split_title

_ESCAPES: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "&%#_$"},
    }
)
#: What neither a file nor TeX can have: control characters, halves of surrogate pairs.
_FORBIDDEN: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def bibtex_text(text: str) -> str:
    """A text on one line, with escapes for all that TeX takes for markup; formulas in dollars."""
    return "".join(
        piece.translate(_ESCAPES) if latex is None or not _is_whole(latex) else f"${latex}$"
        for piece, latex in split_title(_FORBIDDEN.sub("\ufffd", " ".join(text.split())))
    )


def bibtex_name(name: str) -> str:
    """A name that is not parted: in braces where it has a comma or an ``and``, in any case."""
    text = bibtex_text(name)
    return f"{{{text}}}" if re.search(r",|\band\b", text, re.IGNORECASE) else text


def _is_whole(latex: str) -> bool:
    """True when the braces of a formula are balanced, escaped ones too, and it has no comment."""
    depth = 0
    for brace in re.findall(r"[{}]", latex):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0 and not re.search(r"(?<!\\)%|\\\Z|\\[()]", latex)
