"""Versions of an article: what makes one, what makes none, and that none is ever lost."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

import pytest
from archived import (
    BODY,
    DAY1,
    DAY2,
    DAY3,
    DAY4,
    EDITED,
    SHORT,
    a_protected,
    an_article,
    changes,
    row_of,
    rows,
    versions,
)
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from sqlite_utils import Database

from archiver.items import Article
from archiver.store import tombstones
from archiver.store.articles import save_article
from archiver.store.merge import Change
from archiver.store.migrations import migrations
from archiver.store.schema import content_sha256

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
@limits(deadline=None)
def test_whatever_a_page_becomes_nothing_is_lost(life: list[tuple[Article | None, bool]]) -> None:
    """Every text that was ever read is a version; the row has one that was taken."""
    with closing(Database(memory=True)) as db:
        migrations.apply(db)
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
