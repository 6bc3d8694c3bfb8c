"""Suspicious pages: what makes a page suspicious, and what such a page leaves as it was."""

from __future__ import annotations

from typing import Any

import pytest
from archived import (
    BODY,
    DAY1,
    DAY2,
    DAY3,
    DAY4,
    SHORT,
    URL,
    a_protected,
    an_article,
    changes,
    row_of,
    rows,
    versions,
)
from sqlite_utils import Database

from archiver.store import sightings, tombstones
from archiver.store.articles import save_article
from archiver.store.merge import Change
from archiver.store.records import Row
from archiver.store.suspicion import suspicion


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
