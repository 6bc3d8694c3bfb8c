"""The words in which ``archiver.store.schema`` declares tables and columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import Any, Final

from archiver.store.json_arrays import parse_json


class Format(StrEnum):
    """The form of a column's values in SQLite and in JSONL.

    ``archiver.verify.columns`` holds the columns of ``articles`` to it.
    """

    NUMBER = "number"
    COUNT = "count"  # a number from 0
    FLAG = "flag"  # 0 or 1, in JSONL true or false
    REAL = "real"  # a number with decimals
    PARSER_VERSION = "parser version"  # a number from 1 to PARSER_VERSION
    TEXT = "text"
    NAME = "name"  # a text that is more than white space
    STRINGS = "strings"  # a JSON array of strings, in JSONL the array
    JSON = "json"
    DAY = "day"  # 2026-11-23, in the blog's time zone
    MONTH = "month"  # 2026-11, in the blog's time zone
    BLOG_TIME = "blog time"  # 2026-11-23T19:15:13+08:00
    UTC = "utc"  # 2026-11-23T11:15:13+00:00

    @property
    def sql_type(self) -> str:
        """The type in ``CREATE TABLE``."""
        if self is Format.REAL:
            return "REAL"
        return "INTEGER" if self in _INTEGERS else "TEXT"

    @property
    def json_type(self) -> str:
        """The type in the JSONL file, in the words of docs/data-format.md."""
        return _JSON_TYPES.get(self, "string" if self.sql_type == "TEXT" else "number")

    def to_sql(self, value: Any) -> Any:
        """The value of an item as SQLite stores it; ``None`` is null."""
        return None if value is None else self.cast(value)

    @property
    def cast(self) -> Callable[[Any], Any]:
        """What makes the value that SQLite stores of an item's, which is not ``None``."""
        return _CASTS[self.sql_type] if self is not Format.STRINGS else _dump

    def to_json(self, stored: Any) -> Any:
        """A stored value as the JSONL file has it; raises ``ValueError`` for a broken array."""
        return stored if self.parse is None else self.parse(stored)

    @property
    def parse(self) -> Callable[[Any], Any] | None:
        """What makes the value of the JSONL file of a stored one; ``None`` where they are equal."""
        return _PARSERS.get(self)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_INTEGERS: Final = frozenset({Format.NUMBER, Format.COUNT, Format.FLAG, Format.PARSER_VERSION})
_CASTS: Final[dict[str, Callable[[Any], Any]]] = {"INTEGER": int, "REAL": float, "TEXT": str}
_PARSERS: Final[dict[Format, Callable[[Any], Any]]] = {
    Format.STRINGS: parse_json, Format.FLAG: bool
}  # fmt: skip
_JSON_TYPES: Final = {Format.STRINGS: "array of strings", Format.FLAG: "true or false"}


class Role(StrEnum):
    """The source of a column's value. It decides whether a difference is a change."""

    #: Told by the page, a listing or the feed: a difference is a change of the article.
    TOLD = "told"
    #: Shown by the page or a listing, and rising by itself: a difference is no change.
    #: ``KEXUE_JSONL_COUNTS=0`` leaves it out of the JSONL file.
    COUNT = "count"
    #: Made from ``body_html`` by one version of the extraction: a difference is no change. It is
    #: there exactly when there is a body, and ``scrapy verify`` makes it again to compare.
    DERIVED = "derived"
    #: Noted by the archive about its own doing: a difference is no change.
    ARCHIVE = "archive"


class Keep(StrEnum):
    """The case in which a stored value stays although the page has been read again."""

    #: Null never replaces a value: what was told once is known for ever.
    IF_UNTOLD = "if untold"
    #: A protected page replaces nothing of a body that was read before.
    IF_PROTECTED = "if protected"
    #: The new reading always has its say.
    NEVER = "never"


#: When a column is null that is there exactly when there is a body.
AS_BODY: Final = "as `body_html`"


@dataclass(frozen=True)
class Column:
    """A column of any table."""

    name: str
    format: Format
    #: Its meaning in a few words: docs/data-format.md begins with them.
    meaning: str
    #: When it is null, in the words of docs/data-format.md; ``None`` is ``NOT NULL``.
    null: str | None = None
    _: KW_ONLY
    #: True for the primary key, or a part of it.
    key: bool = False
    #: The table whose ``id`` it refers to: a foreign key.
    refers_to: str | None = None
    #: The table whose ``id`` it names without a foreign key: in a view, or where there may be no
    #: such row.
    leads_to: str | None = None
    default: str | None = None
    #: The only values that SQLite accepts; of a flag 0 and 1.
    words: tuple[str, ...] = ()

    def sql(self, *, is_whole_key: bool = False) -> str:
        """Its line in ``CREATE TABLE``."""
        words = ["'" + word + "'" for word in self.words]
        allowed = ["0", "1"] if self.format is Format.FLAG else words
        parts = [
            f"{self.name} {self.format.sql_type}",
            "PRIMARY KEY" if is_whole_key else "NOT NULL" if self.null is None else "",
            f"REFERENCES {self.refers_to}(id)" if self.refers_to else "",
            f"DEFAULT {self.default}" if self.default else "",
            f"CHECK ({self.name} IN ({', '.join(allowed)}))" if allowed else "",
        ]
        return " ".join(filter(None, parts))


@dataclass(frozen=True)
class ItemColumn(Column):
    """A column that is filled from an item: of ``articles``, or of what a body holds."""

    role: Role = Role.TOLD
    #: Item → value; without it the attribute of the item that has the column's name.
    value: Callable[[Any], Any] | None = None
    keep: Keep = Keep.IF_UNTOLD
    #: True when a difference is an edit that readers see: ``changes.fields`` names the column.
    is_edit: bool = True
    #: True when null may mean that nobody has looked yet, as in the rows that are older than the
    #: column: to be told the first time is no change then.
    null_is_unread: bool = False
    in_jsonl: bool = True
    #: The ``PARSER_VERSION`` that first made a derived column; earlier rows may lack it.
    since: int = 1

    def of(self, item: Any) -> Any:
        """The value for an item, as SQLite stores it."""
        return self.format.to_sql(self.read(item))

    @cached_property
    def read(self) -> Callable[[Any], Any]:
        """Item → value, as the item has it."""
        return attrgetter(self.name) if self.value is None else self.value


#: The name of a column, what reads its value from an item, and what makes of it what is stored.
Reader = tuple[str, Callable[[Any], Any], Callable[[Any], Any]]


def readers_of(columns: Iterable[Column]) -> tuple[Reader, ...]:
    """What reads the columns that an item fills."""
    filled = (column for column in columns if isinstance(column, ItemColumn))
    return tuple((column.name, column.read, column.format.cast) for column in filled)


def row_of(item: Any, readers: Iterable[Reader]) -> dict[str, Any]:
    """The columns of an item: name → value, as SQLite stores it."""
    return {
        name: None if (value := read(item)) is None else cast(value) for name, read, cast in readers
    }


@dataclass(frozen=True)
class Relation:
    """What SQL selects from; its columns stand in their order."""

    name: str
    columns: tuple[Column, ...]
    #: What its rows are: docs/data-format.md begins with these words.
    meaning: str = ""

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """The column of a name; raises ``KeyError`` when there is none."""
        return {column.name: column for column in self.columns}[name]


@dataclass(frozen=True)
class View(Relation):
    """A view of the archive; the migration that makes it has its query."""


@dataclass(frozen=True)
class Table(Relation):
    """A table of the archive."""

    is_without_rowid: bool = False

    @cached_property
    def filled(self) -> tuple[ItemColumn, ...]:
        """The columns that an item fills."""
        return tuple(column for column in self.columns if isinstance(column, ItemColumn))

    def row(self, item: Any) -> dict[str, Any]:
        """The columns that an item fills: name → value, as SQLite stores it."""
        return row_of(item, self._readers)

    @cached_property
    def _readers(self) -> tuple[Reader, ...]:
        return readers_of(self.columns)

    def select(self, condition: Callable[[ItemColumn], bool]) -> tuple[str, ...]:
        """The names of the columns that an item fills and a condition holds for."""
        return tuple(column.name for column in self.filled if condition(column))

    @cached_property
    def qualified(self) -> frozenset[str]:
        """The names of all columns with that of the table, as ``links.problem``."""
        return frozenset(f"{self.name}.{name}" for name in self.names)

    def sql(self) -> str:
        """The ``CREATE TABLE`` that all migrations together come to."""
        keys = [column.name for column in self.columns if column.key]
        is_one = len(keys) == 1
        lines = [column.sql(is_whole_key=is_one and column.key) for column in self.columns]
        if not is_one:
            lines.append(f"PRIMARY KEY ({', '.join(keys)})")
        options = "STRICT, WITHOUT ROWID" if self.is_without_rowid else "STRICT"
        return f"CREATE TABLE {self.name} ({', '.join(lines)}) {options}"
