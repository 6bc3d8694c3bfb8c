"""The demo blog of its last weeks: what `scrapy demo --days` crawls, and what is then known."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from rig.commands import run
from sqlite_utils import Database

from archiver.demo.days import LAST_DAY, days_before, posts_as_of
from archiver.demo.posts import Post, load_posts

POSTS = load_posts()
EDITED, DELETED, NEWEST, MENTIONED = 11795, 5120, 11842, 11521


def as_of(day: date) -> dict[int, Post]:
    return {post.id: post for post in posts_as_of(POSTS, day)}


def test_on_the_last_day_posts_are_as_their_files_have_them() -> None:
    drafts = {post.id for post in POSTS if post.state == "draft"}
    assert as_of(LAST_DAY) == {post.id: post for post in POSTS if post.id not in drafts}


def test_readers_only_grow() -> None:
    days = [LAST_DAY - timedelta(days=back) for back in range(60, -1, -1)]
    for post in POSTS:
        counts = [found.readers for day in days if (found := as_of(day).get(post.id))]
        known = [count for count in counts if count is not None]
        assert known == sorted(known), post.id


def test_a_mention_brings_readers() -> None:
    """The article of the twelfth leads to an older one, which is read more often than before."""
    counts = [as_of(date(2026, 9, day))[MENTIONED].readers or 0 for day in (4, 12, 20)]
    assert counts[2] - counts[1] > 3 * (counts[1] - counts[0]) > 0


def test_news_edit_and_deletion_come_on_their_days() -> None:
    before, after = as_of(date(2026, 9, 8)), as_of(date(2026, 9, 9))
    assert after[EDITED].body == before[EDITED].body + after[EDITED].addition != ""
    assert [NEWEST in as_of(date(2026, 9, day)) for day in (12, 13)] == [False, True]
    states = [as_of(date(2026, 9, day))[DELETED].state for day in (18, 19)]
    assert states == ["published", "deleted"]


def test_days_end_with_the_last_one() -> None:
    first, second, third = (date(2026, 9, day) for day in (21, 24, 27))
    assert days_before(6, 3) == days_before(8, 3) == [first, second, third]
    assert days_before(0, 3) == [LAST_DAY]


def test_days_are_crawled_once(tmp_path: Path) -> None:
    """The archive has a count of each day, and the second call finds nothing left to do."""
    words = ("demo", "--days", "2", "-s", f"KEXUE_DATA_DIR={tmp_path}")
    first = run(*words)
    path = tmp_path / "demo-days.db"
    series = take_series(path)
    second = run(*words)
    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert first.stdout.splitlines() == [
        "2026-09-25  63 listed, 62 new, 0 changed, 0 gone",
        "2026-09-27  63 listed, 0 new, 0 changed, 0 gone",
        f"database    {tmp_path}/demo-days.db",
    ]
    assert second.stdout.splitlines() == [
        "no day is left: the archive has a run as late as the last of them",
        *first.stdout.splitlines()[2:],
    ]
    assert take_series(path) == series != []  # as if an earlier version had made the archive
    db = Database(path)
    counts = db.query("SELECT seen_at, readers FROM reader_counts WHERE article_id = 11842")
    days = [(row["seen_at"][:10], row["readers"]) for row in counts]
    db.close()
    assert days == [("2026-09-25", 2829), ("2026-09-27", 3127)]


def take_series(path: Path) -> list[tuple[int, int]]:
    """Remove the series of an archive; returns what they were, as series and article."""
    with closing(Database(path)) as db, db.conn:
        found = db.execute("SELECT series_id, article_id FROM series_articles").fetchall()
        db.execute("DELETE FROM series_articles")
        db.execute("DELETE FROM series")
    return found


@pytest.mark.parametrize(
    "words", [("--days", "x"), ("--days", "9999"), ("--as-of", "2030-01-01"), ("--as-of", "x")]
)
def test_wrong_days_are_refused(words: tuple[str, str], tmp_path: Path) -> None:
    done = run("demo", *words, "-s", f"KEXUE_DATA_DIR={tmp_path}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"scrapy demo: {' '.join(words)}: give a ")
    assert list(tmp_path.iterdir()) == []
