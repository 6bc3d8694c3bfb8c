"""Compares the schema of an archive with the one that this version makes."""

from __future__ import annotations

import re
from typing import Final

from sqlite_utils import Database

from archiver.store.migrations import migrations
from archiver.store.schema import TABLES
from archiver.verify.fidelity.comparison import Point
from archiver.verify.fidelity.differences import words_for_text

#: Names of columns, as ``links.problem``; ``articles_fts.`` for a virtual table.
Columns = frozenset[str]
_Declarations = dict[tuple[str, str], str]

_SPACE = re.compile(r"\s+")
#: Made by SQLite and sqlite-utils: their versions may declare them otherwise.
_OF_TOOLS: Final = ("_", "idx__", "articles_fts_")
_COLUMNS: Final = (
    "SELECT tables.name || '.' || columns.name FROM sqlite_master AS tables,"
    " pragma_table_info(tables.name) AS columns"
    " WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
    " AND tables.sql NOT LIKE 'CREATE VIRTUAL%'"  # whose columns cannot be read when it is damaged
    " UNION SELECT name || '.' FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'"
)


class Declared:
    """The schema that this version makes, beside that of one archive."""

    def __init__(self, db: Database) -> None:
        fresh = Database(memory=True)
        try:
            migrations.apply(fresh)
            self._expected = _declarations(fresh)
            #: All columns that this version declares, and those of the tools' own tables.
            self.columns = _columns(fresh).union(*(table.qualified for table in TABLES))
        finally:
            fresh.close()
        self._found = _declarations(db)
        #: Those that the archive lacks: nothing that reads them can run.
        self.lacking: Columns = self.columns - _columns(db)

    def check(self) -> Point:
        """Every table, index and trigger is declared as this version does it.

        Tables, indexes and views of others do no harm; a trigger may change what is stored.
        """
        point = Point("schema", "object", len(self._expected))
        faults = [*self._changed(), *self._foreign_triggers()]
        point.note(len(faults), "; ".join(faults))
        return point

    def _changed(self) -> list[str]:
        """A sentence for each object that is missing or declared otherwise."""
        faults = []
        for (kind, name), sql in self._expected.items():
            found = self._found.get((kind, name))
            if found is None and self._is_below_missing(name):
                continue
            if found is None:
                faults.append(f"{kind} {name} is missing")
            elif lacking := [c for c in sorted(self.lacking) if c.startswith(f"{name}.")]:
                faults.append(f"column {', '.join(lacking)} is missing")
            elif found != sql and not name.startswith(_OF_TOOLS):
                words = words_for_text(sql, found)
                faults.append(f"{kind} {name} is declared otherwise, {words}")
        return faults

    def _is_below_missing(self, name: str) -> bool:
        """True for a table of the search index where that is missing as a whole."""
        return name.startswith("articles_fts_") and ("table", "articles_fts") not in self._found

    def _foreign_triggers(self) -> list[str]:
        """A sentence for each trigger that this version does not make."""
        others = self._found.keys() - self._expected.keys()
        return [
            f"trigger {name} is none of this program's"
            for kind, name in sorted(others)
            if kind == "trigger"
        ]


def _declarations(db: Database) -> _Declarations:
    """Type and name → declaration; what SQLite makes by itself is left out."""
    rows = db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY rowid")
    return {
        (kind, name): _SPACE.sub(" ", sql or "").strip()
        for kind, name, sql in rows
        if not name.startswith("sqlite_")
    }


def _columns(db: Database) -> Columns:
    return frozenset(name for (name,) in db.execute(_COLUMNS))
