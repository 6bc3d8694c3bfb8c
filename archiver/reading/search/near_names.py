"""The names that a person may have meant by one that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from archiver.reading.search.folding import fold

_MOST_NEAR: Final = 3
_NEARNESS: Final = 0.5


def near_names(wanted: str, names: Iterable[str]) -> list[str]:
    """The names that contain one that is none of them, or are most like it; three at most.

    Case, width and traditional characters do not count.
    """
    wanted = fold(wanted.strip())
    folded = {fold(name): name for name in names}
    containing = [one for one in folded if wanted and wanted in one]
    near = get_close_matches(wanted, folded, _MOST_NEAR, _NEARNESS)
    return [folded[one] for one in dict.fromkeys([*containing, *near])][:_MOST_NEAR]
