"""Articles to archive in tests of the store, and what the archive then holds."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from archiver.items import Article, Formula, IndexEntry, Link, Status
from archiver.store import sightings
from archiver.store.articles import get_article
from archiver.store.records import Row

DAY1, DAY2 = "2026-11-01T03:00:00+00:00", "2026-11-02T03:00:00+00:00"
DAY3, DAY4 = "2026-11-03T03:00:00+00:00", "2026-11-04T03:00:00+00:00"
DAY5, DAY6 = "2026-11-05T03:00:00+00:00", "2026-11-06T03:00:00+00:00"
URL = "https://kexue.fm/archives/6583"
HIDDEN = "此内容被密码保护"
#: A body of ten characters with a formula, one that is an edit of it, and what is left of it.
BODY, EDITED, SHORT = "一二三四五六七八$x$", "一二三四五六七八九$x$", "一二$x$"


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


def note_index(db: Database, day: str, *entries: IndexEntry) -> None:
    sightings.note_index(db, entries, day)


def listed(article: int = 6583, **values: Any) -> IndexEntry:
    return IndexEntry(article, **{"title": "标题", "published": "2022-01-18", **values})
