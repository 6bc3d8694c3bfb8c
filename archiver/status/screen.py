"""The state of an archive as lines of text, 100 columns wide; times are in UTC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from archiver.report import format_seconds
from archiver.status.ages import in_words, parse_time
from archiver.status.summary import Summary
from archiver.store.records import Row
from archiver.terminal import cut, one_line, pad

_COLUMNS: Final = 100
_TITLE: Final = 40
_MOST_ARTICLES: Final = 20
_MOST_FAILURES: Final = 10
_RUN: Final = "  {:<16}  {:<12}  {:<8}  {:>6}  {:>7}  {:>6}  {:>6}  {:>8}  {}"
_COUNTS: Final = ("new", "changed", "gone", "failed", "requests")


def screen(summary: Summary) -> Iterator[str]:
    """All lines; only the path of the database may be longer than the screen is wide."""
    yield f"archive       {summary.database}"
    for name, value in _facts(summary):
        yield cut(f"{name:<12}  {one_line(value)}", _COLUMNS)
    yield from _section("missing", summary.missing, _MOST_ARTICLES, _article)
    yield from _section("suspicious, not taken", summary.suspicious, _MOST_ARTICLES, _article)
    yield from _section("failures", summary.failures, _MOST_FAILURES, _failure)
    if summary.runs:
        yield from ("", "last runs", _RUN.format("started", "time", "mode", *_COUNTS, "outcome"))
    for run in summary.runs:
        yield from _run(run)


def _facts(summary: Summary) -> Iterator[tuple[str, str]]:
    yield "articles", _articles(summary)
    if running := summary.running:
        yield "now", f"running since {_time(running['started_at'])} UTC, or killed"
    success, oldest = summary.last_success, summary.oldest_check
    yield "last success", _moment(success, "finished_at") if success else "none yet"
    if oldest:
        moment = _moment(oldest, "fetched_at")
        yield "oldest check", f"{moment}: {oldest['id']} {oldest['title']}"
    yield "on disk", _sizes(summary)


def _articles(summary: Summary) -> str:
    counts = summary.counts
    kinds = [f"{counts[kind]:,} {kind}" for kind in ("protected", "gone") if counts[kind]]
    among = f" ({', '.join(kinds)})" if kinds else ""
    trouble = [f", {counts[kind]:,} {kind}" for kind in ("missing", "suspicious") if counts[kind]]
    return f"{counts['known']:,} known, {counts['archived']:,} archived{among}{''.join(trouble)}"


def _sizes(summary: Summary) -> str:
    sizes = {name: size for name, size in summary.files.items() if size is not None}
    files = ", ".join(f"{name} {_size(size)}" for name, size in sizes.items())
    return f"{_size(sum(sizes.values()))}: {files}"


def _section(title: str, rows: list[Row], most: int, line: Callable[[Row], str]) -> Iterator[str]:
    """An empty line, a heading, the first rows, and how many there are more; or nothing."""
    if rows:
        yield from ("", title)
    for row in rows[:most]:
        yield cut(f"  {line(row)}", _COLUMNS)
    if len(rows) > most:
        yield f"  … and {len(rows) - most:,} more"


def _article(row: Row) -> str:
    reason = row["reason"] or "not read yet"
    return f"{row['id']:>6}  {pad(row['title'] or '', _TITLE)}  {one_line(reason)}"


def _failure(row: Row) -> str:
    return f"since {_time(row['first_seen'])}  {one_line(row['url'])}  {one_line(row['reason'])}"


def _run(row: Row) -> Iterator[str]:
    """A line of the table, and one for what went wrong."""
    time = "" if row["seconds"] is None else format_seconds(row["seconds"])
    counts = ["" if row[name] is None else f"{row[name]:,}" for name in _COUNTS]
    words = (_time(row["started_at"]), time, row["mode"], *counts, row["state"])
    yield cut(_RUN.format(*words), _COLUMNS)
    if row["state"] == "not ok" and row["outcome"]:
        yield cut(f"      {one_line(row['outcome'])}", _COLUMNS)


def _moment(row: Row, column: str) -> str:
    age = "" if row["age"] is None else f", {in_words(row['age'])} ago"
    return f"{_time(row[column])} UTC{age}"


def _time(text: str | None) -> str:
    """A time of the archive to the minute; one that is none as it is."""
    time = parse_time(text)
    return one_line(text or "?") if time is None else f"{time:%Y-%m-%d %H:%M}"


def _size(size: int) -> str:
    """Bytes as people read them: ``12.3 MB``."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size} bytes"
