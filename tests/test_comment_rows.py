"""What is kept of comments: edits, deletions, returns, and what a page must not change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from archived import DAY1, DAY2, DAY3, DAY4, DAY5, a_protected, an_article, rows
from sqlite_utils import Database

from archiver.extraction.comment_words import read_words
from archiver.items import Article, Comment, CommentPage, ListingEntry
from archiver.store.articles import save_article, save_sighting
from archiver.store.comment_pages import comment_states, comment_totals, shown_elsewhere
from archiver.store.comment_rows import save_comments
from archiver.store.jsonl import write_jsonl
from archiver.store.run_records import start_run
from archiver.tree.document import parse_fragment
from archiver.verify.comment_checks import audit_comments, check_comments

ARTICLE = 6583


def a_comment(number: int, text: str = "好文。", **changes: Any) -> Comment:
    values: dict[str, Any] = {
        "author": "路人",
        "author_url": "https://blog.example.org/",
        "published_at": "2022-06-28T05:43:38+08:00",
        "html": f"<p>{text}</p>" if text else "",
        "text": text,
    }
    return Comment(number, **{**values, **changes})


def a_page(*comments: Comment | int, **changes: Any) -> CommentPage:
    """A page with these comments, and a heading that tells as many."""
    made = [a_comment(c) if isinstance(c, int) else c for c in comments]
    return CommentPage(ARTICLE, made, **{"count": len(made), **changes})


def with_comments(page: CommentPage | None, **changes: Any) -> Article:
    return an_article(comments=page, comment_count=page and page.count, **changes)


def store(db: Database, page: CommentPage, now: str) -> list[str]:
    """Store a page of comments of an article that is archived."""
    with db.atomic():
        return save_comments(db, page, now)


def archive(db: Database, *comments: Comment | int, **changes: Any) -> None:
    save_article(db, with_comments(a_page(*comments, **changes)), DAY1)


def begin_run(db: Database, now: str) -> None:
    start_run(db, "normal", now)


def shown(db: Database) -> list[int]:
    return [number for (number,) in rows(db, "SELECT id FROM comments WHERE gone_at IS NULL")]


def gone(db: Database) -> dict[int, str]:
    return dict(rows(db, "SELECT id, gone_at FROM comments WHERE gone_at IS NOT NULL"))


# --- Rows -----------------------------------------------------------------------------------------


def test_a_row(db: Database) -> None:
    reply = a_comment(9, "谢谢。", parent_id=7, by_author=True, author_url=None)
    archive(db, 7, reply)
    assert rows(db, "SELECT * FROM comments") == [
        (7, ARTICLE, None, "路人", "https://blog.example.org/", 0, "2022-06-28T05:43:38+08:00",
         "<p>好文。</p>", "好文。", DAY1, None, 3),
        (9, ARTICLE, 7, "路人", None, 1, "2022-06-28T05:43:38+08:00",
         "<p>谢谢。</p>", "谢谢。", DAY1, None, 3),
    ]  # fmt: skip
    assert rows(db, "SELECT * FROM comment_pages") == [(ARTICLE, 1, 1, 2, "[7, 9]", DAY1)]


def test_the_same_again_writes_nothing_but_the_page(db: Database) -> None:
    archive(db, 7)
    before = rows(db, "SELECT * FROM comments")
    save_article(db, with_comments(a_page(7)), DAY2)
    assert rows(db, "SELECT * FROM comments") == before
    assert rows(db, "SELECT count(*) FROM comment_revisions") == [(0,)]


def test_comments_make_no_edit(db: Database) -> None:
    archive(db, 7)
    save_article(db, with_comments(a_page(7, 8)), DAY2)
    assert rows(db, "SELECT kind FROM changes") == [("new",)]
    assert rows(db, "SELECT count(*) FROM revisions") == [(1,)]


def test_an_edited_comment_keeps_what_it_said(db: Database) -> None:
    archive(db, a_comment(7, "一"))
    save_article(db, with_comments(a_page(a_comment(7, "二", author="甲"))), DAY2)
    save_article(db, with_comments(a_page(a_comment(7, "二", author="乙"))), DAY3)
    assert rows(db, "SELECT author, html, text, first_seen FROM comments") == [
        ("乙", "<p>二</p>", "二", DAY1)
    ]
    query = "SELECT comment_id, number, replaced_at, author, html FROM comment_revisions"
    assert rows(db, query) == [
        (7, 1, DAY2, "路人", "<p>一</p>"),
        (7, 2, DAY3, "甲", "<p>二</p>"),
    ]


def test_another_reading_of_the_same_words_is_no_version(db: Database) -> None:
    archive(db, a_comment(7))
    save_article(db, with_comments(a_page(a_comment(7, html="<p>好文。</p>", text="好文"))), DAY2)
    assert rows(db, "SELECT text FROM comments") == [("好文",)]
    assert rows(db, "SELECT count(*) FROM comment_revisions") == [(0,)]


def test_what_a_page_does_not_tell_stays(db: Database) -> None:
    """The time, and what a comment answers."""
    archive(db, 7, a_comment(9, parent_id=7))
    lost = a_comment(9, is_placed=False, published_at=None)
    save_article(db, with_comments(a_page(7, lost)), DAY2)
    assert rows(db, "SELECT parent_id, published_at FROM comments WHERE id = 9") == [
        (7, "2022-06-28T05:43:38+08:00")
    ]
    save_article(db, with_comments(a_page(7, 9)), DAY3)
    assert rows(db, "SELECT parent_id FROM comments WHERE id = 9") == [(None,)]


def test_a_damaged_copy_replaces_nothing(db: Database) -> None:
    archive(db, a_comment(7, "一二三"))
    broken = a_comment(7, "一\ufffd三", author="\ufffd人")
    save_article(db, with_comments(a_page(broken)), DAY2)
    assert rows(db, "SELECT author, html, text FROM comments") == [
        ("路人", "<p>一二三</p>", "一二三")
    ]


def test_a_comment_of_another_article_is_left_out(db: Database) -> None:
    archive(db, 7)
    page = CommentPage(7006, [a_comment(7, "冒名"), a_comment(8, parent_id=7)], count=2)
    saved = save_article(db, an_article(7006, comments=page), DAY2)
    assert saved.doubts == ("comment 7 on it is that of another article, and was left out",)
    assert rows(db, "SELECT id, article_id, parent_id, text FROM comments") == [
        (7, ARTICLE, None, "好文。"), (8, 7006, None, "好文。"),
    ]  # fmt: skip


def test_a_page_that_is_not_believed_stores_no_comments(db: Database) -> None:
    archive(db, 7)
    save_article(db, with_comments(a_page(7, 8), text="一二三"), DAY2)
    assert shown(db) == [7]


# --- Gone -----------------------------------------------------------------------------------------


def test_deleted_and_back(db: Database) -> None:
    """The only page shows all that the blog counts."""
    archive(db, 7, 8)
    begin_run(db, DAY2)
    save_article(db, with_comments(a_page(7)), DAY2)
    assert gone(db) == {8: DAY2}
    begin_run(db, DAY3)
    save_article(db, with_comments(a_page(7)), DAY3)
    assert gone(db) == {8: DAY2}
    save_article(db, with_comments(a_page(7, 8)), DAY4)
    assert gone(db) == {}


def test_a_page_with_fewer_than_are_counted_deletes_nothing(db: Database) -> None:
    """Its markup may be broken behind the first comment."""
    archive(db, 7, 8)
    begin_run(db, DAY2)
    save_article(db, with_comments(a_page(7, count=2)), DAY2)
    assert shown(db) == [7, 8]


def test_deleted_on_one_of_two_pages(db: Database) -> None:
    archive(db, 4, 3, count=4, pages=2)
    store(db, a_page(2, 1, number=2, pages=2, count=4), DAY1)
    begin_run(db, DAY2)
    save_article(db, with_comments(a_page(4, 2, count=3, pages=2)), DAY2)
    assert shown(db) == [1, 2, 3, 4]
    store(db, a_page(1, number=2, pages=2, count=3), DAY2)
    assert gone(db) == {3: DAY2}


def test_pages_of_two_runs_delete_nothing(db: Database) -> None:
    """Comments have moved from page to page between them."""
    archive(db, 4, 3, count=4, pages=2)
    store(db, a_page(2, 1, number=2, pages=2, count=4), DAY1)
    save_article(db, with_comments(a_page(4, 2, count=3, pages=2)), DAY2)
    begin_run(db, DAY3)
    store(db, a_page(1, number=2, pages=2, count=3), DAY3)
    assert shown(db) == [1, 2, 3, 4]


def test_pages_with_other_counts_delete_nothing(db: Database) -> None:
    """A comment came while the pages were read."""
    begin_run(db, DAY1)
    archive(db, 4, 3, count=4, pages=2)
    store(db, a_page(2, 1, number=2, pages=2, count=4), DAY1)
    begin_run(db, DAY2)
    save_article(db, with_comments(a_page(4, 2, count=3, pages=2)), DAY2)
    store(db, a_page(2, 1, number=2, pages=2, count=4), DAY2)
    assert shown(db) == [1, 2, 3, 4]


def test_no_comments_are_believed_when_the_blog_says_so(db: Database) -> None:
    archive(db, 7)
    begin_run(db, DAY2)
    empty = a_page(count=None)
    saved = save_article(db, an_article(comments=empty, comment_count=0), DAY2)
    assert saved.doubts == ("it shows none of its 1 comments; has the theme changed?",)
    assert shown(db) == [7]
    save_sighting(db, ListingEntry(ARTICLE, "标题", comment_count=0), DAY2)
    saved = save_article(db, an_article(comments=empty, comment_count=0), DAY2)
    assert (saved.doubts, gone(db)) == ((), {7: DAY2})


def test_an_older_listing_is_not_believed(db: Database) -> None:
    archive(db, 7)
    save_sighting(db, ListingEntry(ARTICLE, "标题", comment_count=0), DAY1)
    begin_run(db, DAY2)
    empty = a_page(count=None)
    assert save_article(db, an_article(comments=empty, comment_count=0), DAY2).doubts
    assert shown(db) == [7]


def test_a_heading_that_says_0_is_believed(db: Database) -> None:
    archive(db, 7)
    save_article(db, with_comments(a_page(count=0)), DAY2)
    assert gone(db) == {7: DAY2}


def test_an_article_that_never_had_comments(db: Database) -> None:
    saved = save_article(db, an_article(comments=a_page(count=None), comment_count=0), DAY1)
    assert saved.doubts == ()


def test_a_listing_that_tells_of_comments_is_a_doubt(db: Database) -> None:
    """The first reading of a page by a theme that has changed."""
    save_sighting(db, ListingEntry(ARTICLE, "标题", comment_count=3), DAY1)
    saved = save_article(db, an_article(comments=a_page(count=None)), DAY1)
    assert saved.doubts == ("it shows none of its comments; has the theme changed?",)


def test_protected_and_gone_articles_keep_their_comments(db: Database) -> None:
    archive(db, 7)
    save_article(db, a_protected(), DAY2)
    assert shown(db) == [7]
    assert comment_states(db) == []


# --- What is to be read ---------------------------------------------------------------------------


def unread(db: Database) -> dict[int, tuple[int, ...]]:
    return {state.article: state.unread for state in comment_states(db) if state.unread}


def test_pages_to_be_read(db: Database) -> None:
    archive(db, 6, 5, count=6, pages=3)
    assert unread(db) == {ARTICLE: (2, 3)}
    store(db, a_page(4, 3, number=2, pages=3, count=6), DAY1)
    assert unread(db) == {ARTICLE: (3,)}
    store(db, a_page(2, 1, number=3, pages=3, count=6), DAY1)
    assert unread(db) == {}


def test_what_was_read_is_asked_again_only_when_the_count_says_so(db: Database) -> None:
    """The blog counts one that no page shows: that is asked for once."""
    archive(db, 4, 3, count=5, pages=2)
    store(db, a_page(2, 1, number=2, pages=2, count=5), DAY1)
    assert unread(db) == {}
    save_sighting(db, ListingEntry(ARTICLE, "标题", comment_count=6), DAY2)
    assert unread(db) == {ARTICLE: (1, 2)}


def test_a_count_that_comes_back_is_another_one(db: Database) -> None:
    """A comment came, and one of the second page was deleted: that page was read before both."""
    archive(db, 4, 3, count=4, pages=2)
    store(db, a_page(2, 1, number=2, pages=2, count=4), DAY1)
    save_article(db, with_comments(a_page(5, 4, count=5, pages=3)), DAY2)
    assert unread(db) == {}
    begin_run(db, DAY3)
    save_article(db, with_comments(a_page(5, 4, count=4, pages=2)), DAY3)
    assert unread(db) == {ARTICLE: (2,)}
    store(db, a_page(3, 1, number=2, pages=2, count=4), DAY3)
    assert (gone(db), unread(db)) == ({2: DAY3}, {})


def test_one_that_came_for_one_that_was_deleted(db: Database) -> None:
    """The count is the same, but the first page shows another comment."""
    archive(db, 4, 3, count=4, pages=2)
    store(db, a_page(2, 1, number=2, pages=2, count=4), DAY1)
    begin_run(db, DAY2)
    save_article(db, with_comments(a_page(5, 4, count=4, pages=2)), DAY2)
    assert unread(db) == {ARTICLE: (2,)}
    store(db, a_page(3, 1, number=2, pages=2, count=4), DAY2)
    assert (gone(db), unread(db)) == ({2: DAY2}, {})


def test_the_last_page_may_be_shown_first(db: Database) -> None:
    archive(db, 1, count=5, number=3, pages=3)
    assert unread(db) == {ARTICLE: (1, 2)}


def test_an_article_of_an_archive_without_comments(db: Database) -> None:
    save_article(db, an_article(comments=None, comment_count=3), DAY1)
    assert unread(db) == {ARTICLE: (1,)}


@pytest.mark.parametrize(("told", "pages"), [(3, 3), (10**9, 1000)])
def test_a_pager_that_promises_too_much(db: Database, told: int, pages: int) -> None:
    """No more pages than comments, and never more than 1,000."""
    archive(db, 1, count=told, pages=999_999)
    assert len(comment_states(db)[0].unread) == pages - 1


def test_pages_that_are_gone_are_forgotten(db: Database) -> None:
    archive(db, 4, 3, count=4, pages=2)
    store(db, a_page(2, 1, number=2, pages=2, count=4), DAY1)
    save_article(db, with_comments(a_page(4, 3, count=2)), DAY2)
    assert rows(db, "SELECT number FROM comment_pages") == [(1,)]


def test_a_copy_of_another_page(db: Database) -> None:
    archive(db, 4, 3, count=4, pages=2)
    assert shown_elsewhere(db, a_page(4, 3, number=2, pages=2, count=4)) == 1
    assert shown_elsewhere(db, a_page(3, 2, number=2, pages=2, count=4)) is None
    assert shown_elsewhere(db, a_page(4, number=2, pages=2, count=5)) is None
    assert shown_elsewhere(db, a_page(4, 3, number=1, pages=2, count=4)) is None


def test_totals(db: Database) -> None:
    assert comment_totals(db) is None
    archive(db, 4, 3, count=1812, pages=3)
    totals = comment_totals(db)
    assert totals is not None
    assert totals.words == "2 of 1,812 (2 pages not read; crawl with -a comments=1)"
    db.execute("UPDATE articles SET comment_count = 2")
    assert str(getattr(comment_totals(db), "words", None)) == "2"
    save_article(db, with_comments(a_page(4, 3, count=3)), DAY2)
    assert str(getattr(comment_totals(db), "words", None)) == "2 of 3 (no page shows more)"


# --- JSONL ----------------------------------------------------------------------------------------


def test_jsonl_has_comments_when_asked(db: Database, tmp_path: Path) -> None:
    archive(db, a_comment(9, by_author=True, parent_id=7), 7)
    path = tmp_path / "kexue.jsonl"
    write_jsonl(db, path)
    assert "comments" not in json.loads(path.read_bytes())
    write_jsonl(db, path, with_comments=True)
    (entry,) = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert list(entry)[-1] == "comments"
    assert [comment["id"] for comment in entry["comments"]] == [7, 9]
    assert entry["comments"][1] == {
        "id": 9,
        "parent_id": 7,
        "author": "路人",
        "author_url": "https://blog.example.org/",
        "by_author": True,
        "published_at": "2022-06-28T05:43:38+08:00",
        "html": "<p>好文。</p>",
        "text": "好文。",
        "first_seen": DAY1,
        "gone_at": None,
        "parser_version": 4,
    }


# --- Verify ---------------------------------------------------------------------------------------


def test_sound_comments(db: Database) -> None:
    archive(db, 7, a_comment(8, parent_id=7))
    save_article(db, with_comments(a_page(a_comment(7, "改"), a_comment(8, parent_id=7))), DAY2)
    checked, audited = check_comments(db, None), audit_comments(db, None)
    assert (checked.compared, checked.differ, checked.first) == (2, 0, None)
    assert (audited.compared, audited.differ, audited.first) == (2, 0, None)
    assert check_comments(db, frozenset({1})).compared == 0


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("UPDATE comments SET parent_id = 8 WHERE id = 8", "it answers itself"),
        ("UPDATE comments SET parent_id = 9 WHERE id = 8", "it answers comment 9 of article 7006"),
        ("UPDATE comments SET parent_id = 99 WHERE id = 8", "comment 99, which is not there"),
        ("UPDATE comments SET published_at = '昨天'", "published_at is no time like"),
        (f"UPDATE comments SET gone_at = '{DAY1[:3]}5{DAY1[4:]}'", "it was gone before it was"),
        ("UPDATE comment_pages SET number = 5", "comment_pages has rows of what is not there"),
        ("UPDATE comment_pages SET read_at = 'x'", "comment_pages: read_at is no time in UTC"),
        (
            f"INSERT INTO comment_revisions VALUES (99, 1, '{DAY5}', NULL, NULL, NULL, '')",
            "comment_revisions has rows of what is not there",
        ),
    ],
)
def test_damaged_rows(db: Database, damage: str, words: str) -> None:
    archive(db, 7, a_comment(8, parent_id=7))
    save_article(db, an_article(7006, comments=CommentPage(7006, [a_comment(9)], count=1)), DAY1)
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute(damage)
    point = check_comments(db, None)
    assert point.differ
    assert words in str(point.first)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ("html = '<p onclick=\"x()\">好文。</p>'", "sanitised again"),
        ("text = '好文！'", "comment 7 of article 6583: text"),
    ],
)
def test_damaged_words(db: Database, damage: str, words: str) -> None:
    archive(db, 7)
    db.execute(f"UPDATE comments SET {damage}")
    assert words in str(audit_comments(db, None).first)


def test_text_of_an_earlier_version_is_not_compared(db: Database) -> None:
    archive(db, 7)
    db.execute("UPDATE comments SET text = '另一种读法', parser_version = 2")
    assert audit_comments(db, None).differ == 0


def test_a_list_in_the_words_with_the_class_of_the_lists_of_comments(db: Database) -> None:
    """A reader can write it: it is a part of the words, also when these are read again."""
    listed = '<ol class="comment-list"><li>其一</li></ol>'
    html, text = read_words(parse_fragment(f"<p>有</p>{listed}"), ARTICLE)
    assert (listed in html, text) == (True, "有\n\n其一")
    archive(db, a_comment(7, text, html=html))
    assert (audit_comments(db, None).compared, audit_comments(db, None).first) == (1, None)
