"""The versions of an article as a table, its status, and the log of its changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from archiver.items import Status
from archiver.reading.history.versions import COLUMN_NAMES, History, Version
from archiver.reading.times import format_time
from archiver.store.records import Row
from archiver.terminal.printable import one_line
from archiver.terminal.text_tables import layout_table
from archiver.terminal.text_width import cut

_HEAD: Final = ("", "no.", "seen (UTC)", "characters", "formulas", "title")
#: Remarks begin below the second column.
_INDENT: Final = " " * 8


def history_lines(history: History, columns: int) -> Iterator[str]:
    """The lines for a terminal of so many columns; times are in UTC, to the minute."""
    if history.versions:
        yield from _version_lines(history, columns)
    else:
        yield "no version of it has been seen"
    yield ""
    yield _status(history.article)
    for change in history.changes:
        yield f"  {format_time(change['seen_at'])}  {change['kind']:<10}  {_what(change)}".rstrip()


def _version_lines(history: History, columns: int) -> Iterator[str]:
    """The table; below each version the columns that changed, and why it is suspicious."""
    current = history.current
    cells = (_cells(version, current) for version in history.versions)
    head, *lines = layout_table([_HEAD, *cells], "lrlrrl")
    yield head
    for version, line in zip(history.versions, lines, strict=True):
        yield cut(line, columns)
        for remark in _remarks(history, version):
            yield f"{_INDENT}{remark}"
    if current is not None:
        yield "* the current version"


def _cells(version: Version, current: int | None) -> tuple[str, ...]:
    return (
        "*" if version.number == current else "",
        str(version.number),
        format_time(version.row["seen_at"]),
        f"{len(version.body.text):,}",
        f"{len(version.body.formulas):,}",
        one_line(version.title),
    )


def _remarks(history: History, version: Version) -> Iterator[str]:
    if columns := history.changed_columns(version):
        yield f"changed: {_names(columns)}"
    if version.suspicious is not None:
        yield f"suspicious: {version.suspicious}"


def _status(article: Row) -> str:
    head = f"article {article['id']} ({article['url']}): {article['status']}"
    if article["status"] == Status.GONE:
        return f"{head} since {format_time(article['gone_at'])} UTC; the copy is kept"
    return head


def _what(change: Row) -> str:
    """The version and the columns that a change is about."""
    version = f"version {change['revision']}" if change["revision"] is not None else ""
    return ": ".join(filter(None, (version, _names(change["fields"]))))


def _names(columns: Sequence[str]) -> str:
    """Columns in the words of ``COLUMN_NAMES``; others, of later versions, by their own names."""
    return ", ".join(COLUMN_NAMES.get(column, column) for column in columns)
