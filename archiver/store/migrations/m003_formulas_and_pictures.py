"""What a body holds: formulas, pictures, and what is wrong with a link."""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    "ALTER TABLE links ADD COLUMN problem TEXT",
    """
    CREATE TABLE pictures (
      article_id INTEGER NOT NULL REFERENCES articles(id),
      position INTEGER NOT NULL,
      url TEXT NOT NULL,
      alt TEXT NOT NULL,
      caption TEXT,
      sha256 TEXT,
      path TEXT,
      status TEXT,
      PRIMARY KEY (article_id, position)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE formulas (
      article_id INTEGER NOT NULL REFERENCES articles(id),
      position INTEGER NOT NULL,
      latex TEXT NOT NULL,
      display INTEGER NOT NULL CHECK (display IN (0, 1)),
      label TEXT,
      PRIMARY KEY (article_id, position)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX formulas_by_label ON formulas (label) WHERE label IS NOT NULL",
)
