"""A run that is killed at any moment does no harm: the next one goes on with what is left.

20 kills; ``make soak`` has 80.
"""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from crawling import crawl
from replica import Replica, make_posts
from rig.contents import damage_of, jsonl_without_moments
from rig.kill import KILLS, LONG, MOMENTS, SEEN_ON_LISTINGS, Story, tell, undisturbed


@dataclass
class Told:
    """The story of the kills, and the same archive without them."""

    kills: int
    story: Story
    good: Story
    jsonl: bytes
    good_jsonl: bytes


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Told:
    kills = LONG if pytestconfig.getoption("soak") else KILLS
    folder: Path = tmp_path_factory.mktemp("kill")
    story = tell(folder / "killed", kills)
    good = undisturbed(folder / "good", kills)
    return Told(
        kills,
        story,
        good,
        jsonl_without_moments(folder / "killed" / "kexue.jsonl"),
        jsonl_without_moments(folder / "good" / "kexue.jsonl"),
    )


def test_the_kills_were_kills(told: Told) -> None:
    """Else the other tests prove nothing: early and late ones, and some while a file is written."""
    kills = told.story.kills
    assert len(kills) == told.kills
    assert sum(run.moment.written is not None for run in kills) >= max(2, told.kills // 16)
    assert sum(0 < len(run.after_it) < told.story.posts for run in kills) >= told.kills // 10
    assert len({len(run.after_it) for run in kills}) >= told.kills // 10


def test_the_run_after_the_kills_goes_to_its_end(told: Told) -> None:
    assert told.story.first_end == (0, "")
    assert told.story.last_end == (0, "")


def test_database_and_files_are_whole_after_every_kill(told: Told) -> None:
    assert [run.damage for run in told.story.runs if run.damage] == []
    assert damage_of(told.story.database) == []


def test_every_article_was_made_of_a_capture(told: Told) -> None:
    """That what is there is what the table says was looked at after every kill."""
    with closing(sqlite3.connect(told.story.database)) as connection:
        without = connection.execute(
            "SELECT id FROM articles EXCEPT SELECT article_id FROM captures"
        ).fetchall()
        runs = connection.execute("SELECT count(DISTINCT run_id) FROM captures").fetchone()[0]
    assert without == []
    assert runs >= told.kills // 2


def test_no_kill_loses_an_article(told: Told) -> None:
    for run in told.story.runs:
        assert run.before <= run.after_it


def test_no_page_is_asked_for_in_vain(told: Told) -> None:
    """Until the blog is archived, a run asks for nothing that it has, and a kill loses one page."""
    for run in told.story.runs:
        if len(run.before) < told.story.posts:
            assert not run.before & set(run.asked)
            assert not [article for article, n in Counter(run.asked).items() if n > 1]
            assert len(set(run.asked) - run.after_it) <= 1


def test_a_page_is_fetched_once_and_again_only_for_a_kill_in_its_flight(told: Told) -> None:
    fetched = told.story.fetched
    assert len(fetched) == told.story.posts
    assert {a: n for a, n in fetched.items() if n > 1 + told.story.lost[a]} == {}


def test_every_article_once(told: Told) -> None:
    ids = [row[0] for row in told.story.held[MOMENTS[-1]]["articles"]]
    assert len(ids) == len(set(ids)) == told.story.posts + 5


TABLES = [
    "articles", "articles_fts", "changes", "comment_pages", "comment_revisions", "comments",
    "failures", "file_addresses", "files", "formulas", "links", "pictures", "reader_counts",
    "revisions", "series", "series_articles", "sightings",
]  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "table"),
    [(m, t) for m in MOMENTS for t in TABLES if m != "read again" or t not in SEEN_ON_LISTINGS],
)
def test_equal_to_an_undisturbed_archive(told: Told, moment: str, table: str) -> None:
    """In every column but times: also before the listings are read again, which would mend it."""
    assert told.story.held[moment][table] == told.good.held[moment][table]


def test_every_table_is_compared(told: Told) -> None:
    assert sorted(told.good.held["archived"]) == TABLES


def test_the_undisturbed_archive_has_all_kinds_of_change(told: Told) -> None:
    """Else the comparison proves little."""
    assert told.good.first_end == told.good.last_end == (0, "")
    kinds = Counter(row[1] for row in told.good.held[MOMENTS[-1]]["changes"])
    assert kinds == {"new": told.good.posts + 5, "edited": 20, "protected": 3, "gone": 3}


def test_jsonl_byte_for_byte(told: Told) -> None:
    assert told.jsonl == told.good_jsonl
    assert told.jsonl.count(b"\n") == told.story.posts + 5


def test_nothing_is_left_beside_the_archive(told: Told) -> None:
    names = {path.name for path in told.story.folder.iterdir()}
    assert names == {".run.lock", "changes.xml", "files", "kexue.db", "kexue.jsonl", "warc"}
    files = {path.suffix for path in told.story.folder.glob("files/*/*")}
    assert files == {".png"}


#: Dies in the middle of a transaction, when SQLite has begun to overwrite the database.
DIE = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = DELETE")
connection.execute("PRAGMA cache_size = 2")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE articles SET excerpt = hex(randomblob(20000))")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_journal_left_by_a_kill_is_rolled_back(tmp_path: Path) -> None:
    """Outside WAL mode (a run begins and ends there) a kill leaves a journal beside the file."""
    folder, journal = tmp_path / "data", tmp_path / "data" / "kexue.db-journal"
    with Replica(make_posts(12)) as replica:
        assert crawl(replica.base_url, folder, LOG_LEVEL="ERROR").status == 0
        before = (folder / "kexue.jsonl").read_bytes()
        died = subprocess.run([sys.executable, "-c", DIE, folder / "kexue.db"], check=False)
        assert died.returncode == -signal.SIGKILL
        assert journal.read_bytes()[:4] == bytes.fromhex("d9d505f9")  # hot: it must be rolled back
        ended = crawl(replica.base_url, folder, LOG_LEVEL="ERROR")
    assert (ended.status, ended.stderr) == (0, "")
    assert damage_of(folder / "kexue.db") == []
    assert (folder / "kexue.jsonl").read_bytes() == before
    assert not journal.exists()
