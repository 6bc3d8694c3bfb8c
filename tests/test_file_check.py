"""``scrapy verify`` finds what is wrong with the files of an archive, and with their tables."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from archived import DAY1, an_article
from sqlite_utils import Database

from archiver.demo import uploads
from archiver.items import Link, Picture
from archiver.store.archive import Archive
from archiver.store.stored_files import FileFolder
from archiver.verify.checks import Checks
from archiver.verify.fidelity.comparison import Point

URL = "https://kexue.fm/usr/uploads"
PNG, PDF = uploads.png(1, 2, 3), uploads.PDF
NAME = hashlib.sha256(PNG).hexdigest()
PATH = f"files/{NAME[:2]}/{NAME}.png"
GOES_ON = f"INSERT INTO runs (started_at, mode, versions) VALUES ('{DAY1}', 'normal', '{{}}')"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive with a picture at two addresses, one that is missing, and a linked file."""
    archive = Archive.open(tmp_path / "kexue.db")
    pictures = [Picture(f"{URL}/{name}.png", "") for name in ("a", "b", "lost")]
    pictures += [Picture("https://example.org/c.png", ""), Picture("data:image/png;base64,AA", "")]
    links = [Link(f"{URL}/a.pdf", "")]
    archive.save_article(an_article(pictures=pictures, links=links), f"{URL}/")
    (tmp_path / "files").mkdir()
    files = FileFolder(tmp_path / "files")
    for name, data, ending, kind in (
        ("a.png", PNG, "png", "image/png"),
        ("b.png", PNG, "png", "image/png"),
        ("a.pdf", PDF, "pdf", "application/pdf"),
    ):
        stored = files.store(data, ending, kind)
        archive.files.save(f"{URL}/{name}", stored, etag=None, last_modified=None)
    archive.files.refuse(f"{URL}/lost.png", "missing", "HTTP 404 (Not Found)", is_lost=False)
    archive.db.close()
    return tmp_path


def check(folder: Path, ids: frozenset[int] | None = None) -> list[Point]:
    with closing(Database(folder / "kexue.db")) as db:
        return Checks(db, ids).of_pictures(folder / "files")


def execute(folder: Path, sql: str) -> None:
    with closing(sqlite3.connect(folder / "kexue.db")) as connection, connection:
        connection.execute(sql)


def test_a_sound_archive(folder: Path) -> None:
    files, addresses = check(folder)
    assert (files.compared, files.differ, files.remark) == (2, 0, None)
    assert (addresses.compared, addresses.differ) == (5, 0)


def truncate(path: Path) -> None:
    path.write_bytes(PNG[:-1])


def flip(path: Path) -> None:
    path.write_bytes(PNG[:-1] + b"x")


def link(path: Path) -> None:
    shutil.move(path, path.with_name("other.png"))
    path.symlink_to("other.png")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (Path.unlink, "the file is missing; put it back"),
        (truncate, f"it has {len(PNG) - 1} bytes, not {len(PNG)}"),
        (flip, "it has other bytes; remove it"),
        (link, "a symbolic link in its place"),
    ],
)
def test_a_file_that_is_not_as_it_was(
    folder: Path, damage: Callable[[Path], None], words: str
) -> None:
    damage(folder / PATH)
    files, _ = check(folder)
    assert files.first is not None
    assert files.first.startswith(f"{PATH}: {words}")
    assert check(folder, frozenset({6583}))[0].differ == 1
    assert check(folder, frozenset({1}))[0].compared == 0


@pytest.mark.parametrize("name", ["notes.txt", "ab/notes.txt", f"{NAME[:2]}/{NAME}.gif"])
def test_what_no_row_has_is_named(folder: Path, name: str) -> None:
    path = folder / "files" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"mine")
    files, _ = check(folder)
    assert (files.differ, files.first) == (1, f"files/{name}: no row of the table files has it")


def test_a_run_that_goes_on_may_have_files_without_a_row(folder: Path) -> None:
    """One that is whole, and one that is being written; anything else is still named."""
    shelf = folder / "files" / "00"
    shelf.mkdir()
    (shelf / f"{'0' * 64}.part").write_bytes(b"half")
    (shelf / f"{hashlib.sha256(b'new').hexdigest()}.gif").write_bytes(b"new")
    assert check(folder)[0].differ == 2
    execute(folder, GOES_ON)
    files, _ = check(folder)
    assert files.differ == 0
    assert files.remark is not None
    assert "files without a row: 2 (" in files.remark
    (shelf / f"{'1' * 64}.gif").write_bytes(b"other")
    assert check(folder)[0].differ == 1


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("UPDATE files SET path = '../kexue.db'", "no path of a file with this hash"),
        (f"UPDATE files SET path = 'files/zz/{NAME}.png' WHERE bytes = {len(PNG)}", "is missing"),
        ("UPDATE files SET bytes = bytes + 1", "bytes, not"),
        ("UPDATE files SET media_type = 'image/gif'", "not image/gif"),
    ],
)
def test_a_row_that_was_changed(folder: Path, sql: str, words: str) -> None:
    execute(folder, sql)
    first = check(folder)[0].first
    assert first is not None
    assert words in first


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE pictures SET status = 'missing' WHERE position = 0",
        "UPDATE pictures SET status = NULL WHERE position = 2",
        "UPDATE pictures SET sha256 = 'a' WHERE position = 1",
        "UPDATE pictures SET path = 'files/a.png' WHERE position = 1",
        "UPDATE pictures SET status = 'ok' WHERE position = 3",
        "UPDATE pictures SET file_url = NULL WHERE position = 0",
        "UPDATE file_addresses SET status = 'failed' WHERE url LIKE '%/a.png'",
        "UPDATE file_addresses SET sha256 = 'a' WHERE url LIKE '%.pdf'",
        "DELETE FROM file_addresses WHERE url LIKE '%/b.png'",
        "DELETE FROM files",
    ],
)
def test_pictures_and_addresses_that_disagree(folder: Path, sql: str) -> None:
    execute(folder, sql)
    assert check(folder)[1].differ >= 1


def test_an_archive_without_pictures(tmp_path: Path) -> None:
    Archive.open(tmp_path / "kexue.db").db.close()
    assert [(point.compared, point.differ) for point in check(tmp_path)] == [(0, 0), (0, 0)]
