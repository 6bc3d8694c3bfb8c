"""Series of articles; the end of the next run fills the tables."""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE series (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      parts INTEGER NOT NULL,
      missing TEXT NOT NULL DEFAULT '[]'
    ) STRICT
    """,
    """
    CREATE TABLE series_articles (
      series_id INTEGER NOT NULL REFERENCES series(id),
      article_id INTEGER PRIMARY KEY REFERENCES articles(id),
      number INTEGER,
      position INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE UNIQUE INDEX series_articles_in_order ON series_articles (series_id, position)",
)
