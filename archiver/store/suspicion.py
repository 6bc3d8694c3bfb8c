"""Does a page look like a changed theme rather than like an edit? No I/O.

What an author edits is mostly there still. A page that has lost its body, more than half of its
text or all of its formulas has most likely been read wrongly, or sent wrongly: it is kept as a
version, but does not take the place of the good one until somebody has looked at it.
"""

from __future__ import annotations

from typing import Final

from archiver.items import Status
from archiver.store.records import Row

#: An edit that leaves less than this share of the text is no longer taken for one.
_SHARE_LEFT: Final = 0.5
_ONLY_FORMULA: Final = "it has lost its only formula"


def suspicion(old: Row | None, new: Row) -> str | None:
    """Why a new reading must not replace the archived one, or become the first; or ``None``.

    A protected page shows no body, and none is taken from it, so it cannot be suspicious.
    """
    if new["status"] == Status.PROTECTED:
        return None
    if old is None or not old["body_html"]:
        untold = new["excerpt"] and not new["body_text"]
        return "it has no body, while its listing shows a text" if untold else None
    if not new["body_html"]:
        return "it has lost its body"
    before, after = len(old["body_text"] or ""), len(new["body_text"] or "")
    if after < before * _SHARE_LEFT:
        return f"it has lost {100 * (before - after) // before} % of its text"
    formulas = old["formula_count"] or 0
    if formulas and not new["formula_count"]:
        return f"it has lost all of its {formulas} formulas" if formulas > 1 else _ONLY_FORMULA
    return None
