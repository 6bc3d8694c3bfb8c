"""The runs that WARC files tell of: what each began with, its exchanges, how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from archiver import site
from archiver.warc.exchange import Failed


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record is."""

    warc: str
    offset: int
    length: int


@dataclass(slots=True, eq=False)
class RecordedExchange:
    """A request of a run and what came of it, as far as the header fields of its records tell."""

    url: str
    #: When it was sent (UTC, ISO 8601).
    sent_at: str
    #: Where the answer is; ``None`` when nothing came.
    answer: Place | None = None
    #: Its ``WARC-Record-ID``, and that of the record which has its payload, if that is another.
    record_id: str | None = None
    refers_to: str | None = None
    truncated: str | None = None
    #: Why it ended without an answer that could be used.
    failed: Failed | None = None
    #: The number of its capture in the archive that was crawled; 0 where nothing came.
    capture: int = 0
    #: True when it came to a run that was killed before it had stored it.
    is_unsaved: bool = False

    @property
    def is_whole(self) -> bool:
        """True when there is an answer that could be used."""
        return self.answer is not None and self.failed is None and self.truncated is None


@dataclass(slots=True)
class RecordedRun:
    """A run of a crawl."""

    #: Its row of ``runs`` as it was at its beginning.
    row: dict[str, Any]
    #: The arguments of the spider.
    arguments: dict[str, Any]
    #: The settings that decide what it asks for and what it makes of an answer.
    settings: dict[str, Any]
    #: The highest number of a capture before it.
    captures: int
    #: The row of the run before it, as the archive had it then.
    previous: dict[str, Any] | None
    #: The articles whose page was asked for in killed runs before it, and how often.
    asked: dict[int, int] = field(default_factory=dict)
    exchanges: list[RecordedExchange] = field(default_factory=list)
    #: Answers to runs before the first one that the files tell of: later ones may refer to them.
    earlier: list[RecordedExchange] = field(default_factory=list)
    #: Its row of ``runs`` at its end; ``None`` for a run that was killed.
    end: dict[str, Any] | None = None

    @property
    def id(self) -> int:
        """Its number."""
        return int(self.row["id"])

    @property
    def started_at(self) -> str:
        """When it began (UTC, ISO 8601)."""
        return str(self.row["started_at"])

    @property
    def largest_body(self) -> int:
        """A larger body had no hash, and was no page; in bytes."""
        told = str(self.settings.get("DOWNLOAD_MAXSIZE"))
        return int(told) if told.isdecimal() else site.LARGEST_PAGE

    @property
    def is_killed(self) -> bool:
        """True when its process died."""
        return self.end is None or self.end.get("ending") in {None, "killed"}

    @property
    def ending(self) -> str:
        """``finished``, ``killed``, or why it ended early."""
        return "killed" if self.end is None else str(self.end.get("ending") or "killed")


def put_in_order(found: list[RecordedRun]) -> Iterator[str]:
    """Sort runs by time, number their captures, and settle what each tells of the one before.

    Gives out a sentence for each run whose number cannot be its own: files of two archives lie in
    one folder, or an older copy of the database was put back. It gets the next free number.
    """
    found.sort(key=lambda run: (run.started_at, run.id))
    last = 0
    captures = _number_earlier(found) if found else 0
    for position, run in enumerate(found):
        later = found[position + 1] if position + 1 < len(found) else None
        is_followed = later is not None and later.id == run.id + 1
        if later is not None and is_followed:
            if later.previous is not None and later.previous["id"] == run.id:
                run.end = later.previous
            _leave_out_unsaved(run, later, found[position + 1 :])
        if run.id <= last:
            yield (
                f"run {run.id} of {run.started_at} comes behind run {last}; it is stored as run"
                f" {last + 1}: do the files of two archives lie in this folder?"
            )
            _renumber(run, last + 1)
        last = run.id
        saved = [exchange for exchange in run.exchanges if not exchange.is_unsaved]
        captures = _number_captures(saved, max(run.captures, captures))
    # They had no number: behind all others they take none that another had.
    _number_captures([e for run in found for e in run.exchanges if e.is_unsaved], captures)


def _number_earlier(found: list[RecordedRun]) -> int:
    """Number the answers to runs before the first one as the archive did; returns the last number.

    Where there are more than it had, another program has written some: then only those stay that
    an answer of a run refers to.
    """
    first = found[0]
    if len(first.earlier) > first.captures:
        wanted = {exchange.refers_to for run in found for exchange in run.exchanges}
        first.earlier = [e for e in first.earlier if e.record_id in wanted]
    return _number_captures(first.earlier, 0)


def _number_captures(exchanges: Iterable[RecordedExchange], number: int) -> int:
    """Number captures from the one behind ``number`` on; returns the last number."""
    for exchange in exchanges:
        if exchange.answer is not None:
            number += 1
            exchange.capture = number
    return number


def _leave_out_unsaved(run: RecordedRun, later: RecordedRun, following: list[RecordedRun]) -> None:
    """Leave out what a killed run has received and not stored, where it was asked for again."""
    asked_again = {e.url for other in following for e in other.exchanges if e.is_whole}
    stored = later.captures - run.captures
    kept = []
    for exchange in run.exchanges:
        stored -= exchange.answer is not None
        exchange.is_unsaved = exchange.answer is not None and stored < 0
        if not exchange.is_unsaved or exchange.url not in asked_again:
            kept.append(exchange)
    run.exchanges = kept


def _renumber(run: RecordedRun, number: int) -> None:
    run.row["id"] = number
    if run.end is not None:
        run.end["id"] = number


def as_row(value: object) -> dict[str, Any] | None:
    """A row of ``runs`` that was read as JSON; ``None`` for anything else."""
    if not isinstance(value, Mapping) or not isinstance(value.get("id"), int):
        return None
    try:
        moment = datetime.fromisoformat(str(value.get("started_at")))
    except ValueError:
        return None
    return dict(value) if moment.tzinfo is not None else None
