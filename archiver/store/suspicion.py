"""Tells a page that a changed theme has spoilt from one that its author has edited. No I/O.

What an author edits is mostly there still. A page that has lost its body, more than half of its
text, all of its formulas, pictures or links has most likely been read wrongly, or sent wrongly: it
is kept as a version, but does not take the place of the good one until somebody has looked at it.

The only formula or picture of a text is seldom taken out by its author, and a theme that shows none
shows none in hundreds of articles that have one. The only link is: it was dead, or has moved.
What differs by characters that could not be read, and in nothing else, is the same text, damaged.
"""

from __future__ import annotations

import re
from typing import Final

from archiver.items import Status
from archiver.store.column import Format
from archiver.store.records import Row
from archiver.store.schema import ARTICLES

#: An edit that leaves less than this share of the text is no longer taken for one.
_SHARE_LEFT: Final = 0.5
#: The fewest of a kind that an author does not take out without meaning to change the text.
_FORMULAS, _PICTURES, _LINKS = 1, 1, 2
#: A link in a clean body; the one that stands for a frame or player is none of the author's.
_LINK = re.compile(r'<a (?=[^>]*\bhref=)(?![^>]*\bclass="embed")')
#: Texts that an edit changes. The excerpt may come from a listing: ``merge`` looks at it.
_TEXTS: Final = ARTICLES.select(
    lambda column: (
        column.is_edit
        and column.format in {Format.NAME, Format.TEXT, Format.STRINGS}
        and column.name != "excerpt"
    )
)


def suspicion(old: Row | None, new: Row) -> str | None:
    """The reason why a new reading must not replace the archived one, or be the first; or ``None``.

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
    return _lost(old, new) or _damage(old, new)


def _lost(old: Row, new: Row) -> str | None:
    """The reason when a page has lost all its formulas, pictures or links, or ``None``."""
    for kind, fewest, before, after in (
        ("formula", _FORMULAS, old.get("formula_count"), new.get("formula_count")),
        ("picture", _PICTURES, old.get("picture_count"), new.get("picture_count")),
        ("link", _LINKS, _count_links(old), _count_links(new)),
    ):
        if before and before >= fewest and not after:
            words = f"all of its {before} {kind}s" if before > 1 else f"its only {kind}"
            return f"it has lost {words}"
    return None


def _count_links(row: Row) -> int:
    """The number of links in a body."""
    return len(_LINK.findall(row["body_html"]))


def _damage(old: Row, new: Row) -> str | None:
    """The reason when a text has become unreadable in places, or ``None``."""
    for column in _TEXTS:
        if is_damaged_copy(old.get(column), new.get(column)):
            return f"some characters of its {column} cannot be read any more"
    return None


def is_damaged_copy(good: str | None, text: str | None) -> bool:
    """True when a text is another one with U+FFFD in the place of some characters.

    A row of them stands for as many characters or fewer, as one may be damaged in several bytes.
    """
    if not good or not text or good == text or "\ufffd" not in text:
        return False
    ends, allowed = {0}, 0
    for piece in re.split("(\ufffd+)", text):
        if piece.startswith("\ufffd"):
            allowed = len(piece)
        else:
            starts = {end + passed for end in ends for passed in range(allowed + 1)}
            ends = {start + len(piece) for start in starts if good.startswith(piece, start)}
    return len(good) in ends
