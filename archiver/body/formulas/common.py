r"""The common formulas: each in one text node, its braces balanced, with no rule to think about.

They are found by a pattern as tex2jax finds them: ``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]``, an
environment, a reference. All else is left to ``scanner``, from the first mark of it on.
"""

from __future__ import annotations

import re
from typing import Final

from archiver.body.events.event import Text
from archiver.body.formulas.found import Formulas
from archiver.body.formulas.text_runs import TextRun

#: Where something may open.
MARK = re.compile(r"[$\\]")
#: What formulas of lines of their own begin with.
DISPLAY: Final = ("$$", "\\[", "\\begin{")
#: How deep braces are inside one another at most.
_DEEPEST: Final = 3
#: What has no brace in it, and no dollar.
_PLAIN: Final = r"[^{}\\]++|\\."
_NO_DOLLAR: Final = r"[^{}$\\]++|\\."


def _up_to(closing: str, plain: str, in_braces: str) -> str:
    """A pattern of what goes on to a closing mark outside braces.

    ``plain`` is what may stand there outside of braces, ``in_braces`` what inside of them.
    """
    braced = in_braces
    for _ in range(_DEEPEST - 1):
        braced = rf"{in_braces}|\{{(?:{braced})*+\}}"
    return rf"(?:{plain}|\{{(?:{braced})*+\}})*+{closing}"


_DOLLARS: Final = "|".join(
    [
        r"\$\$(?!\$)" + _up_to(r"\$\$", _NO_DOLLAR, _NO_DOLLAR),
        r"\$(?!\$)" + _up_to(r"\$", _NO_DOLLAR, _NO_DOLLAR),
    ]
)
_OTHERS: Final = "|".join(
    [
        r"\\\(" + _up_to(r"\\\)", r"[^{}\\]++|\\(?!\)).", _PLAIN),
        r"\\\[" + _up_to(r"\\\]", r"[^{}\\]++|\\(?!\]).", _PLAIN),
        r"\\begin\{(?P<name>[a-z]++\*?)\}"
        + _up_to(r"\\end\{(?P=name)\}", r"[^{}\\]++|\\(?!end\{(?P=name)\}).", _PLAIN),
        r"\\(?:eq)?ref\{[^}]*+\}",
    ]
)
#: A formula and what stands before it; where something else begins, all that is left. So each match
#: begins where the last one ends.
_ANY: Final = re.compile(rf"[^$\\]*+({_DOLLARS}|{_OTHERS})|(?s:.)++")
#: The same for the middle of a text. The others may search all of its rest in vain, and each again.
_BETWEEN_DOLLARS: Final = re.compile(rf"[^$\\]*+({_DOLLARS})|(?s:.)++")


def note_common(run: TextRun, formulas: Formulas) -> tuple[int, int] | None:
    """Note the common formulas of a run, up to the first mark of anything else.

    Returns the piece and the offset in it to search on from; ``None`` where nothing is left.
    """
    for piece, event in enumerate(run):
        if type(event) is Text and ("$" in event.text or "\\" in event.text):
            offset = _note(_ANY, event, 0, formulas)
            if MARK.search(event.text, offset) is not None:
                return piece, offset
    return None


def note_between_dollars(text: Text, offset: int, formulas: Formulas) -> int:
    """Note the common formulas between dollars that stand in a text from an offset on.

    Returns the offset of the end of the last one; the same as given where there is none.
    """
    return _note(_BETWEEN_DOLLARS, text, offset, formulas)


def _note(pattern: re.Pattern[str], text: Text, offset: int, formulas: Formulas) -> int:
    end = offset
    found = formulas.found
    for match in pattern.finditer(text.text, offset):
        latex = match[1]
        if latex is None:
            break
        start, end = match.span(1)
        parts = text.parts or formulas.begin_parts(text)
        parts.extend((start, end, len(found)))
        found.append(
            formulas.short.get(latex) or formulas.new(latex, display=latex.startswith(DISPLAY))
        )
    return end
