"""Which pages of comments a run asks for, by its arguments and by what the archive has."""

from __future__ import annotations

import pytest
from archived import DAY1, DAY2, an_article
from sqlite_utils import Database

from archiver.items import Comment, CommentPage
from archiver.planning.comment_agenda import CommentAgenda
from archiver.planning.plan import Plan
from archiver.store.archive import Archive
from archiver.store.articles import save_article
from archiver.store.comment_rows import save_comments

#: Article → its day; each has 3 pages of comments, of which the first was read.
ARTICLES = {10: "2020-01-01", 20: "2022-01-01", 30: None}


@pytest.fixture
def archive(db: Database) -> Archive:
    for article, day in ARTICLES.items():
        page = CommentPage(article, [Comment(article * 10)], pages=3, count=3)
        save_article(db, an_article(article, published=day, comments=page), DAY1)
    return Archive(db)


def asked(archive: Archive, plan: Plan) -> list[tuple[int, ...]]:
    """All that a run asks for where no page can be stored: it comes to an end."""
    agenda = CommentAgenda(plan, archive)
    return [tuple(page) for page in iter(agenda.next_page, None)]


@pytest.mark.parametrize(
    ("arguments", "articles"),
    [
        ({}, []),
        ({"full": "1"}, []),
        ({"comments": "1"}, [30, 20, 10]),
        ({"comments": "1", "full": "1"}, [30, 20, 10]),
        ({"comments": "1", "ids": "20,99"}, [20]),
        ({"comments": "1", "since": "2021-01-01"}, [30, 20]),
        ({"comments": "1", "limit": "2"}, [30, 20]),
    ],
)
def test_articles(archive: Archive, arguments: dict[str, str], articles: list[int]) -> None:
    """The newest first, all pages of an article before those of the next, each twice at most."""
    found = asked(archive, Plan.parse(**arguments))
    assert found == [(a, n) for a in articles for n in (2, 2, 3, 3)]


def test_a_failed_page_keeps_the_article_for_the_next_run(archive: Archive) -> None:
    agenda = CommentAgenda(Plan(comments=True), archive)
    assert agenda.next_page() == (30, 2)
    agenda.page_failed(30)
    assert agenda.next_page() == (20, 2)
    agenda.page_read(30)
    assert agenda.next_page() == (30, 2)


def test_what_was_stored_is_not_asked_for(archive: Archive) -> None:
    archive.comments.save(CommentPage(30, [Comment(301)], number=2, pages=3, count=3))
    assert CommentAgenda(Plan(comments=True), archive).next_page() == (30, 3)


def test_an_article_that_was_read_again_has_its_old_pages_read_too(archive: Archive) -> None:
    """An edit, or one comment less and one more, leaves the count as it is."""
    for number in (2, 3):
        page = CommentPage(30, [Comment(300 + number)], number=number, pages=3, count=3)
        save_comments(archive.db, page, DAY1)
    assert CommentAgenda(Plan(comments=True), archive).next_page() == (20, 2)

    again = CommentPage(30, [Comment(300)], pages=3, count=3)
    save_article(archive.db, an_article(30, comments=again), DAY2)
    agenda = CommentAgenda(Plan(comments=True), archive)
    assert agenda.next_page() == (30, 2)
    save_comments(archive.db, CommentPage(30, [Comment(302)], number=2, pages=3, count=3), DAY2)
    assert agenda.next_page() == (30, 3)
    save_comments(archive.db, CommentPage(30, [Comment(303)], number=3, pages=3, count=3), DAY2)
    assert agenda.next_page() == (20, 2)


def test_pages_that_were_forgotten_are_read_where_the_numbers_are_equal_by_chance(
    archive: Archive,
) -> None:
    """Three are stored and three are told, but they are others."""
    page = CommentPage(30, [Comment(n) for n in (301, 302, 303)], pages=2, count=4)
    save_comments(archive.db, page, DAY1)
    again = CommentPage(30, [Comment(304)], pages=2, count=4)
    save_article(archive.db, an_article(30, comments=again), DAY2)
    (state,) = archive.comments.states(30)
    assert (state.told, state.stored, state.unread) == (4, 5, (2,))
    archive.db.execute("DELETE FROM comments WHERE id = 303")
    (state,) = archive.comments.states(30)
    assert (state.told, state.stored, state.unread, state.old) == (4, 4, (), (2,))
    assert CommentAgenda(Plan(comments=True), archive).next_page() == (30, 2)


def test_readers_reads_no_comments() -> None:
    with pytest.raises(ValueError, match="give no other argument"):
        Plan.parse(readers="1", comments="1")
    with pytest.raises(ValueError, match="comments=2 is neither 1 nor 0"):
        Plan.parse(comments="2")
