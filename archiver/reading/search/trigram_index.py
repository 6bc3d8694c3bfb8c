"""Where a term occurs in an archive, from the trigram index alone: exact, and no text is read.

``articles_fts`` has every three characters of a title or text with the place where they stand
(``fts5vocab`` of kind ``instance``). A term of three characters or more occurs where its trigrams
stand in a row; one of two characters or one where a trigram begins with it, and at the ends of
texts, where no trigram begins any more (the indexes of ``m008_text_ends``). The index folds case
only, so everything is looked up in all spellings that are folded to it.

A character that stands almost everywhere is an exception: to look into each text until it is found
is quicker than to read all its places.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, product
from math import prod
from typing import Any, Final

from archiver.reading.search.folding import fold, spellings_of

#: Up to so many spellings are looked for in a text; of more, the text is folded.
_MOST_SPELLINGS: Final = 40
#: A term that occurs more often, and more often an article, stands everywhere: it is not counted,
#: and one or two characters are looked for in the texts.
_EVERYWHERE: Final = 25_000
_EVERYWHERE_EACH: Final = 8
#: Behind every text that begins alike.
_LAST: Final = chr(0x10FFFF)
#: Behind it there are letters for formulas, and rare Chinese characters.
_LAST_FREQUENT: Final = chr(0xFFFF)
#: The offset of an occurrence at the end of a text: greater than all others is all it must be.
AT_END: Final = 1 << 40

_WAITING: Final = """
    SELECT id FROM articles WHERE id NOT IN (SELECT id FROM articles_fts_docsize)
"""
#: The columns that are searched.
_TEXTS: Final = ("body_text", "title")

#: Where something occurs: article, 1 for its title and 0 for its text, offset in characters.
Place = tuple[int, int, int]


class Index:
    """The trigram index of an open archive; raises ``sqlite3.Error`` where there is none."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[tuple[str, str], bool] = {}
        (articles,) = connection.execute("SELECT count(*) FROM articles").fetchone()
        self._most = max(_EVERYWHERE, _EVERYWHERE_EACH * articles)
        self._counted: dict[tuple[str, ...], int] = {}
        (is_query_only,) = connection.execute("PRAGMA query_only").fetchone()
        connection.execute("PRAGMA query_only = OFF")  # temporary tables are none of the archive's
        connection.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.trigram_places"
            " USING fts5vocab('main', 'articles_fts', 'instance')"
        )
        connection.execute(f"PRAGMA query_only = {is_query_only}")

    def waiting(self) -> set[int]:
        """The articles whose texts are not in it yet: a crawl takes them in by batches."""
        return {article for (article,) in self._connection.execute(_WAITING)}

    def places(self, term: str, most: int) -> set[Place] | None:
        """All places of a folded term; ``None`` when more than ``most`` would have to be read.

        Where one trigram of a term is rare and another too frequent, a place may be counted at
        which only the rare one stands, in an article that has the term.
        """
        parts = {start: self._prefixes(term[start : start + 3]) for start in _starts(term)}
        if len(term) > 2 and not all(parts.values()):
            return set()
        counts = {start: self._count(prefixes) for start, prefixes in parts.items()}
        rarest, *others = sorted(parts, key=counts.__getitem__)
        if counts[rarest] > most:
            return None
        found = self._places(parts[rarest], rarest)
        if len(term) < 3:
            return found | set(self._at_ends(term))
        for start in others:
            most -= counts[start]
            if not found:
                break
            if most < 0:
                articles = self.articles(term)
                return {place for place in found if place[0] in articles}
            found &= self._places(parts[start], start)
        return found

    def counts(self, term: str) -> Iterator[tuple[int, int, int]] | None:
        """Article, 1 for title and 0 for text, and how often a frequent term occurs there.

        Of a term of three characters or more its rarest trigram is counted. ``None`` for a term
        that stands everywhere.
        """
        parts = (self._prefixes(term[start : start + 3]) for start in _starts(term))
        count, rarest = min((self._count(part), part) for part in parts)
        return None if count > self._most else self._counts(term, rarest)

    def _counts(self, term: str, prefixes: list[str]) -> Iterator[tuple[int, int, int]]:
        sql = """
            SELECT doc, col = 'title', count(*) FROM temp.trigram_places
            WHERE term >= ? AND term < ? GROUP BY doc, col
        """
        rows = chain.from_iterable(self._in_ranges(sql, prefixes))
        if len(term) < 3:
            yield from rows
            yield from ((article, is_title, 1) for article, is_title, _ in self._at_ends(term))
        else:
            articles = self.articles(term)
            yield from (row for row in rows if row[0] in articles)

    def articles(self, term: str) -> set[int]:
        """The articles in which a folded term occurs, however often that is."""
        return self._with_short(term) if len(term) < 3 else self._with_long(term, _TEXTS)

    def titled(self, term: str) -> set[int]:
        """The articles that have a folded term in the title."""
        if len(term) > 2:
            return self._with_long(term, ["title"])
        rows = self._connection.execute("SELECT id, title FROM articles")
        if spellings := _spellings(term):
            any_spelling = re.compile("|".join(map(re.escape, spellings)))
            return {article for article, title in rows if any_spelling.search(title)}
        return {article for article, title in rows if term in fold(title)}

    def _with_long(self, term: str, texts: Sequence[str]) -> set[int]:
        """The articles with a term of three characters or more in one of some texts."""
        parts = [self._prefixes(term[start : start + 3]) for start in _starts(term)]
        if not all(parts):
            return set()
        where = f"{{{' '.join(texts)}}} : "
        if all(len(part) == 1 for part in parts):  # then the index has one spelling of the term
            spelled = {start: part[0] for start, part in zip(_starts(term), parts, strict=True)}
            match = where + _quoted(_joined(spelled))
            return {article for (article,) in self._matching("rowid", match)}
        match = " AND ".join(f"({' OR '.join(map(_quoted, part))})" for part in parts)
        rows = self._matching(f"rowid, {', '.join(texts)}", f"{where}({match})")
        return {row[0] for row in rows if any(text and term in fold(text) for text in row[1:])}

    def _with_short(self, term: str) -> set[int]:
        """The articles with a term of one or two characters."""
        prefixes = self._prefixes(term)
        if self._count(prefixes) > self._most and (spellings := _spellings(term)):
            where = " OR ".join(f"instr({text}, ?)" for text in _TEXTS for _ in spellings)
            sql = f"SELECT id FROM articles WHERE {where}"  # noqa: S608
            rows = self._connection.execute(sql, spellings * len(_TEXTS))
            return {article for (article,) in rows}
        sql = "SELECT DISTINCT doc FROM temp.trigram_places WHERE term >= ? AND term < ?"
        found = chain.from_iterable(self._in_ranges(sql, prefixes))
        return {*(article for (article,) in found), *(one[0] for one in self._at_ends(term))}

    def _prefixes(self, term: str) -> list[str]:
        """What trigrams of the index begin with that is folded to one to three characters."""
        found = [""]
        for character in term:
            found = [longer for prefix in found for longer in self._longer(prefix, character)]
        return found

    def _longer(self, prefix: str, character: str) -> list[str]:
        """A beginning of trigrams with each spelling of one more character that goes on with it.

        Of a letter there are 30 spellings for formulas that few texts have; they are asked for at
        once.
        """
        spellings = sorted(spellings_of(character))
        rare = [one for one in spellings if one > _LAST_FREQUENT]
        if rare and not self._is_there(prefix + rare[0], prefix + rare[-1]):
            spellings = spellings[: -len(rare)]
        longer = [prefix + one for one in spellings]
        return [one for one in longer if self._is_there(one, one)]

    def _is_there(self, first: str, last: str) -> bool:
        """True when a trigram of the index begins with one of two texts, or lies between them."""
        if (known := self._known.get((first, last))) is None:
            sql = "SELECT 1 FROM temp.trigram_places WHERE term >= ? AND term < ? LIMIT 1"
            found = self._connection.execute(sql, (first, last + _LAST)).fetchone()
            known = self._known[first, last] = found is not None
        return known

    def _count(self, prefixes: Sequence[str]) -> int:
        """How many trigrams begin with one of some prefixes; of very many that they are."""
        key = tuple(prefixes)
        if key not in self._counted:
            self._counted[key] = self._count_up(key)
        return self._counted[key]

    def _count_up(self, prefixes: Iterable[str]) -> int:
        sql = """
            SELECT count(*) FROM (
              SELECT 1 FROM temp.trigram_places WHERE term >= ? AND term < ? LIMIT ?)
        """
        total = 0
        for one in prefixes:
            limit = self._most + 1 - total
            (count,) = self._connection.execute(sql, (one, one + _LAST, limit)).fetchone()
            total += count
            if total > self._most:
                break
        return total

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
        for text in _TEXTS:
            rows = self._ends_with(text, term)
            yield from {
                (article, int(text == "title"), AT_END)
                for article, end in rows
                if term in fold(end)
            }

    def _ends_with(self, text: str, term: str) -> Iterator[tuple[int, str]]:
        """Articles whose title or text ends with something like a term, with that end."""
        last = f"SELECT id, ? FROM articles WHERE substr({text}, -1) = ?"  # noqa: S608
        last_two = f"""
            SELECT id, substr({text}, -2) FROM articles
            WHERE substr({text}, -2) >= ? AND substr({text}, -2) < ?
        """  # noqa: S608
        yield from chain.from_iterable(self._in_ranges(last_two, spellings_of(term[0])))
        for one in spellings_of(term) if len(term) == 1 else ():
            yield from self._connection.execute(last, (one, one))

    def _matching(self, columns: str, match: str) -> Iterable[Any]:
        sql = f"SELECT {columns} FROM articles_fts WHERE articles_fts MATCH ?"  # noqa: S608
        return self._connection.execute(sql, (match,))


def _spellings(term: str) -> list[str]:
    """All texts that are folded to a term, itself first; none where they are too many."""
    spellings = [spellings_of(character) for character in term]
    few = prod(map(len, spellings)) <= _MOST_SPELLINGS
    return list(map("".join, product(*spellings))) if few else []


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
