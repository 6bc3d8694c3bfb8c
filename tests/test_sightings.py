"""What index and listings show of an article, compared with what they showed before."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from archived import (
    DAY1,
    DAY2,
    DAY3,
    DAY4,
    HIDDEN,
    a_protected,
    an_article,
    listed,
    note_index,
    rows,
)
from sqlite_utils import Database

from archiver.items import Article, IndexEntry, ListingEntry
from archiver.network.circuit_breaker import CircuitBreaker
from archiver.network.stop import Stop
from archiver.run.counts import RunCounts
from archiver.run.recorder import Recorder
from archiver.store import failures, sightings, tombstones
from archiver.store.archive import Archive
from archiver.store.articles import save_article, save_sighting
from archiver.store.merge import Change
from archiver.store.read_only import open_for_reading
from archiver.store.sightings import Shown

# --- Sightings: the index -------------------------------------------------------------------------


def flag(db: Database, article: int = 6583) -> int:
    (value,) = db.execute(
        "SELECT is_changed FROM sightings WHERE article_id = ?", [article]
    ).fetchone()
    return int(value)


def test_the_index_is_remembered(db: Database) -> None:
    note_index(db, DAY1, listed(2), listed(1, title=None, published=None))
    note_index(db, DAY2, listed(1, title="有题"), listed(3))
    note_index(db, DAY2, listed(3, published=None))  # a day once told stays
    assert rows(db, "SELECT * FROM sightings") == [
        (1, "有题", "2022-01-18", None, DAY1, DAY2, 0, 1, 0, None),
        (2, "标题", "2022-01-18", None, DAY1, DAY1, 0, 0, 0, None),
        (3, "标题", "2022-01-18", None, DAY2, DAY2, 0, 0, 0, None),
    ]
    assert sightings.count_indexed(db) == 3


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({}, {}, 0),
        ({}, {"title": "新题"}, 1),
        ({}, {"published": "2022-01-19"}, 1),
        ({}, {"published": None}, 0),
        ({"published": None}, {}, 0),
        ({}, {"title": None}, 1),
        ({"title": None}, {"title": None}, 0),
    ],
)
def test_the_index_shows_it_otherwise_than_before(
    db: Database, before: dict[str, Any], after: dict[str, Any], expected: int
) -> None:
    """Compared with what the index showed, not with what the page says."""
    save_article(db, an_article(title="页上的题", published="2021-01-01"), DAY1)
    note_index(db, DAY1, listed(**before))
    sightings.note_read(db, 6583)
    note_index(db, DAY2, listed(**after))
    assert flag(db) == expected


@pytest.mark.parametrize(
    ("article", "entry", "expected"),
    [
        (an_article(), {}, 0),
        (an_article(), {"title": "新题"}, 1),
        (an_article(), {"published": "2022-01-19"}, 1),
        (an_article(), {"published": None}, 0),
        (an_article(published=None), {}, 0),
        (a_protected(), {}, 0),
        (None, {}, 0),
    ],
)
def test_the_first_index_is_compared_with_the_archive(
    db: Database, article: Article | None, entry: dict[str, Any], expected: int
) -> None:
    """An archive of an earlier version has no sightings: it is not read again from end to end."""
    if article is not None:
        save_article(db, article, DAY1)
    note_index(db, DAY2, listed(**entry))
    assert flag(db) == expected


def test_a_change_stays_until_the_page_is_read(db: Database) -> None:
    """The index shows the new title day after day while the page fails."""
    save_article(db, an_article(), DAY1)
    note_index(db, DAY1, listed())
    for day in (DAY2, DAY3):
        note_index(db, day, listed(title="新题"))
        save_sighting(db, ListingEntry(6583, title="新题", tags=["损失"]), day)
        assert flag(db) == 1
    save_article(db, an_article(title="新题"), DAY3)
    assert flag(db) == 0
    note_index(db, DAY4, listed(title="新题"))
    assert flag(db) == 0


def test_a_suspicious_page_leaves_the_change_open(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    note_index(db, DAY1, listed())
    note_index(db, DAY2, listed(title="新题"))
    save_article(db, an_article(text=""), DAY2)
    assert flag(db) == 1


# --- Sightings: the listing -----------------------------------------------------------------------


#: What the byline of a protected article does not tell.
UNTOLD = {"author": None, "published": None}


def shown(**values: Any) -> ListingEntry:
    found: dict[str, Any] = {
        "title": "标题",
        "author": "苏剑林",
        "date_text": "2022年1月18日",
        "published": "2022-01-18",
        "category": "信息时代",
        "tags": ["损失"],
        "excerpt": "摘要",
        "readers": 100,
        "comment_count": 3,
    }
    return ListingEntry(6583, **{**found, **values})


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({}, 0),
        ({"readers": 900, "readers_text": "900", "comment_count": 9}, 0),
        ({"date_text": "2022-01-18"}, 0),
        ({"title": "新题"}, 1),
        ({"author": "访客"}, 1),
        ({"published": "2022-01-19"}, 1),
        ({"category": "数学研究"}, 1),
        ({"tags": ["优化"]}, 1),
        ({"tags": []}, 1),
        ({"excerpt": "别的摘要"}, 1),
        ({"excerpt": None}, 1),
        ({"title": HIDDEN}, 1),
    ],
)
def test_a_listing_shows_it_otherwise_than_before(
    db: Database, after: dict[str, Any], expected: int
) -> None:
    save_article(db, an_article(), DAY1)
    save_sighting(db, shown(), DAY1)
    assert flag(db) == 0
    save_sighting(db, shown(**after), DAY2)
    assert flag(db) == expected


@pytest.mark.parametrize(
    ("article", "entry", "expected"),
    [
        (an_article(), {}, 0),
        (an_article(), {"excerpt": None, "readers": 9}, 0),
        (an_article(), {"title": None, "author": None, "published": None, "category": None}, 0),
        (an_article(), {"title": "新题"}, 1),
        (an_article(), {"author": "访客"}, 1),
        (an_article(), {"published": "2022-01-19"}, 1),
        (an_article(), {"category": "数学研究"}, 1),
        (an_article(), {"tags": []}, 1),
        (an_article(), {"title": HIDDEN}, 1),  # protected since
        (a_protected(tags=["损失"]), {}, 1),  # opened since
        (a_protected(tags=["损失"], category="信息时代"), {"title": HIDDEN, **UNTOLD}, 0),
        (None, {}, 0),  # new anyway
    ],
)
def test_the_first_listing_is_compared_with_the_archive(
    db: Database, article: Article | None, entry: dict[str, Any], expected: int
) -> None:
    if article is not None:
        save_article(db, article, DAY1)
    save_sighting(db, shown(**entry), DAY2)
    assert flag(db) == expected


def test_the_last_entry_is_kept(db: Database) -> None:
    """For an article whose page a later run reads; all that it showed is there."""
    save_sighting(db, shown(title="旧题"), DAY1)
    save_sighting(db, shown(), DAY2)
    assert sightings.listed_articles(db) == [6583]
    assert sightings.entered_articles(db) == {6583}
    assert sightings.shown_before(db, 6583).entry == shown()
    assert rows(db, "SELECT title, published, first_seen, last_seen, absent FROM sightings") == [
        (None, None, DAY1, DAY2, 0)
    ]


def test_counts_that_only_a_listing_has_told_are_not_lost(db: Database) -> None:
    """The run that read it was killed; the page, read in a later one, shows no counts."""
    save_sighting(db, shown(comment_count=0, readers=7), DAY1)
    save_article(db, an_article(comment_count=None, readers=None), DAY3)
    assert rows(db, "SELECT readers, comment_count FROM articles") == [(7, 0)]
    assert rows(db, "SELECT seen_at, readers FROM reader_counts") == [(DAY1, 7)]


def test_counts_that_an_earlier_version_has_lost_come_back(db: Database) -> None:
    """With the next reading of the page; the entry of that version does not tell its time."""
    save_article(db, an_article(comment_count=None, readers=None), DAY1)
    entry = json.dumps(asdict(shown(excerpt=None)))
    note_index(db, DAY1, listed())
    with db.atomic():
        db.execute("UPDATE sightings SET entry = ?", [entry])
    change = save_article(db, an_article(comment_count=None, readers=None), DAY3).change
    assert change is Change.UNCHANGED
    assert rows(db, "SELECT readers, comment_count FROM articles") == [(100, 3)]
    assert rows(db, "SELECT * FROM reader_counts") == []


@pytest.mark.parametrize(("of_page", "expected"), [(None, 5), (0, 0), (8, 8)])
def test_a_count_of_a_page_is_newer_than_an_old_entry(
    db: Database, of_page: int | None, expected: int
) -> None:
    save_sighting(db, shown(comment_count=3), DAY1)
    save_article(db, an_article(comment_count=5), DAY2)
    save_article(db, an_article(comment_count=of_page), DAY3)
    assert rows(db, "SELECT comment_count FROM articles") == [(expected,)]


def test_a_count_that_falls_to_nothing_on_the_listing(db: Database) -> None:
    save_article(db, an_article(comment_count=5), DAY1)
    save_sighting(db, shown(comment_count=0), DAY2)
    save_article(db, an_article(comment_count=None), DAY3)
    assert rows(db, "SELECT comment_count FROM articles") == [(0,)]


def test_an_excerpt_that_a_killed_run_was_told_is_taken(db: Database) -> None:
    """The mark was moved, the body is the same: only the listing of the killed run told it."""
    save_article(db, an_article(excerpt="旧摘要", excerpt_known=True), DAY1)
    save_sighting(db, shown(excerpt="新摘要"), DAY2)
    save_article(db, an_article(excerpt="新摘要", excerpt_known=True, excerpt_of_page=True), DAY3)
    assert rows(db, "SELECT excerpt FROM articles") == [("新摘要",)]
    late = an_article(excerpt="更新的", excerpt_known=True, excerpt_of_page=True)
    save_article(db, late, DAY4)
    assert rows(db, "SELECT excerpt FROM articles") == [("新摘要",)]  # nothing new is told


def test_what_was_shown_before_is_known_without_a_listing(db: Database) -> None:
    """For ``ids=…``, also of an article that is listed no more."""
    note_index(db, DAY1, listed(title="真题", published="2022-01-18"))
    save_sighting(db, shown(), DAY2)
    sightings.note_absent(db, [], whole=True)
    found = sightings.shown_before(db, 6583)
    assert (found.entry, found.entry_at) == (shown(), DAY2)
    assert found.index == IndexEntry(6583, "真题", date_text="2022-01-18")
    assert sightings.shown_before(db, 1) == Shown()


@pytest.mark.parametrize("text", ['{"id": 6583, "colour": "red"}', "{", "[]", "null", '"x"', "{}"])
def test_an_entry_of_another_version_is_none(db: Database, text: str) -> None:
    """It is compared with the archive, as if no listing had been read before."""
    save_article(db, an_article(), DAY1)
    save_sighting(db, shown(), DAY1)
    with db.atomic():
        db.execute("UPDATE sightings SET entry = ?", [text])
    assert sightings.listed_articles(db) == [6583]
    assert sightings.entered_articles(db) == set()
    save_sighting(db, shown(), DAY2)
    assert flag(db) == 0
    assert sightings.listed_articles(db) == [6583]
    assert sightings.entered_articles(db) == {6583}
    assert sightings.shown_before(db, 6583).entry == shown()


# --- Sightings: what is asked for, what is absent -------------------------------------------------


def test_what_was_asked_for_without_an_end(db: Database) -> None:
    """Counted until an answer was dealt with: stored, a failure, or a tombstone."""
    for article in (1, 2, 3, 4):
        sightings.note_asked(db, article, DAY1)
    sightings.note_asked(db, 4, DAY2)
    assert sightings.asked_before(db) == {1: 1, 2: 1, 3: 1, 4: 2}
    assert sightings.listed_articles(db) == []
    save_article(db, an_article(1), DAY2)
    failures.save_failure(db, "https://kexue.fm/archives/2", 2, "HTTP 503", DAY2)
    assert sightings.asked_before(db) == {3: 1, 4: 2}
    sightings.note_asked(db, 1, DAY3)
    tombstones.mark_gone(db, 1, DAY3)
    assert sightings.asked_before(db) == {3: 1, 4: 2}


def test_an_article_that_was_asked_for_and_is_listed_later(db: Database) -> None:
    """``ids=6583`` before the index had it."""
    sightings.note_asked(db, 6583, DAY1)
    assert sightings.absent_articles(db, 1) == []
    note_index(db, DAY2, listed())
    assert sightings.listed_articles(db) == [6583]
    assert sightings.entered_articles(db) == set()
    assert rows(db, "SELECT absent, asked FROM sightings") == [(0, 1)]


def absent(db: Database) -> dict[int, int]:
    return dict(db.execute("SELECT article_id, absent FROM sightings").fetchall())


def test_absent_runs_are_counted(db: Database) -> None:
    """1 is in the index, 2 on a listing page only, 3 was only asked for."""
    for article in (1, 2, 3):
        save_article(db, an_article(article), DAY1)
    note_index(db, DAY1, listed(1))
    save_sighting(db, ListingEntry(2), DAY1)
    sightings.note_asked(db, 3, DAY1)
    sightings.note_absent(db, {1, 2}, whole=False)
    assert absent(db) == {1: 0, 2: 0, 3: 1}
    sightings.note_absent(db, set(), whole=False)  # nobody has looked where 2 is listed
    assert absent(db) == {1: 1, 2: 0, 3: 1}
    sightings.note_absent(db, set(), whole=True)
    assert absent(db) == {1: 2, 2: 1, 3: 2}
    assert sightings.absent_articles(db, 1) == [2, 1]  # the newest first; 3 was never listed
    assert sightings.absent_articles(db, 2) == [1]
    assert sightings.listed_articles(db) == []
    note_index(db, DAY2, listed(1))
    assert absent(db)[1] == 0
    assert sightings.absent_articles(db, 1) == [2]


def test_a_tombstone_and_what_is_not_archived_are_not_absent(db: Database) -> None:
    save_article(db, an_article(1), DAY1)
    note_index(db, DAY1, listed(1), listed(2))
    sightings.note_absent(db, set(), whole=True)
    assert sightings.absent_articles(db, 1) == [1]
    tombstones.mark_gone(db, 1, DAY2)
    assert sightings.absent_articles(db, 1) == []
    assert sightings.count_indexed(db) == 0


# --- A page as a whole ----------------------------------------------------------------------------


def test_a_page_is_stored_as_a_whole_or_not_at_all(path: Path) -> None:
    """What is killed before it has been dealt with leaves no half of its entries."""
    archive = Archive.open(path)
    archive.writes.hold()
    for article in (1, 2):
        archive.save_listing_entry(ListingEntry(article, "题"))
    with closing(open_for_reading(path)) as other:
        assert rows(other, "SELECT count(*) FROM sightings") == [(0,)]
    archive.writes.settle()
    archive.writes.settle()  # at the end of the run, when there is nothing left
    archive.save_listing_entry(ListingEntry(3, "题"))
    with closing(open_for_reading(path)) as other:
        assert rows(other, "SELECT count(*) FROM sightings") == [(3,)]
    archive.db.close()


def test_a_disk_that_is_full_within_a_page_stops_the_run(path: Path) -> None:
    """What was stored before stays, and the database is whole."""
    archive = Archive.open(path)
    archive.save_listing_entry(ListingEntry(1, "题"))
    recorder = Recorder(archive, RunCounts(), CircuitBreaker(Stop(), limit=0))
    (pages,) = archive.db.execute("PRAGMA page_count").fetchone()
    archive.db.execute(f"PRAGMA max_page_count = {pages}")
    recorder.hold()
    with recorder.writing():
        for article in range(2, 60):
            recorder.entry_read(ListingEntry(article, "题" * 200))
    recorder.settle()
    assert recorder.stop.reason is not None
    assert recorder.stop.reason.startswith("the database cannot be written")
    archive.db.close()
    with closing(Archive.open(path).db) as other:
        assert 1 <= len(rows(other, "SELECT article_id FROM sightings")) < 59
        assert rows(other, "PRAGMA integrity_check") == [("ok",)]
