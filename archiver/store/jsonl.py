"""The JSONL file: one object an article, written from the database as a whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from sqlite_utils import Database

from archiver.store.errors import StoreError
from archiver.store.records import Row, record


def write_jsonl(db: Database, path: Path) -> int:
    """Write all articles to ``path``, sorted by id; returns their number.

    The file is written beside its place, synced, and renamed: a reader sees the old one or the new
    one. Raises ``StoreError`` when it cannot be written; the old file then stays as it was.
    """
    part = path.with_name(f"{path.name}.part")
    count = 0
    try:
        with part.open("w", encoding="utf-8", newline="\n") as file:
            for count, entry in enumerate(records(db), start=1):  # noqa: B007
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        _remove(part)
        raise StoreError(
            f"cannot write {path}: {error.strerror or error}; the file of the run before stays"
        ) from error
    return count


def records(db: Database) -> Iterator[Row]:
    """The JSONL objects of all articles, sorted by id."""
    links = groupby(
        db.query("SELECT * FROM links ORDER BY article_id, position"),
        key=lambda link: link["article_id"],
    )
    owner, group = next(links, (None, iter(())))
    for row in db.query("SELECT * FROM articles ORDER BY id"):
        own: list[Row] = []
        if owner == row["id"]:
            own = list(group)
            owner, group = next(links, (None, iter(())))
        yield record(row, own)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return  # it is overwritten the next time
