"""Where a term occurs in an archive, from the trigram index alone: exact, and no text is read.

``articles_fts`` has every three characters of a title or text with the place where they stand
(``fts5vocab`` of kind ``instance``). A term of three characters or more occurs where its trigrams
stand in a row; one of two characters or one where a trigram begins with it, and at the ends of
texts, where no trigram begins any more. The index folds case only, so everything is looked up in
all spellings that are folded to it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import chain, product
from math import prod
from typing import Any, Final

from archiver.reading.search.folding import fold, spellings_of

#: Up to so many spellings are looked up one by one; of more, what begins alike is read and folded.
_MOST_SPELLINGS: Final = 40
#: Behind every text that begins alike.
_LAST: Final = chr(0x10FFFF)
#: The offset of an occurrence at the end of a text: greater than all others is all it must be.
AT_END: Final = 1 << 40

#: Where something occurs: article, 1 for its title and 0 for its text, offset in characters.
Place = tuple[int, int, int]


class Index:
    """The trigram index of an open archive; raises ``sqlite3.Error`` where there is none."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        (is_query_only,) = connection.execute("PRAGMA query_only").fetchone()
        connection.execute("PRAGMA query_only = OFF")  # temporary tables are none of the archive's
        for name, kind in (("trigram_places", "instance"), ("trigrams", "row")):
            connection.execute(
                f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{name}"
                f" USING fts5vocab('main', 'articles_fts', '{kind}')"
            )
        connection.execute(f"PRAGMA query_only = {is_query_only}")

    def places(self, term: str, most: int) -> set[Place] | None:
        """All places of a folded term; ``None`` when more than ``most`` would have to be read.

        Where one trigram of a term is rare and another too frequent, a place may be counted at
        which only the rare one stands, in an article that has the term.
        """
        parts = {start: self._prefixes(term[start : start + 3]) for start in _starts(term)}
        counts = {start: self._count(prefixes) for start, prefixes in parts.items()}
        rarest, *others = sorted(parts, key=counts.__getitem__)
        if counts[rarest] > most:
            return None
        found = self._places(parts[rarest], rarest)
        if len(term) < 3:
            return found | set(self._at_ends(term))
        for start in others:
            if not found:
                break
            if counts[start] > most:
                articles = self.articles(term)
                return {place for place in found if place[0] in articles}
            found &= self._places(parts[start], start)
        return found

    def counts(self, term: str) -> Iterator[tuple[int, int, int]]:
        """Article, 1 for title and 0 for text, and how often a frequent term occurs there.

        Of a term of three characters or more its rarest trigram is counted.
        """
        parts = (self._prefixes(term[start : start + 3]) for start in _starts(term))
        sql = """
            SELECT doc, col = 'title', count(*) FROM temp.trigram_places
            WHERE term >= ? AND term < ? GROUP BY doc, col
        """
        rows = chain.from_iterable(self._in_ranges(sql, min(parts, key=self._count)))
        if len(term) < 3:
            yield from rows
            yield from ((article, is_title, 1) for article, is_title, _ in self._at_ends(term))
        else:
            articles = self.articles(term)
            yield from (row for row in rows if row[0] in articles)

    def articles(self, term: str) -> set[int]:
        """The articles in which a folded term occurs, however often that is."""
        if len(term) < 3:
            sql = "SELECT DISTINCT doc FROM temp.trigram_places WHERE term >= ? AND term < ?"
            found = chain.from_iterable(self._in_ranges(sql, self._prefixes(term)))
            return {*(article for (article,) in found), *(one[0] for one in self._at_ends(term))}
        parts = [self._prefixes(term[start : start + 3]) for start in _starts(term)]
        if not all(parts):
            return set()
        if all(len(part) == 1 for part in parts):  # then the index has one spelling of the term
            spelled = {start: part[0] for start, part in zip(_starts(term), parts, strict=True)}
            return {article for (article,) in self._matching("rowid", _quoted(_joined(spelled)))}
        match = " AND ".join(f"({' OR '.join(map(_quoted, part))})" for part in parts)
        rows = self._matching("rowid, title, body_text", match)
        return {row[0] for row in rows if any(text and term in fold(text) for text in row[1:])}

    def _prefixes(self, term: str) -> list[str]:
        """What the trigrams begin with that are folded to a term of one to three characters.

        Trigrams of the index, or where there are few spellings all these, in the index or not.
        """
        spellings = [spellings_of(character) for character in term]
        if prod(map(len, spellings)) <= _MOST_SPELLINGS:
            spelled = map("".join, product(*spellings))
            return [one for one in spelled if len(term) < 3 or self._count([one])]
        sql = "SELECT term FROM temp.trigrams WHERE term >= ? AND term < ?"
        rows = self._in_ranges(sql, spellings[0])
        return [one for (one,) in chain.from_iterable(rows) if fold(one).startswith(term)]

    def _count(self, prefixes: Iterable[str]) -> int:
        sql = "SELECT coalesce(sum(cnt), 0) FROM temp.trigrams WHERE term >= ? AND term < ?"
        return sum(count for rows in self._in_ranges(sql, prefixes) for (count,) in rows)

    def _places(self, prefixes: Iterable[str], start: int) -> set[Place]:
        """Where a term begins of which the trigrams are a part, from the character ``start`` on."""
        sql = f"""
            SELECT doc, col = 'title', offset - {start} FROM temp.trigram_places
            WHERE term >= ? AND term < ?
        """  # noqa: S608 - a number
        return set(chain.from_iterable(self._in_ranges(sql, prefixes)))

    def _in_ranges(self, sql: str, prefixes: Iterable[str]) -> Iterator[Iterable[Any]]:
        return (self._connection.execute(sql, (one, one + _LAST)) for one in prefixes)

    def _at_ends(self, term: str) -> Iterator[Place]:
        """The places of a term of one or two characters among the last two of each text."""
        return ((article, is_title, AT_END) for article, is_title, end in self._ends if term in end)

    @cached_property
    def _ends(self) -> list[tuple[int, int, str]]:
        """The last two characters of all titles and texts, folded."""
        sql = "SELECT id, substr(title, -2), coalesce(substr(body_text, -2), '') FROM articles"
        return [
            (article, is_title, fold(end))
            for article, title, text in self._connection.execute(sql)
            for is_title, end in ((1, title), (0, text))
        ]

    def _matching(self, columns: str, match: str) -> Iterable[Any]:
        sql = f"SELECT {columns} FROM articles_fts WHERE articles_fts MATCH ?"  # noqa: S608
        return self._connection.execute(sql, (match,))


def _starts(term: str) -> list[int]:
    """Where the trigrams begin that cover a term: each third character, and the last three."""
    return [*range(0, len(term) - 3, 3), max(len(term) - 3, 0)]


def _joined(trigrams: dict[int, str]) -> str:
    """The text that trigrams cover, each with its start."""
    end = max(trigrams)
    return "".join(one for start, one in trigrams.items() if start < end)[:end] + trigrams[end]


def _quoted(text: str) -> str:
    """A string of FTS5's query language."""
    return '"' + text.replace('"', '""') + '"'
