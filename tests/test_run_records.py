"""The records of runs: sessions, killed runs, and the failures that a run names."""

from __future__ import annotations

from typing import Any

import pytest
from archived import (
    DAY1,
    DAY2,
    DAY3,
    DAY4,
    URL,
    an_article,
    listed,
    note_index,
    rows,
)
from sqlite_utils import Database

from archiver.items import ListingEntry
from archiver.store import failures, tombstones
from archiver.store import run_records as runs
from archiver.store.articles import save_article, save_sighting

# --- Runs and sessions ----------------------------------------------------------------------------


def a_run(db: Database, mode: str, ending: str | None, day: str) -> int:
    """A run that began on a day; ``killed`` is one that nobody has closed."""
    run = runs.start_run(db, mode, day)
    if ending != "killed":
        runs.finish_run(db, run, {"finished_at": day, "outcome": "…", "ending": ending})
    return run


STOPPED = "interrupted"


@pytest.mark.parametrize(
    ("past", "mode", "session"),
    [
        ([], "normal", None),
        ([("normal", "finished", DAY1)], "normal", None),
        ([("normal", "killed", DAY1)], "normal", DAY1),
        ([("normal", STOPPED, DAY1)], "normal", DAY1),
        ([("normal", "killed", DAY1), ("normal", STOPPED, DAY2)], "normal", DAY1),
        ([("normal", "killed", DAY1), ("normal", "finished", DAY2)], "normal", None),
        ([("normal", "finished", DAY1), ("normal", "killed", DAY2)], "normal", DAY2),
        (
            [("normal", "killed", DAY1), ("normal", "finished", DAY2), ("normal", "killed", DAY3)],
            "normal",
            DAY3,
        ),
        # Each mode has a session of its own.
        ([("full", "killed", DAY1)], "normal", None),
        ([("full", "killed", DAY1), ("normal", "finished", DAY2)], "full", None),
        ([("full", "killed", DAY1), ("full", "finished", DAY2)], "full", None),
        ([("normal", "killed", DAY1), ("ids", "finished", DAY2)], "normal", DAY1),
        ([("partial", "killed", DAY1), ("partial", "killed", DAY2)], "partial", DAY1),
    ],
)
def test_sessions(
    db: Database, past: list[tuple[str, str, str]], mode: str, session: str | None
) -> None:
    for run in past:
        a_run(db, *run)
    now = runs.start_run(db, mode, DAY4)
    assert runs.session_start(db, now, mode) == session


def test_a_session_is_not_gone_on_with_after_months(db: Database) -> None:
    """``full=1`` reads all articles again: not only those that were not read since last winter."""
    a_run(db, "full", STOPPED, "2026-01-05T03:00:00+00:00")
    now = runs.start_run(db, "full", "2026-11-20T03:00:00+00:00")
    assert runs.session_start(db, now, "full") is None


def test_killed_runs_are_closed_by_the_next(db: Database) -> None:
    runs.start_run(db, "normal", DAY1)
    save_article(db, an_article(), DAY2)
    runs.start_run(db, "full", DAY3)
    outcome = (
        "the run was killed (its process died without a report);"
        " the next run goes on with what is left"
    )
    assert rows(db, "SELECT id, mode, started_at, finished_at, ending, outcome, new FROM runs") == [
        (1, "normal", DAY1, DAY2, "killed", outcome, None),
        (2, "full", DAY3, None, None, None, None),
    ]


def store_nothing(db: Database) -> None:
    """The archive is older than the run."""


def store_sighting(db: Database) -> None:
    save_sighting(db, ListingEntry(7006), DAY3)


def store_index(db: Database) -> None:
    note_index(db, DAY3, listed(7006))


def store_failure(db: Database) -> None:
    failures.save_failure(db, "https://kexue.fm/page/2/", None, "HTTP 503", DAY3)


def store_tombstone(db: Database) -> None:
    tombstones.mark_gone(db, 6583, DAY3)


@pytest.mark.parametrize(
    ("store", "finished"),
    [
        (store_nothing, DAY2),
        (store_sighting, DAY3),
        (store_index, DAY3),
        (store_failure, DAY3),
        (store_tombstone, DAY3),
    ],
)
def test_a_killed_run_ends_with_the_last_thing_that_it_stored(
    db: Database, store: Any, finished: str
) -> None:
    """Also one that was killed among the listings of the first run, before any article."""
    save_article(db, an_article(), DAY1)
    runs.start_run(db, "normal", DAY2)
    store(db)
    runs.start_run(db, "normal", DAY4)
    assert rows(db, "SELECT finished_at FROM runs WHERE id = 1") == [(finished,)]


def test_a_finished_run_is_not_closed_again(db: Database) -> None:
    values = {"finished_at": DAY2, "outcome": "ok", "ending": "finished", "suspicious": 0}
    runs.finish_run(db, runs.start_run(db, "normal", DAY1), values)
    save_article(db, an_article(), DAY3)
    runs.start_run(db, "normal", DAY4)
    assert rows(db, "SELECT finished_at, outcome, ending FROM runs WHERE id = 1") == [
        (DAY2, "ok", "finished")
    ]


# --- Failures -------------------------------------------------------------------------------------


def test_forget_others(db: Database) -> None:
    """After a run that saw everything, only what it named has failed."""
    for page in (2, 3, 4):
        failures.save_failure(db, f"https://kexue.fm/page/{page}/", None, "HTTP 503", DAY1)
    failures.save_failure(db, URL, 6583, "HTTP 404", DAY1)
    failures.forget_others(db, {"https://kexue.fm/page/3/", "https://kexue.fm/never/"})
    assert failures.failed_addresses(db) == {"https://kexue.fm/page/3/": None}
    failures.forget_others(db, set())
    assert failures.failed_addresses(db) == {}


def test_a_stored_article_has_failed_under_no_address(db: Database) -> None:
    """It failed under two; others, and pages that are no article, keep theirs."""
    for url, article in ((URL, 6583), (f"{URL}/", 6583), ("https://kexue.fm/archives/1", 1)):
        failures.save_failure(db, url, article, "HTTP 503", DAY1)
    failures.save_failure(db, "https://kexue.fm/page/2/", None, "HTTP 503", DAY1)
    save_article(db, an_article(), DAY2)
    assert failures.failed_addresses(db) == {
        "https://kexue.fm/archives/1": 1,
        "https://kexue.fm/page/2/": None,
    }
