"""Comments read again from captures: a better reading is no edit, and an edit stays one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from archived import rows
from captured import ID, Captured, note_older_version
from comment_markup import item, page_of, pager

from archiver.demo.routes import Answer
from archiver.extraction import comment_words
from archiver.extraction.article_page import read_article
from archiver.extraction.comment_page import read_comment_page
from archiver.reparsing.reparsed_article import Refused
from archiver.run.earlier_readings import EarlierReadings
from archiver.store import articles, comment_rows
from archiver.store.corrections import Correction

ROWS = "SELECT id, parent_id, author, text, first_seen, gone_at, parser_version FROM comments"
VERSIONS = "SELECT * FROM comment_revisions ORDER BY comment_id, number"
PAGES = "SELECT * FROM comment_pages ORDER BY number"


class Talk(Captured):
    """An archive whose pages have the comments that are given."""

    number: int | None = None

    @property
    def url(self) -> str:
        page = "" if self.number is None else f"/comment-page-{self.number}"
        return f"https://kexue.fm/archives/{ID}{page}"

    def show(self, *items: str, number: int | None = None, last: int = 1) -> None:
        """An hour later the article's page is read, or a further page of comments."""
        self.number = number
        navigator = pager(number or 1, last) if last > 1 else ""
        page = page_of(*items, heading="9 条评论", navigator=navigator).encode()
        with self._an_hour_later():
            capture = self._keep(Answer(200, page))
            if number is None:
                article = read_article(page, ID)
                article.capture = capture
                if self.earlier is not None:
                    self.earlier.correct(ID)
                with self.archive.writes.transaction(article):
                    articles.save_article(self.archive.db, article, self.moment, url=self.url)
            else:
                found = read_comment_page(page, ID, number)
                with self.archive.writes.transaction():
                    comment_rows.save_comments(self.archive.db, found, self.moment)

    def all(self) -> list[list[Any]]:
        return [rows(self.archive.db, query) for query in (ROWS, VERSIONS, PAGES)]


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    with Talk(tmp_path / "data") as kept:
        yield kept


@pytest.fixture
def wanted(tmp_path: Path) -> Iterator[Talk]:
    """What this version makes of the same pages at the same times."""
    with Talk(tmp_path / "wanted") as kept:
        yield kept


@pytest.fixture
def older() -> Iterator[pytest.MonkeyPatch]:
    """An earlier version, which read other words, and no author's name."""
    read = comment_words.read_words

    def read_otherwise(*given: Any) -> tuple[str, str]:
        html, text = read(*given)
        return html.replace("甲", "Ⅰ"), text.replace("甲", "Ⅰ")

    with pytest.MonkeyPatch.context() as patch:
        note_older_version(patch)
        patch.setattr(comment_words, "read_words", read_otherwise)
        patch.setattr("archiver.pages.comments.parse_author", lambda _frame: "?")
        yield patch


def live(talk: Talk) -> None:
    """Two pages of comments; one is answered, one edited, one moves to the second page."""
    talk.show(item(3, "<p>甲三</p>"), item(2, "<p>甲二</p>", author="某人"), last=2)
    talk.show(item(1, "<p>甲一</p>"), number=2, last=2)
    talk.show(item(3, "<p>甲三</p>", item(4, "<p>答</p>", child=True)), last=2)
    talk.show(item(2, "<p>甲二改</p>"), item(1, "<p>甲一</p>"), number=2, last=2)
    talk.show(item(2, "<p>甲二又改</p>"), item(1, "<p>甲一</p>"), number=2, last=2)


def corrected(talk: Talk) -> Correction:
    """What was corrected; a second reading corrects nothing."""
    found = talk.reparse()
    assert isinstance(found, Correction), found.reason
    assert talk.reparse() == Correction(ID)
    return found


def test_comments_are_as_if_this_version_had_read_them(
    talk: Talk, wanted: Talk, older: pytest.MonkeyPatch
) -> None:
    """On the article's page and on further ones, with their versions; edits stay, none comes."""
    live(talk)
    assert len(rows(talk.archive.db, VERSIONS)) == 2
    older.undo()
    live(wanted)
    assert talk.all() != wanted.all()
    assert set(corrected(talk).differs) == {"comments", "comment_revisions"}
    assert talk.all() == wanted.all()


def test_edits_that_were_none_go_and_overlooked_ones_are_found(
    talk: Talk, wanted: Talk, older: pytest.MonkeyPatch
) -> None:
    """A reading of this version beside one of the earlier looks like an edit."""
    live(talk)
    older.undo()
    live(wanted)
    for each in (talk, wanted):
        each.show(item(3, "<p>甲三</p>", item(4, "<p>答</p>", child=True)), last=2)
    assert len(rows(talk.archive.db, VERSIONS)) > len(rows(wanted.archive.db, VERSIONS))
    corrected(talk)
    assert talk.all() == wanted.all()


def test_an_overlooked_edit_is_found(talk: Talk, wanted: Talk) -> None:
    with pytest.MonkeyPatch.context() as patch:
        note_older_version(patch)
        patch.setattr(comment_words, "read_words", lambda *_: ("<p>字</p>", "字"))
        live(talk)
    live(wanted)
    assert len(rows(talk.archive.db, VERSIONS)) < len(rows(wanted.archive.db, VERSIONS))
    corrected(talk)
    assert talk.all() == wanted.all()


def test_a_crawl_corrects_before_it_stores(
    talk: Talk, wanted: Talk, older: pytest.MonkeyPatch
) -> None:
    """So a better reading is no edit there either."""
    live(talk)
    older.undo()
    live(wanted)
    talk.earlier = EarlierReadings(talk.archive, talk.warc)
    for each in (talk, wanted):
        each.show(item(3, "<p>甲三</p>", item(4, "<p>答</p>", child=True)), last=2)
    assert talk.all() == wanted.all()


def test_what_no_capture_shows_stays(talk: Talk, older: pytest.MonkeyPatch) -> None:
    """Versions and comments that were read without WARC files; also that a comment is gone."""
    talk.show(item(1, "<p>甲一</p>"))
    talk.switch_off()
    talk.show(item(1, "<p>甲一改</p>"), item(2, "<p>甲二</p>"))
    talk.archive.db.execute("UPDATE comments SET gone_at = '2026-11-01T09:00:00+00:00'")
    before = rows(talk.archive.db, "SELECT * FROM comments ORDER BY id")
    older.undo()
    assert corrected(talk).differs == ("comment_revisions",)
    assert rows(talk.archive.db, "SELECT * FROM comments ORDER BY id") == before
    assert rows(talk.archive.db, "SELECT html, author FROM comment_revisions") == [
        ("<p>甲一</p>", "路人")
    ]


def test_a_comment_that_was_overlooked_is_added(talk: Talk) -> None:
    """With the time of its capture, and with what answers it."""
    with pytest.MonkeyPatch.context() as patch:
        note_older_version(patch)
        patch.setattr("archiver.pages.comments.parse_comment_id", lambda _frame: None)
        talk.show(item(1, "<p>甲一</p>", item(2, child=True)))
    assert rows(talk.archive.db, ROWS) == []
    assert corrected(talk).differs == ("comments",)
    found = rows(talk.archive.db, "SELECT id, parent_id, first_seen FROM comments")
    assert found == [(1, None, talk.moment), (2, 1, talk.moment)]


def test_a_damaged_page_of_comments_is_named(talk: Talk, older: pytest.MonkeyPatch) -> None:
    """Then the article stays as it is, with all of its comments."""
    live(talk)
    older.undo()
    before = talk.all()
    query = "SELECT warc, offset, length FROM captures WHERE url LIKE '%comment-page-2' LIMIT 1"
    ((warc, offset, length),) = talk.archive.db.execute(query).fetchall()
    talk.switch_off()
    path = talk.warc / warc
    stored = bytearray(path.read_bytes())
    stored[offset + length // 2] ^= 255
    path.write_bytes(stored)
    found = talk.reparse()
    assert isinstance(found, Refused)
    assert f"{warc}, byte {offset:,}" in found.reason
    assert talk.all() == before
