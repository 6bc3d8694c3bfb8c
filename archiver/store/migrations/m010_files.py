"""Pictures and other files of the blog, and the addresses that they were asked for at."""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE files (
      sha256 TEXT PRIMARY KEY,
      path TEXT NOT NULL,
      media_type TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      url TEXT NOT NULL,
      first_seen TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE file_addresses (
      url TEXT PRIMARY KEY,
      status TEXT NOT NULL CHECK (status IN
        ('ok', 'missing', 'failed', 'foreign', 'too-large', 'not-a-picture')),
      sha256 TEXT,
      etag TEXT,
      last_modified TEXT,
      asked_at TEXT NOT NULL,
      tries INTEGER NOT NULL,
      reason TEXT
    ) STRICT
    """,
    "ALTER TABLE pictures ADD COLUMN file_url TEXT",
    "ALTER TABLE links ADD COLUMN file_url TEXT",
    "CREATE INDEX pictures_by_file ON pictures (file_url) WHERE file_url IS NOT NULL",
    "CREATE INDEX links_by_file ON links (file_url) WHERE file_url IS NOT NULL",
)
