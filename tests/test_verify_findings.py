"""What ``scrapy verify`` says: a line for each finding, JSON, and with ids of these alone."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from rig.commands import run
from test_verify import checks, damage, execute, folder, original, run_verify  # noqa: F401 - fixtures

from archiver.store.read_only import open_for_reading
from archiver.verify import search_index
from archiver.verify.checks import Checks
from archiver.verify.fidelity.comparison import Point

BOTH = "UPDATE articles SET title = title || '！'"


def test_every_finding_has_a_line(folder: Path) -> None:  # noqa: F811
    damage(folder, BOTH)
    done = run_verify(folder)
    found = [line for line in done.stdout.splitlines() if line.startswith("hashes: ")]
    words = "title or body is not the one that was hashed"
    assert found == [f"hashes: article 11: {words}", f"hashes: article 12: {words}"] + [
        line for line in found if "article 13" in line
    ]
    assert done.returncode == 1


def test_json(folder: Path) -> None:  # noqa: F811
    damage(folder, BOTH)
    done = run_verify(folder, "--json", "--ids", "11,99")
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"]) == (1, False)
    assert [f"scrapy verify: {words}" for words in told["problems"]] == done.stderr.splitlines()
    assert told["problems"][1:] == ["not in the archive: 99"]
    assert told["database"] == str(folder / "kexue.db")
    by_name = {check["name"]: check for check in told["checks"]}
    assert by_name["hashes"] == {
        "name": "hashes",
        "unit": "article",
        "compared": 1,
        "differ": 1,
        "findings": ["article 11: title or body is not the one that was hashed"],
        "remark": None,
    }
    assert (told["left_out"], told["remarks"]) == ([], [])


def test_json_of_a_sound_archive(folder: Path) -> None:  # noqa: F811
    done = run_verify(folder, "--json", "--fidelity")
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"], told["problems"]) == (0, True, [])
    assert not any(check["findings"] for check in told["checks"])
    assert told["remarks"] == ["1 without a copy of the body (protected): not compared"]


@pytest.mark.parametrize("few", [16, 0], ids=["each article", "the whole index first"])
def test_with_ids_only_their_part_of_the_index_is_looked_at(
    folder: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    few: int,
) -> None:
    """Each way round: what is damaged elsewhere is not named, what is damaged here is."""
    monkeypatch.setattr(search_index, "_FEW", few)
    damage(folder, "UPDATE articles SET body_text = '别的文字' WHERE id = 11")
    assert checks(folder, frozenset({12}))["search"].differ == 0
    (words,) = checks(folder, frozenset({11}))["search"].findings
    assert words.startswith("article 11: the index has not its body_text; sqlite-utils rebuild")


def test_many_ids_are_looked_up_once(
    folder: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SQLite's check of a sound index takes the place of a search for the text of each."""
    monkeypatch.setattr(search_index, "_FEW", 1)
    monkeypatch.delattr(search_index, "_is_found")
    point = checks(folder, frozenset({11, 12}))["search"]
    assert (point.compared, point.differ) == (2, 0)


def test_ids_read_nothing_of_other_articles(folder: Path) -> None:  # noqa: F811
    """However many there are: SQLite is asked for no row of another article's texts."""
    with closing(sqlite3.connect(folder / "kexue.db")) as connection:
        # With what it has noted of a table of three rows, SQLite reads all three.
        connection.execute("DROP TABLE IF EXISTS sqlite_stat1")
    with closing(open_for_reading(folder / "kexue.db", is_whole_checked=False)) as db:
        steps: list[str] = []
        db.conn.set_trace_callback(steps.append)
        Checks(db, frozenset({12})).of_files(folder / "kexue.jsonl")
        db.conn.set_trace_callback(None)
        scans = [
            (step, detail)
            for step in steps
            if step.lstrip().upper().startswith("SELECT")
            for *_, detail in db.execute(f"EXPLAIN QUERY PLAN {step}").fetchall()
            if detail.startswith(("SCAN articles", "SCAN a", "SCAN revisions", "SCAN changes"))
            and "COVERING INDEX" not in detail
            and not detail.startswith("SCAN articles_fts VIRTUAL TABLE")
        ]
    assert len(steps) > 10
    assert scans == []


@pytest.mark.parametrize("number", ["0", "-1", "two", "1000", ""])
def test_processes_are_a_number(folder: Path, number: str) -> None:  # noqa: F811
    done = run("verify", "-s", f"KEXUE_DATA_DIR={folder}", f"--processes={number}")
    assert done.returncode == 2
    assert "give a number from 1 to 256" in done.stderr


KILLED = """
from archiver.processes import Killed
from archiver.verify import findings
def end(*_, **__):
    raise Killed("a process in the pool was terminated abruptly")
findings.find_all = end
"""


def test_a_process_that_is_killed(folder: Path) -> None:  # noqa: F811
    done = run("verify", "-s", f"KEXUE_DATA_DIR={folder}", program=KILLED)
    assert done.returncode == 1
    assert "a process of the check was killed; is there too little memory?" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_index_that_is_not_that_of_its_table(folder: Path) -> None:  # noqa: F811
    """SQLite's quick check does not see it; searches at the end of texts would."""
    file = folder / "kexue.db"
    with closing(sqlite3.connect(file)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'articles_title_last'"
        (page,) = connection.execute(query).fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    content = bytearray(file.read_bytes())
    content[page * size - 1] ^= 64  # the number of an article, which ends the first entry
    file.write_bytes(content)
    point = checks(folder)["database"]
    assert any("articles_title_last" in words for words in point.findings)


def test_a_medium_that_cannot_be_written_to(
    folder: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The search index is copied into a temporary table, which is none of the archive's."""
    monkeypatch.setattr("archiver.store.sqlite.os.access", lambda *_: False)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert [point.first for point in checks(folder).values() if point.differ] == []
    damage(folder, "UPDATE articles SET body_text = '别的文字' WHERE id = 11")
    assert "rebuild-fts" in str(checks(folder)["search"].first)
    assert {path.name for path in folder.iterdir()} == set(before)


# --- The feed -------------------------------------------------------------------------------------


def feed_of(folder: Path) -> Point:  # noqa: F811
    with closing(open_for_reading(folder / "kexue.db")) as db:
        points = Checks(db, None).of_files(folder / "kexue.jsonl", folder / "changes.xml")
    return next(point for point in points if point.name == "feed")


def test_the_feed_is_what_would_be_written_again(folder: Path) -> None:  # noqa: F811
    point = feed_of(folder)
    assert (point.compared, point.differ) == (3, 0)
    file = folder / "changes.xml"
    file.write_bytes(file.read_bytes().replace("短文".encode(), "长文".encode(), 1))
    assert str(feed_of(folder).first).startswith("changes.xml, behind ")
    file.unlink()
    assert str(feed_of(folder).first).startswith(f"{file} is missing; it is written at the end of")


def test_a_feed_that_an_earlier_version_has_written(folder: Path) -> None:  # noqa: F811
    """Its name stands in it, and in the record of the run that has written it."""
    file = folder / "changes.xml"
    file.write_text(re.sub(r'version="[0-9][^"]*">kex', 'version="0.0.9">kex', file.read_text()))
    assert feed_of(folder).differ == 1
    insert = "INSERT INTO runs (started_at, finished_at, mode, versions, ending) VALUES"
    execute(folder, f"""{insert} ('a', 'b', 'normal', '{{"archiver": "0.0.9"}}', 'finished')""")
    assert feed_of(folder).differ == 0
    execute(folder, f"{insert} ('b', NULL, 'normal', '{{}}', NULL)")
    file.write_text("")
    assert str(feed_of(folder).remark).startswith("feed is not counted: the last run has not")
