"""Articles that are gone from the blog, and those that return: the copy stays."""

from __future__ import annotations

from typing import Any

import pytest
from archived import (
    BODY,
    DAY1,
    DAY2,
    DAY3,
    DAY4,
    DAY5,
    DAY6,
    EDITED,
    URL,
    a_protected,
    an_article,
    changes,
    row_of,
    rows,
)
from sqlite_utils import Database

from archiver.items import Article, ListingEntry
from archiver.store import failures, sightings, tombstones
from archiver.store.articles import save_article, save_sighting


def test_gone(db: Database) -> None:
    """Only the status changes: text, parts, counts and times are as they were last seen."""
    save_article(db, an_article(), DAY1)
    before = row_of(db)
    failures.save_failure(db, URL, 6583, "HTTP 503", DAY2)
    failures.save_failure(db, "https://kexue.fm/archives/7006", 7006, "HTTP 503", DAY2)
    save_sighting(db, ListingEntry(6583, title="新题"), DAY1)
    sightings.note_asked(db, 6583, DAY2)
    before |= {"readers": 100, "last_seen": DAY1}
    assert tombstones.mark_gone(db, 6583, DAY3) is True
    assert row_of(db) == {**before, "status": "gone", "gone_at": DAY3}
    assert changes(db)[1:] == [(6583, DAY3, "gone", None, "[]")]
    assert rows(db, "SELECT article_id FROM failures") == [(7006,)]
    assert rows(db, "SELECT is_changed, asked FROM sightings") == [(0, 0)]
    for table in ("links", "formulas", "revisions", "reader_counts"):
        assert db.table(table).count == 1


def test_gone_is_gone_once(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    tombstones.mark_gone(db, 6583, DAY2)
    assert tombstones.mark_gone(db, 6583, DAY3) is False
    assert row_of(db)["gone_at"] == DAY2
    assert len(changes(db)) == 2


def test_no_tombstone_without_a_copy(db: Database) -> None:
    assert tombstones.mark_gone(db, 6583, DAY1) is False
    assert tombstones.is_gone(db, 6583) is False
    assert changes(db) == []
    save_article(db, an_article(), DAY1)
    assert tombstones.is_gone(db, 6583) is False
    tombstones.mark_gone(db, 6583, DAY2)
    assert tombstones.is_gone(db, 6583) is True


def test_the_answer_of_a_tombstone_is_dealt_with(db: Database) -> None:
    """The index lists it again, its page says 410 again: nothing has died over it."""
    save_article(db, an_article(), DAY1)
    tombstones.mark_gone(db, 6583, DAY2)
    sightings.note_asked(db, 6583, DAY3)
    tombstones.mark_gone(db, 6583, DAY3)
    assert sightings.asked_before(db) == {}


@pytest.mark.parametrize(
    ("page", "change"),
    [
        (an_article(), (6583, DAY3, "returned", 1, "[]")),
        (an_article(text=EDITED), (6583, DAY3, "returned", 2, '["body_html"]')),
        (a_protected(), (6583, DAY3, "returned", 1, "[]")),
    ],
)
def test_returned(db: Database, page: Article, change: tuple[Any, ...]) -> None:
    save_article(db, an_article(), DAY1)
    tombstones.mark_gone(db, 6583, DAY2)
    save_article(db, page, DAY3)
    row = row_of(db)
    assert (row["status"], row["gone_at"], row["first_seen"]) == (str(page.status), None, DAY1)
    assert row["body_html"] in {f"<p>{BODY}</p>", f"<p>{EDITED}</p>"}
    assert changes(db)[2:] == [change]


def test_gone_behind_the_password(db: Database) -> None:
    """A protected article that is deleted and comes back without a password."""
    save_article(db, an_article(), DAY1)
    save_article(db, a_protected(), DAY2)
    tombstones.mark_gone(db, 6583, DAY3)
    assert row_of(db)["body_text"] == BODY
    save_article(db, an_article(), DAY4)
    assert [kind for _, _, kind, *_ in changes(db)] == ["new", "protected", "gone", "returned"]


def test_a_whole_life(db: Database) -> None:
    """One row of every kind, in the order in which it happened."""
    save_article(db, an_article(), DAY1)
    save_article(db, an_article(text=EDITED), DAY2)
    save_article(db, an_article(text=""), DAY3)
    save_article(db, a_protected(), DAY4)
    save_article(db, an_article(text=EDITED, tags=[]), DAY5)
    tombstones.mark_gone(db, 6583, DAY6)
    later = "2027-01-01T03:00:00+00:00"
    save_article(db, an_article(text=EDITED, tags=[]), later)
    assert rows(db, "SELECT * FROM changes") == [
        (1, 6583, DAY1, "new", 1, "[]", None),
        (2, 6583, DAY2, "edited", 2, '["body_html"]', None),
        (3, 6583, DAY3, "suspicious", 3, "[]", None),
        (4, 6583, DAY4, "protected", 2, "[]", None),
        (5, 6583, DAY5, "opened", 4, '["tags"]', None),
        (6, 6583, DAY6, "gone", None, "[]", None),
        (7, 6583, later, "returned", 4, "[]", None),
    ]
