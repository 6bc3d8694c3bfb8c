"""The state of an archive, and the promises that do not hold."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from archiver.reading.status import queries
from archiver.reading.times import parse_time, seconds_between
from archiver.run.file_counts import FileCounts, counts_as_object
from archiver.run.file_options import FileOptions
from archiver.run.report import INCOMPLETE
from archiver.store.captures import uncaptured_articles
from archiver.store.comment_pages import CommentTotals
from archiver.store.corrections import articles_to_read
from archiver.store.file_addresses import count_linked, count_pictures, without_file
from archiver.store.records import Row
from archiver.terminal.durations import format_age
from archiver.terminal.printable import one_line

#: How many runs are shown.
_RUNS: Final = 5
_TROUBLES: Final = ("missing", "suspicious", "failed")


@dataclass(frozen=True, slots=True)
class Summary:
    """The state of an archive at one moment; ages and durations are in seconds."""

    checked_at: datetime
    database: Path
    #: ``known``, ``archived``, ``protected``, ``gone``, ``missing``, ``suspicious``, ``failed``.
    counts: Mapping[str, int]
    missing: list[Row]
    suspicious: list[Row]
    failures: list[Row]
    #: ``None`` where the blog tells of no comments, or the archive is of an earlier version.
    comments: CommentTotals | None
    #: The article, not gone, that has not been read for the longest time.
    oldest_check: Row | None
    last_success: Row | None
    #: Newest first; ``state`` is ``ok``, ``not ok``, ``killed`` or ``running`` (or just killed).
    runs: list[Row]
    #: Name → bytes; ``None`` for a file that is not there.
    files: Mapping[str, int | None]
    #: ``None`` where pictures are left out.
    pictures: FileCounts | None = None
    #: The addresses that gave no picture or other file, the failed ones first.
    without_file: list[Row] = field(default_factory=list)
    #: The articles, not gone, of which no WARC file has a page; ``None`` where none are written.
    uncaptured: int | None = None
    #: Articles with a capture that an earlier version of the extraction has read.
    to_reparse: int = 0

    @property
    def running(self) -> Row | None:
        """The newest run if it has no end yet; it goes on now, or was just killed."""
        return next((run for run in self.runs if run["state"] == "running"), None)

    @property
    def last_outcome(self) -> str | None:
        """The outcome of the last run that has ended; ``None`` when that is ``ok``."""
        ended = next((run for run in self.runs if run["state"] != "running"), None)
        if ended is None or ended["state"] == "ok":
            return None
        return str(ended["outcome"] or ended["state"])

    def problems(self, max_age: int | None) -> Iterator[str]:
        """A sentence for each promise that does not hold.

        ``max_age`` is how many seconds old the last success may be; ``None`` for any age.
        """
        trouble = [f"{self.counts[name]:,} {name}" for name in _TROUBLES if self.counts[name]]
        trouble += filter(None, [self.pictures.trouble if self.pictures else ""])
        if trouble:
            yield f"{INCOMPLETE}: {', '.join(trouble)}"
        outcome = self.last_outcome
        if outcome is not None and not (trouble and outcome.startswith(INCOMPLETE)):
            yield f"the last run was not ok: {one_line(outcome)}"
        if self.last_success is None:
            yield "no run over the whole blog has succeeded yet"
        elif max_age is not None and _is_older(self.last_success["age"], max_age):
            yield f"the last success is {_age(self.last_success)}, older than --max-age"

    def as_object(self, problems: list[str]) -> dict[str, Any]:
        """The JSON of ``scrapy status --json``; the command's docstring describes its keys."""
        running = self.running
        return {
            "checked_at": self.checked_at.isoformat(timespec="seconds"),
            "database": str(self.database),
            "ok": not problems,
            "problems": problems,
            "counts": self.counts,
            "comments": self.comments and asdict(self.comments),
            "last_success": self.last_success,
            "oldest_check": self.oldest_check,
            "running_since": running and running["started_at"],
            "missing": self.missing,
            "suspicious": self.suspicious,
            "failures": self.failures,
            "runs": self.runs,
            "files": self.files,
            **counts_as_object(self.pictures),
            "without_file": self.without_file,
            "uncaptured": self.uncaptured,
            "to_reparse": self.to_reparse,
        }


def read_summary(
    db: Database,
    files: Mapping[str, Path],
    now: datetime,
    warc: Path | None = None,
    pictures: FileOptions | None = None,
    *,
    keeps_captures: bool = False,
) -> Summary:
    """The state of an archive; ``files`` as ``archiver.run.archive_files`` names them.

    ``warc`` is the folder of the WARC files, and ``keeps_captures`` says that runs write them.
    Without ``pictures`` these are left out.
    """
    missing, suspicious = queries.missing(db), queries.suspicious(db)
    failures = queries.failures(db)
    states, oldest = queries.states(db), queries.oldest_check(db)
    success = queries.last_success(db)
    return Summary(
        checked_at=now,
        database=files["database"],
        counts={
            "known": queries.count_known(db),
            "archived": states.total(),
            "protected": states["protected"],
            "gone": states["gone"],
            "missing": len(missing),
            "suspicious": len(suspicious),
            "failed": len(failures),
        },
        missing=missing,
        suspicious=suspicious,
        failures=failures,
        comments=queries.comments(db),
        oldest_check=oldest and {**oldest, "age": seconds_between(oldest["fetched_at"], now)},
        last_success=success and {**success, "age": seconds_between(success["finished_at"], now)},
        runs=[_run(row, is_newest=n == 0) for n, row in enumerate(queries.last_runs(db, _RUNS))],
        files=_sizes(files)
        | ({} if warc is None else _size_of_folder(warc))
        | ({} if pictures is None else _size_of_files(db, pictures.folder.name)),
        pictures=None if pictures is None else _count_files(db, pictures),
        without_file=[] if pictures is None else without_file(db),
        uncaptured=len(uncaptured_articles(db)) if keeps_captures else None,
        to_reparse=len(articles_to_read(db)),
    )


def _count_files(db: Database, options: FileOptions) -> FileCounts:
    return FileCounts(count_pictures(db), count_linked(db) if options.linked else None)


def _size_of_files(db: Database, name: str) -> dict[str, int]:
    """The size of the pictures and other files together; nothing where there are none."""
    (size,) = db.execute("SELECT sum(bytes) FROM files").fetchone()
    return {} if size is None else {name: size}


def _run(row: Row, *, is_newest: bool) -> Row:
    seconds = seconds_between(row["started_at"], parse_time(row["finished_at"]))
    return {**row, "state": _state(row, is_newest=is_newest), "seconds": seconds}


def _state(row: Row, *, is_newest: bool) -> str:
    """A run without an end goes on or was killed; the next run writes the end of a killed one."""
    if row["finished_at"] is None and row["ending"] is None:
        return "running" if is_newest else "killed"
    if row["ending"] == "killed":
        return "killed"
    return "ok" if row["outcome"] == "ok" else "not ok"


def _sizes(files: Mapping[str, Path]) -> dict[str, int | None]:
    """The sizes of the archive's files, and of SQLite's write-ahead log while there is one."""
    sizes = {path.name: _size(path) for path in files.values()}
    log = Path(f"{os.path.realpath(files['database'])}-wal")
    if size := _size(log):
        sizes[log.name] = size
    return sizes


def _size_of_folder(warc: Path) -> dict[str, int]:
    """The size of the WARC files together; nothing where there are none."""
    sizes = [_size(path) or 0 for path in warc.glob("*.warc.gz")]
    return {warc.name: sum(sizes)} if sizes else {}


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _is_older(age: int | None, max_age: int) -> bool:
    """True when the age is more than ``max_age``, or unknown."""
    return age is None or age > max_age


def _age(row: Row) -> str:
    return "of an unknown time" if row["age"] is None else f"{format_age(row['age'])} old"
