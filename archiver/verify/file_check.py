"""Compares the folder of pictures and other files with the tables that tell of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from archiver.pages.file_types import UNKNOWN, file_type_of
from archiver.store.lock import LOCK_NAME
from archiver.store.stored_files import PART_NAME
from archiver.verify.chosen import Ids
from archiver.verify.fidelity.comparison import Point
from archiver.verify.unfinished_run import last_run

Row = Mapping[str, Any]

_PIECE: Final = 1 << 20
_FILES: Final = "SELECT * FROM files ORDER BY path"
#: What articles lead to, with what the tables of files say of it.
_USES: Final = """
    SELECT use.*, a.status AS asked_status, a.sha256 AS asked_sha256, f.path AS file_path
    FROM (
      SELECT article_id, position, 1 AS is_picture, file_url, status, sha256, path FROM pictures
      UNION ALL
      SELECT article_id, position, 0, file_url, NULL, NULL, NULL FROM links
      WHERE file_url IS NOT NULL
    ) AS use
    LEFT JOIN file_addresses AS a ON a.url = use.file_url
    LEFT JOIN files AS f ON f.sha256 = a.sha256
    WHERE :all OR article_id IN (SELECT value FROM json_each(:ids))
    ORDER BY article_id, is_picture DESC, position
"""
_ADDRESSES: Final = """
    SELECT a.url, a.status, a.sha256, f.sha256 AS known
    FROM file_addresses AS a LEFT JOIN files AS f ON f.sha256 = a.sha256 ORDER BY a.url
"""


def check_files(db: Database, folder: Path, ids: Ids | None) -> Point:
    """Every file is at its place with the bytes that its row tells, and no other one is there.

    ``ids`` limits the articles whose files are looked at; then others are not looked for. While a
    run goes on, or after one that was killed, a file may have no row yet: that is a remark.
    """
    point = Point("files", "file", 0)
    wanted = None if ids is None else _hashes_of(db, ids)
    known: set[str] = set()
    for row in db.query(_FILES):
        known.add(row["path"])
        if wanted is None or row["sha256"] in wanted:
            point.compared += 1
            if fault := _fault_of_file(row, folder):
                point.note(1, f"{row['path']}: {fault}")
    if ids is None:
        _note_unknown(point, folder, known, may_be_new=_goes_on(db))
    return point


def check_file_addresses(db: Database, ids: Ids | None) -> Point:
    """Pictures say what came of their addresses; an address that gave a file names it."""
    point = Point("file addresses", "picture", 0)
    for row in _uses(db, ids):
        if row["is_picture"]:
            point.compared += 1
            if fault := _fault_of_picture(row):
                where = f"article {row['article_id']}, picture {row['position']}"
                point.note(1, f"{where}: {fault}")
    if ids is None:
        for row in db.query(_ADDRESSES):
            if fault := _fault_of_address(row):
                point.note(1, f"{row['url']}: {fault}")
    return point


# --- Files ----------------------------------------------------------------------------------------


def _uses(db: Database, ids: Ids | None) -> Iterator[Row]:
    """The pictures and linked files of articles, or of all, with what their addresses gave."""
    yield from db.query(_USES, {"all": ids is None, "ids": json.dumps(sorted(ids or ()))})


def _hashes_of(db: Database, ids: Ids) -> set[str]:
    return {row["asked_sha256"] for row in _uses(db, ids)}


def _fault_of_file(row: Row, folder: Path) -> str | None:
    """What is wrong with a file or its row, in words, or ``None``."""
    place = folder.parent / row["path"]
    if place.parent.parent != folder or not place.name.startswith(f"{row['sha256']}."):
        return "no path of a file with this hash"
    try:
        if place.is_symlink() or place.parent.is_symlink():
            return "a symbolic link in its place"
        if place.stat().st_size != row["bytes"]:
            return f"it has {place.stat().st_size:,} bytes, not {row['bytes']:,}"
        digest, head = _read(place)
    except FileNotFoundError:
        return "the file is missing; put it back, or let the next run fetch it again"
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    if digest != row["sha256"]:
        return "it has other bytes; remove it, and the next run fetches it again"
    kind = file_type_of(head) or UNKNOWN
    if (kind.media_type, f".{kind.extension}") != (row["media_type"], place.suffix):
        return f"its bytes are {kind.media_type}, not {row['media_type']} ({place.suffix})"
    return None


def _read(path: Path) -> tuple[str, bytes]:
    """The hash of a file, and how it begins."""
    digest, head = hashlib.sha256(), b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            head = head or piece
            digest.update(piece)
    return digest.hexdigest(), head


def _note_unknown(point: Point, folder: Path, known: set[str], *, may_be_new: bool) -> None:
    """Name what is in the folder and is no file of the archive."""
    unknown = [path for path in _entries(folder) if _relative(path, folder) not in known]
    excused = [path for path in unknown if may_be_new and _may_be_new(path)]
    for path in unknown:
        if path not in excused:
            point.note(1, f"{_relative(path, folder)}: no row of the table files has it")
    if excused:
        point.remark = (
            f"files without a row: {len(excused):,} (the last run has not finished: it goes on, or"
            " was killed)"
        )


def _entries(folder: Path) -> Iterator[Path]:
    """All that is in the folder and is not a folder of files."""
    if not folder.is_dir():
        return
    for entry in sorted(folder.iterdir()):
        if entry.is_dir() and not entry.is_symlink():
            yield from sorted(entry.iterdir())
        elif entry.name != LOCK_NAME:
            yield entry


def _relative(path: Path, folder: Path) -> str:
    return path.relative_to(folder.parent).as_posix()


def _may_be_new(path: Path) -> bool:
    """True for a file that a run has begun, or written and not noted yet."""
    if PART_NAME.fullmatch(path.name):
        return True
    try:
        return not path.is_symlink() and _read(path)[0] == path.stem
    except OSError:
        return False


def _goes_on(db: Database) -> bool:
    started, finished = last_run(db)
    return started is not None and finished is None


# --- Addresses ------------------------------------------------------------------------------------


def _fault_of_picture(row: Row) -> str | None:
    """What is wrong with what a picture says of its file, in words, or ``None``."""
    if row["file_url"] is None:
        is_right = row["status"] in {None, "foreign"} and row["sha256"] is row["path"] is None
        return None if is_right else f"status {row['status']}, but no address that was asked"
    told = (row["status"], row["sha256"], row["path"])
    if told != (row["asked_status"], row["asked_sha256"], row["file_path"]):
        return f"status {row['status']}, path {row['path']}: its address says otherwise"
    return None


def _fault_of_address(row: Row) -> str | None:
    if (row["status"] == "ok") != (row["sha256"] is not None):
        return f"status {row['status']} does not go with sha256 {row['sha256']}"
    if row["sha256"] is not None and row["known"] is None:
        return f"no row of the table files has {row['sha256']}"
    return None
