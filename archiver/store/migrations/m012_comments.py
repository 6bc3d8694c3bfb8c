"""Comments; each page of an article that is read fills its own."""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    """
    CREATE TABLE comments (
      id INTEGER PRIMARY KEY,
      article_id INTEGER NOT NULL REFERENCES articles(id),
      parent_id INTEGER REFERENCES comments(id),
      author TEXT,
      author_url TEXT,
      by_author INTEGER NOT NULL CHECK (by_author IN (0, 1)),
      published_at TEXT,
      html TEXT NOT NULL,
      text TEXT NOT NULL,
      first_seen TEXT NOT NULL,
      gone_at TEXT,
      parser_version INTEGER NOT NULL
    ) STRICT
    """,
    "CREATE INDEX comments_by_article ON comments (article_id, gone_at)",
    "CREATE INDEX comments_by_parent ON comments (parent_id) WHERE parent_id IS NOT NULL",
    """
    CREATE TABLE comment_revisions (
      comment_id INTEGER NOT NULL REFERENCES comments(id),
      number INTEGER NOT NULL,
      replaced_at TEXT NOT NULL,
      author TEXT,
      author_url TEXT,
      published_at TEXT,
      html TEXT NOT NULL,
      PRIMARY KEY (comment_id, number)
    ) STRICT, WITHOUT ROWID
    """,
    """
    CREATE TABLE comment_pages (
      article_id INTEGER NOT NULL REFERENCES articles(id),
      number INTEGER NOT NULL,
      pages INTEGER NOT NULL,
      comment_count INTEGER,
      comments TEXT NOT NULL,
      read_at TEXT NOT NULL,
      PRIMARY KEY (article_id, number)
    ) STRICT, WITHOUT ROWID
    """,
)
