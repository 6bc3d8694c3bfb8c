"""Which files a run asks for, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from archiver.store.file_addresses import FileAddress

#: An answer that is no picture is asked for once more in the next run: a page may have stood in
#: its place for an hour.
_TRIES_OF_STRANGE: Final = 2


def select_files(
    wanted: Sequence[FileAddress],
    now: datetime,
    *,
    days: int,
    most: int | None,
    failures_in_a_row: int = 0,
    asks_all: bool = False,
) -> list[FileAddress]:
    """The files to ask for, in their order; ``most`` is their number, ``None`` for all.

    First those that failed, the longest ago first, then those that were never asked for or whose
    file is lost, in the order of ``wanted``, then those that were asked for ``days`` ago or longer
    (0: none), the oldest first. ``asks_all`` takes all that have no file.

    After ``failures_in_a_row`` failed ones comes another one: it shows whether a few addresses are
    broken or the server, which ends the run. Where there is none, one that was stored is asked
    for again.
    """
    failed = sorted((file for file in wanted if file.status == "failed"), key=_asked)
    fresh = [file for file in wanted if _is_fresh(file, asks_all=asks_all)]
    known = {file.url for file in (*failed, *fresh)}
    rest = sorted((file for file in wanted if file.url not in known), key=_asked)
    again = [file for file in rest if _is_due(file, now, days)]
    in_a_row = failures_in_a_row or len(failed) + 1
    lacking = len(failed) // in_a_row - len(fresh) - len(again)
    if lacking > 0:
        due = {file.url for file in again}
        stored = [file for file in rest if file.status == "ok" and file.url not in due]
        again += stored[:lacking]
    return list(_interleave(failed, [*fresh, *again], in_a_row))[:most]


def _is_fresh(file: FileAddress, *, asks_all: bool) -> bool:
    """True when there is no file yet, or none any more, and the address may well have it."""
    if file.status in {None, "failed"}:
        return file.status is None
    return file.is_lost or (asks_all and file.status != "ok")


def _is_due(file: FileAddress, now: datetime, days: int) -> bool:
    if file.status == "not-a-picture" and file.tries < _TRIES_OF_STRANGE:
        return True
    oldest = (now - timedelta(days=days)).isoformat(timespec="seconds")
    return days > 0 and (file.asked_at or "") <= oldest


def _asked(file: FileAddress) -> tuple[str, str]:
    return file.asked_at or "", file.url


def _interleave(
    failed: Sequence[FileAddress], others: Sequence[FileAddress], in_a_row: int
) -> Iterator[FileAddress]:
    """The failed ones with one other after every ``in_a_row`` of them, then the other ones."""
    rest = iter(others)
    for place, file in enumerate(failed, start=1):
        yield file
        if place % in_a_row == 0:
            yield from islice(rest, 1)
    yield from rest
