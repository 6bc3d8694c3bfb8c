"""Where a term occurs in few articles: their texts are read and folded once, for all terms."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from typing import Final

from archiver.reading.search.folding import fold
from archiver.reading.search.ranking import Occurrences

#: So many texts are read sooner than the places of a frequent term.
FEW: Final = 40

_TEXTS: Final = "SELECT title, coalesce(body_text, '') FROM articles WHERE id = ?"


class FewTexts:
    """The texts of an open archive that have been asked for; raises ``sqlite3.Error``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._folded: dict[int, tuple[str, str]] = {}

    def occurrences(self, term: str, articles: Collection[int]) -> dict[int, Occurrences]:
        """Where a folded term occurs in some articles; those without it are left out."""
        found = {}
        for article in articles:
            title, body = self._texts(article)
            in_title, offsets = sum(1 for _ in _offsets(term, title)), list(_offsets(term, body))
            if in_title or offsets:
                found[article] = Occurrences(in_title, len(offsets), offsets)
        return found

    def _texts(self, article: int) -> tuple[str, str]:
        if article not in self._folded:
            title, body = self._connection.execute(_TEXTS, (article,)).fetchone()
            self._folded[article] = fold(title), fold(body)
        return self._folded[article]


def _offsets(term: str, text: str) -> Iterator[int]:
    """Where a term begins in a text, also inside an earlier occurrence."""
    at = text.find(term)
    while at >= 0:
        yield at
        at = text.find(term, at + 1)
