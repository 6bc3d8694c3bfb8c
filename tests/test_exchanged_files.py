"""What a report names is there: files that are deleted or exchanged while a run is going."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from crawling import Archive, Outcome
from replica import make_posts

from archiver.store.exchanged_files import lacks_run
from archiver.store.sqlite import close_archive, open_archive


def disturbed(archive: Archive, deed: Callable[[], object]) -> Outcome:
    """A run in whose middle something happens to its files."""
    archive.replica.fault("^/archives/105$", kind="hook", times=1, call=deed)
    return archive.crawl(KEXUE_RECHECK=100)


def other_archive(folder: Path) -> Path:
    """Another database of this program, closed, without articles."""
    close_archive(open_archive(folder / "other.db"))
    return folder / "other.db"


def test_a_deleted_database_is_no_success(tmp_path: Path) -> None:
    """What the run knows of the articles is still in the JSONL file."""
    with Archive.complete(tmp_path, 12) as archive:
        database = archive.folder / "kexue.db"
        outcome = disturbed(archive, database.unlink)
        assert outcome.status == 1
        assert f"{database} was deleted while the run was writing" in outcome.sentence
        assert not database.exists()
        assert len(outcome.records) == 12


@pytest.mark.parametrize("what", ["archive", "no database"])
def test_an_exchanged_database_is_named_and_not_written_to(tmp_path: Path, what: str) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        database, other = archive.folder / "kexue.db", other_archive(tmp_path)
        if what == "no database":
            other.write_bytes(b"something else\n" * 100)
        before = other.read_bytes()
        outcome = disturbed(archive, lambda: other.replace(database))
        assert outcome.status == 1
        assert f"{database} was put in the place of the right one" in outcome.sentence
        assert database.read_bytes() == before
        assert not list(archive.folder.glob("*-wal"))


def test_a_folder_that_was_moved_is_no_success(tmp_path: Path) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        outcome = disturbed(archive, lambda: archive.folder.rename(tmp_path / "moved"))
        assert outcome.status == 1
        assert f"{archive.folder / 'kexue.db'} was deleted" in outcome.sentence


@pytest.mark.parametrize("name", ["kexue.jsonl", "changes.xml"])
def test_a_file_that_was_put_there_meanwhile_is_not_overwritten(tmp_path: Path, name: str) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        file, other = archive.folder / name, tmp_path / "other"
        other.write_text("not ours\n", "utf-8")
        outcome = disturbed(archive, lambda: other.replace(file))
        assert outcome.status == 1
        assert f"cannot write {file}: it was put there while the run was going" in outcome.sentence
        assert file.read_text("utf-8") == "not ours\n"


@pytest.mark.parametrize("name", ["kexue.jsonl", "changes.xml"])
def test_a_file_that_was_deleted_meanwhile_is_written_anew(tmp_path: Path, name: str) -> None:
    with Archive.complete(tmp_path, 12) as archive:
        before = (archive.folder / name).read_bytes()
        outcome = disturbed(archive, (archive.folder / name).unlink)
        assert outcome.status == 0, outcome.stderr
        assert len((archive.folder / name).read_bytes()) == len(before)
        archive.assert_sound()


def test_a_database_that_was_overwritten_in_place_lacks_the_run(tmp_path: Path) -> None:
    """As `cp backup.db kexue.db` does it: the inode stays."""
    with Archive.complete(tmp_path, 12) as archive:
        database = archive.folder / "kexue.db"
        backup = shutil.copy(database, tmp_path / "backup.db")
        archive.crawl()
        ((run_id, started_at),) = archive.rows("SELECT id, started_at FROM runs ORDER BY id")[1:]
        assert lacks_run(database, run_id, started_at) is None
        shutil.copyfile(backup, database)
        assert "was overwritten" in str(lacks_run(database, run_id, started_at))
        database.write_bytes(b"something else\n" * 100)
        assert "cannot be read any more" in str(lacks_run(database, run_id, started_at))


def test_a_record_that_has_vanished_is_no_success(tmp_path: Path) -> None:
    """Another program has deleted the row of the run."""
    with Archive(tmp_path, make_posts(12)) as archive:

        def delete() -> None:
            with closing(sqlite3.connect(archive.folder / "kexue.db")) as db, db:
                db.execute("DELETE FROM runs")

        outcome = disturbed(archive, delete)
        assert outcome.status == 1
        assert "was overwritten while the run was writing" in outcome.sentence
