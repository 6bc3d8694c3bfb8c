"""What every table held at the end of the last run."""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE digests (
      name TEXT PRIMARY KEY,
      rows INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      taken_at TEXT NOT NULL,
      changed_at TEXT
    ) STRICT
    """,
)
