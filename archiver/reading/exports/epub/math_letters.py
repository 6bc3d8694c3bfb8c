"""Letters of another kind (bold, script, …) as characters of their own.

MathJax names the kind in ``mathvariant``, which MathML Core, and so most readers, no longer know:
https://www.w3.org/TR/mathml-core/#math-variant
"""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

#: The words of Unicode's names for the values of ``mathvariant``.
_KINDS: Final = {
    "bold": "BOLD",
    "italic": "ITALIC",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "script": "SCRIPT",
    "bold-script": "BOLD SCRIPT",
    "fraktur": "FRAKTUR",
    "bold-fraktur": "BOLD FRAKTUR",
    "sans-serif": "SANS-SERIF",
    "bold-sans-serif": "SANS-SERIF BOLD",
    "sans-serif-italic": "SANS-SERIF ITALIC",
    "sans-serif-bold-italic": "SANS-SERIF BOLD ITALIC",
    "monospace": "MONOSPACE",
}
#: What ``MATHEMATICAL`` is not before: letters that Unicode had earlier, among others.
_EARLIER: Final = {"FRAKTUR": "BLACK-LETTER"}
_PLANCK: Final = {("ITALIC", "SMALL H"): "\N{PLANCK CONSTANT}"}
_ALPHABETS: Final = ("LATIN ", "GREEK ")


def in_letters(text: str, variant: str) -> str | None:
    """A text in letters of a kind; ``None`` when a character of it has no such form."""
    found = [_in_letter(character, variant) for character in text]
    return "".join(filter(None, found)) if None not in found else None


@cache
def _in_letter(character: str, variant: str) -> str | None:
    kind, name = _KINDS.get(variant), unicodedata.name(character, "")
    if kind is None:
        return None
    for alphabet in _ALPHABETS:
        name = name.removeprefix(alphabet)
    name = name.replace("LETTER ", "")
    earlier = _EARLIER.get(kind, kind)
    for wanted in (f"MATHEMATICAL {kind} {name}", f"{earlier} {name}"):
        try:
            return unicodedata.lookup(wanted)
        except KeyError:
            continue
    return _PLANCK.get((kind, name))
