"""The versions of an article as a table, its status, and the log of its changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from archiver.items import Status
from archiver.reading.history.versions import NAMES, History, Version
from archiver.store.records import Row
from archiver.terminal.screen import cut, one_line, table

_HEAD: Final = ("", "no.", "seen (UTC)", "characters", "formulas", "title")
#: Below the second column, behind the mark of the first.
_REMARK: Final = " " * 8


def history_lines(history: History, columns: int) -> Iterator[str]:
    """All that there is to tell, the table in so many columns; times are in UTC, to the minute."""
    if history.versions:
        yield from _version_lines(history, columns)
    else:
        yield "no version of it has been seen"
    yield ""
    yield _status(history.article)
    for change in history.changes:
        yield f"  {minute(change['seen_at'])}  {change['kind']:<10}  {_what(change)}".rstrip()


def minute(time: str) -> str:
    """A time as the archive writes it (UTC, ISO 8601), for a person."""
    return time[:16].replace("T", " ")


def called(columns: Sequence[str]) -> str:
    """Columns as a person calls them."""
    return ", ".join(NAMES.get(column, column) for column in columns)


def _version_lines(history: History, columns: int) -> Iterator[str]:
    """The table; below each version what changed with it, and why it was kept apart."""
    current = history.current
    cells = (_cells(version, current) for version in history.versions)
    head, *lines = table([_HEAD, *cells], "lrlrrl")
    yield head
    for version, line in zip(history.versions, lines, strict=True):
        yield cut(line, columns)
        for remark in _remarks(history, version):
            yield f"{_REMARK}{remark}"
    if current is not None:
        yield "* the current version"


def _cells(version: Version, current: int | None) -> tuple[str, ...]:
    return (
        "*" if version.number == current else "",
        str(version.number),
        minute(version.row["seen_at"]),
        f"{len(version.text):,}",
        f"{version.formula_count:,}",
        one_line(version.title),
    )


def _remarks(history: History, version: Version) -> Iterator[str]:
    if columns := history.changed(version):
        yield f"changed: {called(columns)}"
    if version.suspicious is not None:
        yield f"suspicious: {version.suspicious}"


def _status(article: Row) -> str:
    head = f"article {article['id']} ({article['url']}): {article['status']}"
    if article["status"] == Status.GONE:
        return f"{head} since {minute(article['gone_at'])} UTC; the copy is kept"
    return head


def _what(change: Row) -> str:
    """The version and the columns that a change is about."""
    version = f"version {change['revision']}" if change["revision"] is not None else ""
    return ": ".join(filter(None, (version, called(change["fields"]))))
