"""New texts come into the full-text index by batches, and none is lost or found twice."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from archived import URL, an_article

from archiver.reading.search import search
from archiver.store import text_index
from archiver.store.archive import Archive
from archiver.store.read_only import open_for_reading
from archiver.store.sqlite import close_archive
from archiver.verify.checks import Checks
from archiver.verify.fidelity.comparison import Point


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.open(tmp_path / "kexue.db")


def save(archive: Archive, *ids: int, text: str = "注意力机制") -> None:
    for article in ids:
        page = an_article(article, body_html=f"<p>{text}</p>", body_text=text)
        archive.save_article(page, URL)


def indexed(archive: Archive, words: str = "注意力") -> list[int]:
    """What everybody finds who asks the index, as ``sqlite-utils search`` does."""
    query = "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ? ORDER BY rowid"
    return [article for (article,) in archive.db.execute(query, [words])]


def check(folder: Path) -> Point:
    with closing(open_for_reading(folder / "kexue.db")) as db:
        points = Checks(db, None).of_files(folder / "kexue.jsonl")
    return next(point for point in points if point.name == "search")


def test_a_whole_batch_is_taken_in(archive: Archive) -> None:
    """The newest first, as a crawl reads them."""
    ids = range(1, text_index.BATCH + 1)
    save(archive, *reversed(ids[1:]))
    assert indexed(archive) == []
    save(archive, ids[0])
    assert indexed(archive) == list(ids)
    close_archive(archive.db)


def test_what_is_edited_waits_again(archive: Archive) -> None:
    save(archive, 1, 2)
    archive.index_texts()
    save(archive, 1, text="概率图模型")
    assert (indexed(archive), indexed(archive, "概率图")) == ([2], [])
    archive.index_texts()
    assert (indexed(archive), indexed(archive, "概率图")) == ([2], [1])
    archive.db.execute(
        "INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)"
    )
    close_archive(archive.db)


def test_beside_a_crawl(archive: Archive, tmp_path: Path) -> None:
    """A search of this program finds what waits, and verify takes it for no fault."""
    save(archive, 1)
    archive.index_texts()
    run = archive.runs.start("normal", "2026-11-02T03:00:00+00:00")
    save(archive, 2)
    with closing(open_for_reading(tmp_path / "kexue.db")) as reader:
        assert {hit.id for hit in search(reader.conn, "注意力").hits} == {1, 2}
    point = check(tmp_path)
    assert (point.differ, str(point.remark)[:39]) == (0, "search: 1 article not in the index yet:")
    archive.runs.finish(run, {}, keeps_digests=True)
    assert indexed(archive) == [1, 2]
    close_archive(archive.db)
    assert (check(tmp_path).differ, check(tmp_path).remark) == (0, None)


def test_what_a_killed_run_has_left_comes_in_when_the_archive_is_opened(
    archive: Archive, tmp_path: Path
) -> None:
    save(archive, 1, 2)
    archive.db.close()
    again = Archive.open(tmp_path / "kexue.db")
    assert indexed(again) == [1, 2]
    close_archive(again.db)


def test_a_batch_is_taken_in_without_a_look_at_the_other_articles(archive: Archive) -> None:
    save(archive, 1, 2, 3)
    assert text_index.take_in_texts(archive.db, [3, 1, 9]) == 2
    assert indexed(archive) == [1, 3]
    assert text_index.take_in_texts(archive.db, [3]) == 0
    assert text_index.take_in_texts(archive.db) == 1
    archive.db.close()


def test_what_somebody_edits_or_deletes_by_hand_is_followed_at_once(archive: Archive) -> None:
    """By the triggers, also while the article waits."""
    save(archive, 1, 2)
    archive.index_texts()
    save(archive, 3)
    for article in (1, 3):
        archive.db.execute("UPDATE articles SET body_text = '概率图' WHERE id = ?", [article])
    assert (indexed(archive), indexed(archive, "概率图")) == ([2], [1])
    archive.db.execute("PRAGMA foreign_keys = OFF")
    archive.db.execute("DELETE FROM articles WHERE id IN (2, 3)")
    archive.index_texts()
    assert (indexed(archive), indexed(archive, "概率图")) == ([], [1])
    archive.db.execute(
        "INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)"
    )
    archive.db.close()
