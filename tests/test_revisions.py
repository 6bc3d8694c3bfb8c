"""The memory of the crawl: versions, suspicion, tombstones, changes, sightings, runs, migration.

Real SQLite files and literal rows, as docs/data-format.md promises them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.items import Article, Formula, IndexEntry, Link, ListingEntry, Status
from archiver.store import failures, schema, sightings, tombstones
from archiver.store import migration_m004 as memory
from archiver.store import run_records as runs
from archiver.store.articles import get_article, known_articles, save_article, save_sighting
from archiver.store.errors import StoreError
from archiver.store.merge import Change
from archiver.store.records import Row, content_sha256
from archiver.store.revisions import save_revision
from archiver.store.sightings import Shown
from archiver.store.sqlite import check_archive, close_archive, open_archive
from archiver.store.suspicion import suspicion

DAY1, DAY2 = "2026-11-01T03:00:00+00:00", "2026-11-02T03:00:00+00:00"
DAY3, DAY4 = "2026-11-03T03:00:00+00:00", "2026-11-04T03:00:00+00:00"
DAY5, DAY6 = "2026-11-05T03:00:00+00:00", "2026-11-06T03:00:00+00:00"
URL = "https://kexue.fm/archives/6583"
HIDDEN = "此内容被密码保护"
#: A body of ten characters with a formula, one that is an edit of it, and what is left of it.
BODY, EDITED, SHORT = "一二三四五六七八$x$", "一二三四五六七八九$x$", "一二$x$"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kexue.db"


@pytest.fixture
def db(path: Path) -> Iterator[Database]:
    db = open_archive(path)
    yield db
    close_archive(db)


def an_article(article: int = 6583, text: str = BODY, **changes: Any) -> Article:
    """A page with a text; what stands between dollars is its one formula."""
    values: dict[str, Any] = {
        "title": "标题",
        "author": "苏剑林",
        "published": "2022-01-18",
        "readers": 100,
        "category": "信息时代",
        "tags": ["损失"],
        "comment_count": 3,
        "body_html": f"<p>{text}</p>" if text else "",
        "body_text": text,
        "body_markdown": text,
        "formulas": [Formula("$x$", display=False)] if "$x$" in text else [],
        "links": [Link("https://kexue.fm/archives/7006", "另一篇", 7006)],
    }
    return Article(article, **{**values, **changes})


def a_protected(article: int = 6583, **changes: Any) -> Article:
    return Article(article, **{"title": HIDDEN, "status": Status.PROTECTED, **changes})


def rows(db: Database, sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in db.execute(sql).fetchall()]


def versions(db: Database) -> list[tuple[Any, ...]]:
    return rows(
        db,
        "SELECT number, seen_at, body_html, suspicious FROM revisions ORDER BY article_id, number",
    )


def changes(db: Database) -> list[tuple[Any, ...]]:
    return rows(db, "SELECT article_id, seen_at, kind, revision, fields FROM changes ORDER BY id")


def row_of(db: Database, article: int = 6583) -> Row:
    row = get_article(db, article)
    assert row is not None
    return row


# --- Versions -------------------------------------------------------------------------------------


def test_the_first_version(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    assert rows(db, "SELECT * FROM revisions") == [
        (
            6583,
            1,
            content_sha256("标题", f"<p>{BODY}</p>"),
            DAY1,
            "标题",
            f"<p>{BODY}</p>",
            "苏剑林",
            "2022-01-18",
            "信息时代",
            '["损失"]',
            None,
        )
    ]
    assert changes(db) == [(6583, DAY1, "new", 1, "[]")]


@pytest.mark.parametrize(
    ("edit", "fields"),
    [
        ({"title": "新题"}, ["title"]),
        ({"author": "访客"}, ["author"]),
        ({"published": "2022-01-19"}, ["published"]),
        ({"category": "数学研究"}, ["category"]),
        ({"tags": ["损失", "优化"]}, ["tags"]),
        ({"text": EDITED}, ["body_html"]),
        ({"text": EDITED, "tags": [], "title": "新题"}, ["title", "tags", "body_html"]),
    ],
)
def test_what_makes_a_version(db: Database, edit: dict[str, Any], fields: list[str]) -> None:
    save_article(db, an_article(), DAY1)
    edited = an_article(**edit)
    assert save_article(db, edited, DAY2).change is Change.CHANGED
    assert rows(db, "SELECT number, seen_at FROM revisions ORDER BY number") == [
        (1, DAY1),
        (2, DAY2),
    ]
    told_by = "content_sha256, title, body_html, author, published, category, tags"
    (version,) = rows(db, f"SELECT {told_by} FROM revisions WHERE number = 2")
    assert [version] == rows(db, f"SELECT {told_by} FROM articles")
    assert changes(db)[1:] == [(6583, DAY2, "edited", 2, json.dumps(fields))]


@pytest.mark.parametrize(
    "again",
    [
        {},
        {"readers": 900, "comment_count": 9},
        {"author": None, "category": None, "published": None, "tags": []},
        {"published_at": "2022-01-18T10:00:00+08:00"},
    ],
)
def test_what_makes_no_version(db: Database, again: dict[str, Any]) -> None:
    """Counts, what a page does not tell, and the exact time, which the feed tells later."""
    save_article(db, an_article(), DAY1)
    save_article(db, an_article(**again), DAY2)
    assert len(versions(db)) == 1
    assert changes(db) == [(6583, DAY1, "new", 1, "[]")]


def test_an_excerpt_is_a_change_but_no_version(db: Database) -> None:
    save_article(db, an_article(excerpt="摘要", excerpt_known=True), DAY1)
    save_article(db, an_article(excerpt="别的摘要", excerpt_known=True), DAY2)
    assert len(versions(db)) == 1
    assert changes(db)[1:] == [(6583, DAY2, "edited", 1, '["excerpt"]')]


def test_versions_are_numbered_by_article(db: Database) -> None:
    for day, text in ((DAY1, BODY), (DAY2, EDITED)):
        for article in (1, 2):
            save_article(db, an_article(article, text), day)
    save_article(db, an_article(1, EDITED, tags=[]), DAY3)
    assert rows(db, "SELECT article_id, number, seen_at FROM revisions ORDER BY 1, 2") == [
        (1, 1, DAY1),
        (1, 2, DAY2),
        (1, 3, DAY3),
        (2, 1, DAY1),
        (2, 2, DAY2),
    ]


def test_a_version_that_comes_back_has_its_old_number(db: Database) -> None:
    for day, text in ((DAY1, BODY), (DAY2, EDITED), (DAY3, BODY)):
        save_article(db, an_article(text=text), day)
    assert versions(db) == [(1, DAY1, f"<p>{BODY}</p>", None), (2, DAY2, f"<p>{EDITED}</p>", None)]
    assert row_of(db)["body_html"] == f"<p>{BODY}</p>"
    assert changes(db) == [
        (6583, DAY1, "new", 1, "[]"),
        (6583, DAY2, "edited", 2, '["body_html"]'),
        (6583, DAY3, "edited", 1, '["body_html"]'),
    ]


def test_a_version_of_an_older_archive_is_another_one(db: Database) -> None:
    """Its author, day, category and tags are unknown: nobody can say that it is the same."""
    save_article(db, an_article(), DAY1)
    with db.atomic():
        db.execute("UPDATE revisions SET author = NULL, tags = NULL")
    save_article(db, an_article(text=EDITED), DAY2)
    save_article(db, an_article(), DAY3)
    assert [number for number, *_ in versions(db)] == [1, 2, 3]


# --- Suspicion ------------------------------------------------------------------------------------


def reading(text: str, *, formulas: int = 0, **values: Any) -> Row:
    """The columns of a row that suspicion looks at."""
    body = f"<p>{text}</p>" if text else ""
    found = {"status": "published", "body_html": body, "body_text": text, "excerpt": None}
    return {**found, "formula_count": formulas, **values}


EMBED = '<a class="embed" href="https://example.org/">https://example.org/</a>'


def linked(links: int) -> Row:
    """A text with so many links, and an anchor that is none."""
    link = '<a href="https://example.org/" title="b">字</a>'
    return reading("字", body_html=f'<p><a name="x"></a>{link * links}字</p>')


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (reading("字" * 10), reading(""), "it has lost its body"),
        (reading("字" * 10), reading("", body_html=None), "it has lost its body"),
        (reading("字" * 10), reading("字" * 5), None),
        (reading("字" * 10), reading("字" * 4), "it has lost 60 % of its text"),
        (reading("字" * 10), reading("", body_html="<p></p>"), "it has lost 100 % of its text"),
        (reading("字" * 9, formulas=12), reading("字" * 9), "it has lost all of its 12 formulas"),
        (reading("字" * 9, formulas=12), reading("字" * 9, formulas=1), None),
        (reading("字" * 9), reading("字" * 9, formulas=12), None),
        (
            reading("字", picture_count=1),
            reading("字", picture_count=0),
            "it has lost its only picture",
        ),
        (
            reading("字", picture_count=3),
            reading("字", picture_count=0),
            "it has lost all of its 3 pictures",
        ),
        (reading("字", picture_count=3), reading("字", picture_count=1), None),
        (reading("字", picture_count=None), reading("字", picture_count=0), None),
        (linked(2), linked(0), "it has lost all of its 2 links"),
        (linked(2), linked(1), None),
        (linked(1), linked(0), None),
        (reading("字", body_html=EMBED * 2), reading("字", body_html="字"), None),
        (
            reading("字", title="注意力"),
            reading("字", title="注\ufffd力"),
            "some characters of its title cannot be read any more",
        ),
        (reading("字", title="注\ufffd力"), reading("字", title="注意力"), None),
        (reading("字", title="注意力"), reading("字", title="另\ufffd题"), None),
        (reading("字" * 10), reading("字" * 900), None),
        (reading("", body_html="<img>"), reading("", body_html="<img>"), None),
        # The old text is the last that was read, whatever the status.
        (reading("字" * 10, status="protected"), reading("字"), "it has lost 90 % of its text"),
        (reading("字" * 10, status="gone"), reading(""), "it has lost its body"),
        # A protected page shows no body, and takes none away.
        (reading("字" * 10), reading("", status="protected"), None),
        (None, reading("", status="protected", excerpt="摘要"), None),
        # With nothing to compare with, the listing tells whether there should be a text.
        (None, reading("字"), None),
        (None, reading(""), None),
        (None, reading("", excerpt=""), None),
        (None, reading("", excerpt="摘要"), "it has no body, while its listing shows a text"),
        (
            None,
            reading("", body_html="<p></p>", excerpt="摘要"),
            "it has no body, while its listing shows a text",
        ),
        (
            reading("", status="protected", body_html=None),
            reading("", excerpt="摘要"),
            "it has no body, while its listing shows a text",
        ),
        (reading(""), reading("字"), None),
    ],
)
def test_suspicion(old: Row | None, new: Row, why: str | None) -> None:
    assert suspicion(old, new) == why


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ({"text": ""}, "it has lost its body"),
        ({"text": SHORT}, "it has lost 54 % of its text"),
        ({"text": "一二三四五六七八九十"}, "it has lost its only formula"),
    ],
)
def test_a_suspicious_page_changes_nothing_but_is_kept(
    db: Database, page: dict[str, Any], why: str
) -> None:
    """Row, parts, counts and status stay; the version is there with the reason, and a failure."""
    save_article(db, an_article(), DAY1)
    before = row_of(db)
    odd = an_article(**page, links=[], readers=7, title="别的题")
    saved = save_article(db, odd, DAY2, url=f"{URL}/")
    assert (saved.change, saved.suspicious) == (Change.SUSPICIOUS, why)
    assert row_of(db) == before
    for table in ("links", "formulas", "reader_counts"):
        assert db.table(table).count == 1
    assert rows(db, "SELECT number, seen_at, title, body_html, suspicious FROM revisions") == [
        (1, DAY1, "标题", f"<p>{BODY}</p>", None),
        (2, DAY2, "别的题", odd.body_html, why),
    ]
    assert changes(db)[1:] == [(6583, DAY2, "suspicious", 2, "[]")]
    assert rows(db, "SELECT * FROM failures") == [
        (f"{URL}/", 6583, DAY2, DAY2, 1, f"suspicious: {why}")
    ]


def test_the_same_suspicious_page_is_kept_once(db: Database) -> None:
    """Every day the same: one version, one change, and a failure that counts."""
    save_article(db, an_article(), DAY1)
    for day in (DAY2, DAY3, DAY4):
        save_article(db, an_article(text=SHORT), day)
    assert [number for number, *_ in versions(db)] == [1, 2]
    assert [kind for _, _, kind, *_ in changes(db)] == ["new", "suspicious"]
    assert rows(db, "SELECT first_seen, last_seen, tries FROM failures") == [(DAY2, DAY4, 3)]


def test_another_suspicious_page_is_another_version(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    save_article(db, an_article(text=SHORT), DAY2)
    save_article(db, an_article(text=""), DAY3)
    assert versions(db)[1:] == [
        (2, DAY2, f"<p>{SHORT}</p>", "it has lost 54 % of its text"),
        (3, DAY3, "", "it has lost its body"),
    ]
    assert rows(db, "SELECT reason FROM failures") == [("suspicious: it has lost its body",)]


def test_an_accepted_version_takes_its_place(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    save_article(db, an_article(text=SHORT), DAY2)
    assert save_article(db, an_article(text=SHORT), DAY3, accept=True).suspicious is None
    assert versions(db) == [(1, DAY1, f"<p>{BODY}</p>", None), (2, DAY2, f"<p>{SHORT}</p>", None)]
    assert row_of(db)["body_text"] == SHORT
    assert changes(db)[1:] == [
        (6583, DAY2, "suspicious", 2, "[]"),
        (6583, DAY3, "edited", 2, '["body_html"]'),
    ]
    assert db.table("failures").count == 0
    assert save_article(db, an_article(text=SHORT), DAY4).change is Change.UNCHANGED


def test_when_the_good_page_is_back_nothing_has_failed(db: Database) -> None:
    """The theme was changed back: the odd version stays marked, the article was never other."""
    save_article(db, an_article(), DAY1)
    save_article(db, an_article(text=""), DAY2)
    assert save_article(db, an_article(), DAY3).change is Change.UNCHANGED
    assert versions(db)[1:] == [(2, DAY2, "", "it has lost its body")]
    assert [kind for _, _, kind, *_ in changes(db)] == ["new", "suspicious"]
    assert db.table("failures").count == 0


def test_a_first_page_without_the_text_of_its_listing_is_not_archived(db: Database) -> None:
    """Named as a failure, and read again in the next run."""
    sightings.note_asked(db, 6583, DAY1)
    odd = an_article(text="", excerpt="摘要", excerpt_known=True)
    why = "it has no body, while its listing shows a text"
    assert save_article(db, odd, DAY1).suspicious == why
    for table in ("articles", "revisions", "changes", "links", "reader_counts"):
        assert db.table(table).count == 0
    assert rows(db, "SELECT url, article_id, reason FROM failures") == [
        (URL, 6583, f"suspicious: {why}")
    ]
    assert sightings.asked_before(db) == {}
    assert save_article(db, odd, DAY2, accept=True).change is Change.NEW
    assert db.table("failures").count == 0


def test_a_suspicious_page_of_a_tombstone_leaves_it_gone(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    tombstones.mark_gone(db, 6583, DAY2)
    save_article(db, an_article(text=""), DAY3)
    assert (row_of(db)["status"], row_of(db)["gone_at"]) == ("gone", DAY2)
    assert row_of(db)["body_text"] == BODY


def test_a_suspicious_page_of_a_protected_article_leaves_it_protected(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    save_article(db, a_protected(), DAY2)
    assert save_article(db, an_article(text=SHORT), DAY3).suspicious is not None
    assert (row_of(db)["status"], row_of(db)["body_text"]) == ("protected", BODY)


# --- Behind a password ----------------------------------------------------------------------------


def test_protected_and_opened_again(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    save_article(db, a_protected(), DAY2)
    assert row_of(db)["body_text"] == BODY
    save_article(db, a_protected(), DAY3)
    save_article(db, an_article(), DAY4)
    assert row_of(db)["status"] == "published"
    assert len(versions(db)) == 1
    assert changes(db) == [
        (6583, DAY1, "new", 1, "[]"),
        (6583, DAY2, "protected", 1, "[]"),
        (6583, DAY4, "opened", 1, "[]"),
    ]


def test_opened_with_another_text(db: Database) -> None:
    save_article(db, an_article(), DAY1)
    save_article(db, a_protected(), DAY2)
    save_article(db, an_article(text=EDITED, title="新题"), DAY3)
    assert [number for number, *_ in versions(db)] == [1, 2]
    assert changes(db)[2:] == [(6583, DAY3, "opened", 2, '["title", "body_html"]')]


def test_protected_from_the_first_day_then_opened(db: Database) -> None:
    save_article(db, a_protected(), DAY1)
    assert versions(db) == []
    save_article(db, an_article(), DAY2)
    assert versions(db) == [(1, DAY2, f"<p>{BODY}</p>", None)]
    fields = ["title", "author", "published", "category", "tags", "body_html"]
    assert changes(db) == [
        (6583, DAY1, "new", None, "[]"),
        (6583, DAY2, "opened", 1, json.dumps(fields)),
    ]


def test_a_category_that_changes_behind_the_password(db: Database) -> None:
    """The page tells it: a version with the old body."""
    save_article(db, an_article(), DAY1)
    save_article(db, a_protected(category="数学研究", tags=["优化"]), DAY2)
    assert rows(db, "SELECT number, body_html, category, tags FROM revisions ORDER BY 1") == [
        (1, f"<p>{BODY}</p>", "信息时代", '["损失"]'),
        (2, f"<p>{BODY}</p>", "数学研究", '["优化"]'),
    ]
    assert changes(db)[1:] == [(6583, DAY2, "protected", 2, '["category", "tags"]')]


# --- Tombstones -----------------------------------------------------------------------------------


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
        (1, 6583, DAY1, "new", 1, "[]"),
        (2, 6583, DAY2, "edited", 2, '["body_html"]'),
        (3, 6583, DAY3, "suspicious", 3, "[]"),
        (4, 6583, DAY4, "protected", 2, "[]"),
        (5, 6583, DAY5, "opened", 4, '["tags"]'),
        (6, 6583, DAY6, "gone", None, "[]"),
        (7, 6583, later, "returned", 4, "[]"),
    ]


# --- Nothing is ever lost -------------------------------------------------------------------------

PAGES = st.one_of(
    st.builds(
        an_article,
        text=st.sampled_from([BODY, EDITED, SHORT, "", "一二三四五六七八九十"]),
        title=st.sampled_from(["标题", "新题"]),
        tags=st.sampled_from([["损失"], []]),
        author=st.sampled_from(["苏剑林", None]),
    ),
    st.builds(a_protected),
    st.none(),  # the page is deleted
)


@given(st.lists(st.tuples(PAGES, st.booleans()), max_size=12))
@limits(max_examples=60, deadline=None)
def test_whatever_a_page_becomes_nothing_is_lost(life: list[tuple[Article | None, bool]]) -> None:
    """Every text that was ever read is a version; the row has one that was taken."""
    with closing(Database(memory=True)) as db:
        schema.migrations.apply(db)
        for page, accept in life:
            if page is None:
                tombstones.mark_gone(db, 6583, DAY2)
            else:
                save_article(db, page, DAY1, accept=accept)
        check_life(db, [page for page, _ in life if page is not None])


def check_life(db: Database, pages: list[Article]) -> None:
    kept = {body for (body,) in rows(db, "SELECT body_html FROM revisions")}
    assert {page.body_html for page in pages if page.body_html is not None} == kept
    numbers = [number for number, *_ in versions(db)]
    assert numbers == list(range(1, len(numbers) + 1))
    taken = "content_sha256, author, published, category, tags FROM"
    current = rows(db, f"SELECT {taken} articles WHERE content_sha256 IS NOT NULL")
    assert set(current) <= set(rows(db, f"SELECT {taken} revisions WHERE suspicious IS NULL"))
    assert bool(pages) == bool(db.table("articles").count)
    kinds = [kind for _, _, kind, *_ in changes(db)]
    assert kinds.count("new") == bool(pages)
    assert kinds.count("returned") <= kinds.count("gone")
    status = rows(db, "SELECT status = 'gone', gone_at IS NOT NULL FROM articles")
    assert set(status) <= {(0, 0), (1, 1)}


# --- Sightings: the index -------------------------------------------------------------------------


def note_index(db: Database, day: str, *entries: IndexEntry) -> None:
    known = {row["id"]: row for row in known_articles(db)}
    sightings.note_index(db, entries, known, day)


def listed(article: int = 6583, **values: Any) -> IndexEntry:
    return IndexEntry(article, **{"title": "标题", "published": "2022-01-18", **values})


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
    assert sightings.listed_articles(db) == {6583: shown()}
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
    assert sightings.listed_articles(db) == {6583: None}
    save_sighting(db, shown(), DAY2)
    assert flag(db) == 0
    assert sightings.listed_articles(db) == {6583: shown()}


# --- Sightings: what is asked for, what is absent -------------------------------------------------


def test_what_was_asked_for_without_an_end(db: Database) -> None:
    """Counted until an answer was dealt with: stored, a failure, or a tombstone."""
    for article in (1, 2, 3, 4):
        sightings.note_asked(db, article, DAY1)
    sightings.note_asked(db, 4, DAY2)
    assert sightings.asked_before(db) == {1: 1, 2: 1, 3: 1, 4: 2}
    assert sightings.listed_articles(db) == {}
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
    assert sightings.listed_articles(db) == {6583: None}
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
    assert sightings.listed_articles(db) == {}
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


# --- The migration --------------------------------------------------------------------------------

_OLD_ARTICLE = """
    INSERT INTO articles (id, url, title, author, published, tags, body_html, body_text,
      content_sha256, license, status, first_seen, last_seen, fetched_at, parser_version)
    VALUES (:id, 'u', :title, '苏剑林', '2022-01-18', '["损失"]', :body, :body, :sha, 'CC', :status,
      :first, :last, :last, 2)
"""
_OLD_RUN = "INSERT INTO runs (started_at, finished_at, mode, outcome, versions) VALUES (?,?,?,?,'')"


@pytest.fixture
def old(path: Path) -> Path:
    """An archive of the version before: two versions of 1, a protected 2, a run that was killed."""
    with closing(Database(sqlite3.connect(path))) as db:
        schema.migrations.apply(db, stop_before="m004_memory")
        with db.atomic():
            fill(db)
    return path


def fill(db: Database) -> None:
    an_old_article(db, 1, "新", "sha-新", DAY1, DAY3)
    an_old_article(db, 2, None, None, DAY1, DAY3, status="protected")
    an_old_article(db, 3, "三", "sha-三", DAY3, DAY3)
    # Written in another order than they were seen.
    for article, sha, day, body in ((1, "sha-新", DAY2, "新"), (1, "sha-旧", DAY1, "旧"),
                                    (3, "sha-三", DAY3, "三")):  # fmt: skip
        db.execute(
            "INSERT INTO revisions VALUES (?, ?, ?, ?, ?)",
            [article, sha, day, f"题{article}", body],
        )
    for run in ((DAY1, DAY1, "normal", "ok"), (DAY2, DAY2, "full", "1 failed"),
                (DAY3, None, "normal", None)):  # fmt: skip
        db.execute(_OLD_RUN, run)


def an_old_article(
    db: Database,
    article: int,
    body: str | None,
    sha: str | None,
    first: str,
    last: str,
    status: str = "published",
) -> None:
    values = {"id": article, "title": f"题{article}", "body": body, "sha": sha, "status": status}
    db.execute(_OLD_ARTICLE, {**values, "first": first, "last": last})


def test_migration(old: Path) -> None:
    db = open_archive(old)
    known = ("苏剑林", "2022-01-18", None, '["损失"]', None)
    assert rows(db, "SELECT * FROM revisions ORDER BY article_id, number") == [
        (1, 1, "sha-旧", DAY1, "题1", "旧", None, None, None, None, None),
        (1, 2, "sha-新", DAY2, "题1", "新", *known),
        (3, 1, "sha-三", DAY3, "题3", "三", *known),
    ]
    assert rows(db, "SELECT * FROM changes") == [
        (1, 1, DAY1, "new", 1, "[]"),
        (2, 2, DAY1, "new", None, "[]"),
        (3, 3, DAY3, "new", 1, "[]"),
        (4, 1, DAY2, "edited", 2, "[]"),
    ]
    assert rows(db, "SELECT id, status, body_html, gone_at FROM articles") == [
        (1, "published", "新", None),
        (2, "protected", None, None),
        (3, "published", "三", None),
    ]
    assert rows(db, "SELECT finished_at, outcome, ending, suspicious, unread FROM runs") == [
        (DAY1, "ok", "finished", None, None),
        (DAY2, "1 failed", None, None, None),
        (None, None, None, None, None),
    ]
    assert db.table("sightings").count == 0
    assert rows(db, "SELECT rowid FROM articles_fts WHERE articles_fts MATCH '题1'") == []
    assert rows(db, "PRAGMA foreign_key_check") == []
    close_archive(db)
    check_archive(old)


def test_a_migrated_archive_is_gone_on_with(old: Path) -> None:
    """The killed run is closed; the same page is no new version, another one is."""
    db = open_archive(old)
    now = runs.start_run(db, "normal", DAY4)
    assert rows(db, "SELECT ending, finished_at FROM runs WHERE id = 3") == [("killed", DAY3)]
    assert runs.session_start(db, now, "normal") == DAY3
    number, is_new = save_revision(db, row_of(db, 1), DAY4)
    assert (number, is_new) == (2, False)
    save_article(db, an_article(1, BODY), DAY4)
    assert [row[0] for row in rows(db, "SELECT number FROM revisions WHERE article_id = 1")] == [
        1,
        2,
        3,
    ]
    close_archive(db)


def test_a_run_of_an_older_archive_is_no_session(old: Path) -> None:
    """It went to its end with one failure: ``full=1`` begins anew."""
    db = open_archive(old)
    now = runs.start_run(db, "full", DAY4)
    assert runs.session_start(db, now, "full") is None
    close_archive(db)


class FullDisk:
    """A database that takes so many statements, then no more."""

    def __init__(self, db: Database, statements: int) -> None:
        self.db, self.left = db, statements

    def execute(self, statement: str) -> sqlite3.Cursor:
        if self.left == 0:
            raise sqlite3.OperationalError("database or disk is full")
        self.left -= 1
        return self.db.execute(statement)


def full_disk(db: Database, statements: int) -> None:
    memory.remember(FullDisk(db, statements))  # type: ignore[arg-type]


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def count_statements() -> int:
    """How many statements the migration has."""
    with closing(Database(memory=True)) as db:
        schema.migrations.apply(db, stop_before="m004_memory")
        disk = FullDisk(db, 1000)
        memory.remember(disk)  # type: ignore[arg-type]
    return 1000 - disk.left


def test_a_migration_that_breaks_off_leaves_the_old_archive(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After every one of its statements; then, with room on the disk, it works."""
    before = dump(old)
    for left in range(count_statements()):
        with monkeypatch.context() as patch:
            patch.setattr(schema, "remember", partial(full_disk, statements=left))
            with pytest.raises(StoreError) as caught:
                open_archive(old)
        sentence = f"cannot open the database {old}: database or disk is full"
        assert str(caught.value) == sentence
        assert dump(old) == before
    db = open_archive(old)
    assert rows(db, "SELECT count(*) FROM revisions") == [(3,)]
    assert rows(db, "SELECT count(*) FROM changes") == [(4,)]
    close_archive(db)
