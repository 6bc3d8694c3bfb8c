"""The state of an archive as lines of text, as wide as the screen; times are in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from archiver.reading.status.ages import in_words, parse_time
from archiver.reading.status.summary import Summary
from archiver.store.records import Row
from archiver.terminal.screen import cut, format_seconds, one_line, table

#: Columns of a title that has a reason behind it.
_TITLE: Final = 32
#: Columns of an address, the same.
_URL: Final = 40
_MOST_ARTICLES: Final = 20
_MOST_FAILURES: Final = 10
_COUNTS: Final = ("new", "changed", "gone", "failed")
_HEAD: Final = ("started", "time", "mode", *_COUNTS, "outcome")

_Cells: TypeAlias = tuple[str, ...]


def screen(summary: Summary, columns: int) -> Iterator[str]:
    """All lines, cut to so many columns but for the path of the database.

    What the last run says of its outcome is one of ``Summary.problems``, and not said here again.
    """
    path, *lines = _lines(summary)
    yield path
    for line in lines:
        yield cut(line, columns)


def _lines(summary: Summary) -> Iterator[str]:
    facts = [("archive", str(summary.database)), *_facts(summary)]
    yield from table(facts, "ll")
    articles = {"missing": summary.missing, "suspicious, not taken": summary.suspicious}
    for title, rows in articles.items():
        yield from _section(title, map(_article, rows[:_MOST_ARTICLES]), len(rows), "rll")
    failures = map(_failure, summary.failures[:_MOST_FAILURES])
    yield from _section("failures", failures, len(summary.failures), "lll")
    if summary.runs:
        yield from _runs(summary)


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
    return ", ".join(f"{name} {_size(size)}" for name, size in sizes.items())


def _section(title: str, rows: Iterable[_Cells], count: int, align: str) -> Iterator[str]:
    """An empty line, a heading, the first rows, and how many there are more; or nothing."""
    lines = table(rows, align)
    if lines:
        yield from ("", title)
    for line in lines:
        yield f"  {line}"
    if count > len(lines):
        yield f"  … and {count - len(lines):,} more"


def _article(row: Row) -> _Cells:
    title = cut(one_line(row["title"] or ""), _TITLE)
    return str(row["id"]), title, one_line(row["reason"] or "not read yet")


def _failure(row: Row) -> _Cells:
    url = cut(one_line(row["url"]), _URL)
    return f"since {_time(row['first_seen'])[:10]}", url, one_line(row["reason"])


def _runs(summary: Summary) -> Iterator[str]:
    """The table of the last runs; below each what went wrong, where it is not said elsewhere."""
    head, *lines = table([_HEAD, *map(_run, summary.runs)], "lllrrrrl")
    yield from ("", "last runs", f"  {head}")
    said = {summary.last_outcome}
    for run, line in zip(summary.runs, lines, strict=True):
        yield f"  {line}"
        if run["state"] == "not ok" and run["outcome"] not in {None, "", *said}:
            yield f"      {one_line(run['outcome'])}"
            said.add(run["outcome"])


def _run(row: Row) -> _Cells:
    time = "" if row["seconds"] is None else format_seconds(row["seconds"])
    counts = ["" if row[name] is None else f"{row[name]:,}" for name in _COUNTS]
    return _time(row["started_at"]), time, row["mode"], *counts, row["state"]


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
