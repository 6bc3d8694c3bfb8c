"""The state of an archive as lines of text, as wide as the screen; times are in UTC."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from archiver import site
from archiver.reading.status.summary import Summary
from archiver.reading.times import format_time
from archiver.store.records import Row
from archiver.terminal.durations import format_age, format_seconds
from archiver.terminal.printable import one_line
from archiver.terminal.program import typed
from archiver.terminal.text_tables import layout_table
from archiver.terminal.text_width import cut, wrap

#: Columns of a title, and of an address, that have a reason after them.
_TITLE_COLUMNS: Final = 32
_URL_COLUMNS: Final = 40
#: Columns before a fact: the longest name of one, and two spaces.
_FACT_COLUMNS: Final = len("last success") + 2
#: A space at which no line is wrapped.
_TIE: Final = "\N{NO-BREAK SPACE}"
#: How many articles, and how many failures, are named.
_MOST_ARTICLES: Final = 20
_MOST_FAILURES: Final = 10
_COUNTS: Final = ("new", "changed", "gone", "failed")
_HEAD: Final = ("started", "time", "mode", *_COUNTS, "outcome")
_INDENT: Final = "  "

_Cells: TypeAlias = tuple[str, ...]


def status_lines(summary: Summary, columns: int) -> Iterator[str]:
    """All lines, cut to so many columns; only the path of the database is never cut.

    The outcome of the last run is one of ``Summary.problems`` and is left out here.
    """
    path, *lines = _lines(summary, columns)
    yield path
    for line in lines:
        yield cut(line, columns)


def _lines(summary: Summary, columns: int) -> Iterator[str]:
    facts = [("archive", str(summary.database)), *_facts(summary, columns)]
    yield from layout_table(facts, "ll")
    articles = {"missing": summary.missing, "suspicious, not taken": summary.suspicious}
    for title, rows in articles.items():
        yield from _section(title, map(_article, rows[:_MOST_ARTICLES]), len(rows), "rll")
    unfetched = map(_without_file, summary.without_file[:_MOST_FAILURES])
    yield from _section("pictures and files not got", unfetched, len(summary.without_file), "lll")
    failures = map(_failure, summary.failures[:_MOST_FAILURES])
    yield from _section("failures", failures, len(summary.failures), "lll")
    if summary.runs:
        yield from _runs(summary)


def _facts(summary: Summary, columns: int) -> Iterator[tuple[str, str]]:
    yield "articles", _articles(summary)
    if summary.comments is not None:
        yield "comments", summary.comments.words
    if summary.pictures is not None:
        yield from summary.pictures.rows()
    if running := summary.running:
        yield "now", f"running since {format_time(running['started_at'])} UTC, or killed"
    success, oldest = summary.last_success, summary.oldest_check
    yield "last success", _moment(success, "finished_at") if success else "none yet"
    if oldest:
        moment = _moment(oldest, "fetched_at")
        yield "oldest check", f"{moment}: {oldest['id']} {oldest['title']}"
    if summary.uncaptured:
        there = summary.counts["archived"] - summary.counts["gone"]
        verb = "has" if summary.uncaptured == 1 else "have"
        yield "captures", f"{summary.uncaptured:,} of {there:,} articles {verb} no capture yet"
    for number, line in enumerate(_sizes(summary, columns - _FACT_COLUMNS)):
        yield "" if number else "on disk", line
    if summary.to_reparse:
        again = f"{typed('reparse')} reads them again"
        yield "extraction", f"{summary.to_reparse:,} by an earlier version; {again}"


def _articles(summary: Summary) -> str:
    counts = summary.counts
    kinds = [f"{counts[kind]:,} {kind}" for kind in ("protected", "gone") if counts[kind]]
    among = f" ({', '.join(kinds)})" if kinds else ""
    trouble = [f", {counts[kind]:,} {kind}" for kind in ("missing", "suspicious") if counts[kind]]
    return f"{counts['known']:,} known, {counts['archived']:,} archived{among}{''.join(trouble)}"


def _sizes(summary: Summary, columns: int) -> list[str]:
    """What is on the disk, on as many lines as it needs; no size is parted from its name."""
    sizes = {name: size for name, size in summary.files.items() if size is not None}
    pieces = (f"{name} {_size(size)}".replace(" ", _TIE) for name, size in sizes.items())
    return [line.replace(_TIE, " ") for line in wrap(", ".join(pieces), columns)]


def _section(title: str, rows: Iterable[_Cells], count: int, align: str) -> Iterator[str]:
    """An empty line, a heading, the first rows, and the number of other rows; or nothing."""
    lines = layout_table(rows, align, _INDENT)
    if lines:
        yield from ("", title, *lines)
    if count > len(lines):
        yield f"{_INDENT}… and {count - len(lines):,} more"


def _article(row: Row) -> _Cells:
    title = cut(one_line(row["title"] or ""), _TITLE_COLUMNS)
    return str(row["id"]), title, one_line(row["reason"] or "not read yet")


def _failure(row: Row) -> _Cells:
    url = cut(one_line(row["url"]), _URL_COLUMNS)
    return f"since {format_time(row['first_seen'])[:10]}", url, one_line(row["reason"])


def _without_file(row: Row) -> _Cells:
    url = cut(one_line(row["url"].removeprefix(site.CANONICAL_BASE)), _URL_COLUMNS)
    return row["status"], url, one_line(row["reason"] or "")


def _runs(summary: Summary) -> Iterator[str]:
    """The table of the last runs; below each its outcome, unless that is told elsewhere."""
    head, *lines = layout_table([_HEAD, *map(_run, summary.runs)], "lllrrrrl", _INDENT)
    yield from ("", "last runs", head)
    told = {summary.last_outcome}
    for run, line in zip(summary.runs, lines, strict=True):
        yield line
        if run["state"] == "not ok" and run["outcome"] not in {None, "", *told}:
            yield f"{_INDENT * 3}{one_line(run['outcome'])}"
            told.add(run["outcome"])


def _run(row: Row) -> _Cells:
    time = "" if row["seconds"] is None else format_seconds(row["seconds"])
    counts = ["" if row[name] is None else f"{row[name]:,}" for name in _COUNTS]
    return format_time(row["started_at"]), time, row["mode"], *counts, row["state"]


def _moment(row: Row, column: str) -> str:
    age = "" if row["age"] is None else f", {format_age(row['age'])} ago"
    return f"{format_time(row[column])} UTC{age}"


def _size(size: int) -> str:
    """A number of bytes for a person: ``12.3 MB``."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size} bytes"
