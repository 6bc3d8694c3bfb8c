"""``scrapy search`` says what is found, and what is wrong with a query."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from archived import DAY1, an_article
from rig.commands import run
from sqlite_utils import Database

from archiver.store.articles import save_article
from archiver.store.migrations import migrations
from archiver.store.sqlite import close_archive, open_archive

NAME = ("-s", "KEXUE_NAME=demo")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo archive."""
    folder = tmp_path_factory.mktemp("demo")
    assert run("demo", "-s", f"KEXUE_DATA_DIR={folder}").returncode == 0
    return folder


def test_people_see_the_hits(folder: Path) -> None:
    said = run("search", "编码", "-注意力", "-s", f"KEXUE_DATA_DIR={folder}", *NAME)
    assert (said.returncode, said.stderr) == (0, "")
    head, _, first, *_ = said.stdout.splitlines()
    assert head == "2 articles"
    assert first.startswith("7006  2019-10-19  最小熵原理(五)")
    assert "每个节点独立⟦编码⟧" in said.stdout.replace("\n  ", "")


def test_programs_get_json(folder: Path) -> None:
    options = ("--year", "2019", "--limit", "1", "--json", "-s", f"KEXUE_DATA_DIR={folder}")
    said = run("search", "ＧＡＮ", *options, *NAME)
    found = json.loads(said.stdout)
    assert (found["query"], found["total"]) == ("ＧＡＮ", 1)
    (hit,) = found["hits"]
    assert (hit["id"], hit["published"]) == (6583, "2019-05-03")
    start, stop = hit["title"]["hits"][0]
    assert hit["title"]["text"][start:stop] == "GAN"


def test_behind_two_hyphens_everything_is_a_word(folder: Path) -> None:
    options = ("-s", f"KEXUE_DATA_DIR={folder}", *NAME, "--json")
    for word in ("--yaer", "--", "--json"):
        said = run("search", *options, "--", word)
        assert json.loads(said.stdout)["query"] == word, said.stderr


def test_nothing_is_found(folder: Path) -> None:
    said = run("search", "不在其中的词", "-s", f"KEXUE_DATA_DIR={folder}", *NAME)
    assert (said.returncode, said.stdout, said.stderr) == (1, "0 articles\n", "")


def test_nothing_is_found_in_an_empty_archive(tmp_path: Path) -> None:
    """A first run that got nothing leaves one."""
    close_archive(open_archive(tmp_path / "kexue.db"))
    said = run("search", "熵", "-s", f"KEXUE_DATA_DIR={tmp_path}")
    assert (said.returncode, said.stdout) == (1, "0 articles\n")
    assert said.stderr == (
        "scrapy search: the archive has no articles yet; scrapy crawl kexue brings them\n"
    )


def test_a_category_and_a_tag(folder: Path) -> None:
    options = ("--json", "--limit", "0", "-s", f"KEXUE_DATA_DIR={folder}", *NAME)
    everything = json.loads(run("search", "的", *options).stdout)["total"]
    for option, value in (
        ("--category", "物理化学"),
        ("--tag", "attention"),
        ("--since", "2020-01-01"),
    ):
        found = json.loads(run("search", "的", option, value, *options).stdout)
        assert 0 < found["total"] < everything, option
        assert len(found["hits"]) == found["total"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ([], "give a word to search for"),
        (["--yaer", "2019"], "unknown option --yaer; to search for it put -- before it"),
        (["熵", "--year", "19"], "--year 19: give a year like 2019"),
        (["熵", "--since", "gestern"], "--since gestern: give a day like 2024-01-31"),
        (["熵", "--limit", "many"], "--limit many: give a number, 0 for all"),
        (["熵", "--category", "数学"], "there is no category 数学; there is 数学研究\n"),
        (["熵", "--category", "zz"], "no category zz; the most frequent: 信息时代, 数学研究, 天文"),
        (["熵", "--tag", "Attention"], "there is no tag Attention; there is attention"),
    ],
)
def test_wrong_use(folder: Path, words: list[str], reason: str) -> None:
    said = run("search", *words, "-s", f"KEXUE_DATA_DIR={folder}", *NAME)
    assert (said.returncode, said.stdout) == (2, "")
    assert reason in said.stderr


def test_bytes_that_are_no_text(folder: Path) -> None:
    """The shell gives them to Python as halves of surrogate pairs."""
    options = ("-s", f"KEXUE_DATA_DIR={folder}", *NAME)
    said = run("search", "熵", "--tag", "\udcff", *options)
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (2, "", 1)
    assert "there is no tag " in said.stderr
    said = run("search", "\udcff", "--json", *options)
    assert (said.returncode, json.loads(said.stdout)["total"]) == (1, 0)


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE articles_fts", "DELETE FROM articles_fts_data", "DROP TABLE articles_fts_idx"],
)
def test_a_broken_index(folder: Path, tmp_path: Path, statement: str) -> None:
    """One sentence says what to do."""
    for file in folder.glob("demo.db*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with closing(sqlite3.connect(tmp_path / "demo.db")) as connection:
        connection.execute(statement)
        connection.commit()
    said = run("search", "编码", "-s", f"KEXUE_DATA_DIR={tmp_path}", *NAME)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("scrapy search: the search index cannot be read (")
    assert "sqlite-utils rebuild-fts" in said.stderr
    assert len(said.stderr.splitlines()) == 1


def test_an_archive_of_an_earlier_version(tmp_path: Path) -> None:
    with closing(Database(sqlite3.connect(tmp_path / "kexue.db"))) as db:
        migrations.apply(db, stop_before="m007_series")
    said = run("search", "熵", "-s", f"KEXUE_DATA_DIR={tmp_path}")
    assert said.returncode == 2
    assert "was written by an older version; the next crawl brings it up to date" in said.stderr


def test_beside_a_crawl(folder: Path, tmp_path: Path) -> None:
    """What it writes meanwhile is not in the way, and is found when it is stored."""
    for file in folder.glob("demo.db*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    db = open_archive(tmp_path / "demo.db")
    found = []
    with db.atomic():
        save_article(db, an_article(1, title="不在其中的词"), DAY1)
        found.append(run("search", "不在其中的词", "-s", f"KEXUE_DATA_DIR={tmp_path}", *NAME))
    found.append(run("search", "不在其中的词", "-s", f"KEXUE_DATA_DIR={tmp_path}", *NAME))
    db.close()
    assert [said.stdout.splitlines()[0] for said in found] == ["0 articles", "1 article"]


def test_without_an_archive(tmp_path: Path) -> None:
    said = run("search", "熵", "-s", f"KEXUE_DATA_DIR={tmp_path}")
    assert said.returncode == 2
    assert f"scrapy search: there is no archive at {tmp_path}/kexue.db" in said.stderr
