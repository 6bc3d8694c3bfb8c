"""When a listing showed what is kept of it: its counts are those of that day."""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = ("ALTER TABLE sightings ADD COLUMN entry_at TEXT",)
