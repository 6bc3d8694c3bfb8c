"""The formulas in a title, which is text with formulas verbatim."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

#: Between dollars of which none is escaped, or ``\(…\)``.
_FORMULA: Final = re.compile(
    r"(?<!\\)\$(?P<dollars>(?:[^$\\]|\\.)+)\$|\\\((?P<brackets>(?:[^\\]|\\(?!\)).)+?)\\\)"
)


def split_title(title: str) -> Iterator[tuple[str, str | None]]:
    """The pieces of a title on one line, each with its LaTeX if it is a formula."""
    title, end = " ".join(title.split()), 0
    for match in _FORMULA.finditer(title):
        yield title[end : match.start()], None
        yield match[0], (match["dollars"] or match["brackets"]).strip()
        end = match.end()
    yield title[end:], None
