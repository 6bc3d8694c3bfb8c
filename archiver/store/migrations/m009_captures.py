"""What was received, and where in the WARC files it is."""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE captures (
      id INTEGER PRIMARY KEY,
      url TEXT NOT NULL,
      fetched_at TEXT NOT NULL,
      status INTEGER,
      body_sha256 TEXT,
      warc TEXT NOT NULL,
      offset INTEGER NOT NULL,
      length INTEGER NOT NULL,
      run_id INTEGER NOT NULL,
      article_id INTEGER REFERENCES articles(id),
      refers_to INTEGER REFERENCES captures(id),
      truncated TEXT CHECK (truncated IN ('length', 'time', 'disconnect', 'unspecified'))
    ) STRICT
    """,
    "CREATE UNIQUE INDEX captures_by_place ON captures (warc, offset)",
    "CREATE INDEX captures_by_url ON captures (url)",
    "CREATE INDEX captures_by_article ON captures (article_id) WHERE article_id IS NOT NULL",
    # What is deleted is looked for here, as the foreign key wants.
    "CREATE INDEX captures_by_reference ON captures (refers_to) WHERE refers_to IS NOT NULL",
)
