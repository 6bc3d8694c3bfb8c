"""The record of every run."""

from __future__ import annotations

import json
import platform
import sqlite3
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from sqlite_utils import Database

from archiver import PARSER_VERSION, __version__


def start_run(db: Database, mode: str, now: str) -> int:
    """Open the record of a run; returns its id."""
    with db.atomic():
        cursor = db.execute(
            "INSERT INTO runs (started_at, mode, versions) VALUES (?, ?, ?)",
            [now, mode, json.dumps(versions())],
        )
    return int(cursor.lastrowid or 0)


def finish_run(db: Database, run_id: int, values: Mapping[str, Any]) -> None:
    """Close the record of a run with its outcome and counts (column → value)."""
    with db.atomic():
        assignments = ", ".join(f"{column} = :{column}" for column in values)
        db.execute(f"UPDATE runs SET {assignments} WHERE id = :id", {**values, "id": run_id})  # noqa: S608


def versions() -> dict[str, str]:
    """What a run was made with."""
    return {
        "archiver": __version__,
        "parser": str(PARSER_VERSION),
        "scrapy": version("scrapy"),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
    }
