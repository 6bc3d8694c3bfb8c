"""Articles, their versions, counts and links; runs and failures."""

from __future__ import annotations

from typing import Final

from archiver.store.schema import APPLICATION_ID

STATEMENTS: Final = (
    """
    CREATE TABLE articles (
      id INTEGER PRIMARY KEY,
      url TEXT NOT NULL,
      title TEXT NOT NULL,
      author TEXT,
      published TEXT,
      published_at TEXT,
      readers INTEGER,
      category TEXT,
      tags TEXT NOT NULL DEFAULT '[]',
      comment_count INTEGER,
      excerpt TEXT,
      body_html TEXT,
      body_text TEXT,
      body_markdown TEXT,
      formula_count INTEGER,
      picture_count INTEGER,
      content_sha256 TEXT,
      license TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('published', 'protected', 'gone')),
      first_seen TEXT NOT NULL,
      last_seen TEXT NOT NULL,
      fetched_at TEXT NOT NULL,
      parser_version INTEGER NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE reader_counts (
      article_id INTEGER NOT NULL REFERENCES articles(id),
      seen_at TEXT NOT NULL,
      readers INTEGER NOT NULL,
      PRIMARY KEY (article_id, seen_at)
    ) STRICT, WITHOUT ROWID
    """,
    # One count a day (UTC): a later one of the same day takes the place of the earlier.
    """
    CREATE UNIQUE INDEX reader_counts_by_day
      ON reader_counts (article_id, substr(seen_at, 1, 10))
    """,
    """
    CREATE TABLE revisions (
      article_id INTEGER NOT NULL REFERENCES articles(id),
      content_sha256 TEXT NOT NULL,
      seen_at TEXT NOT NULL,
      title TEXT NOT NULL,
      body_html TEXT,
      PRIMARY KEY (article_id, content_sha256)
    ) STRICT
    """,
    """
    CREATE TABLE links (
      article_id INTEGER NOT NULL REFERENCES articles(id),
      position INTEGER NOT NULL,
      url TEXT NOT NULL,
      text TEXT NOT NULL,
      target_id INTEGER,
      PRIMARY KEY (article_id, position)
    ) STRICT, WITHOUT ROWID
    """,
    "CREATE INDEX links_by_target ON links (target_id) WHERE target_id IS NOT NULL",
    """
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY,
      started_at TEXT NOT NULL,
      finished_at TEXT,
      mode TEXT NOT NULL,
      outcome TEXT,
      requests INTEGER,
      bytes INTEGER,
      listed INTEGER,
      new INTEGER,
      changed INTEGER,
      unchanged INTEGER,
      protected INTEGER,
      gone INTEGER,
      missing INTEGER,
      failed INTEGER,
      versions TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE failures (
      url TEXT PRIMARY KEY,
      article_id INTEGER,
      first_seen TEXT NOT NULL,
      last_seen TEXT NOT NULL,
      tries INTEGER NOT NULL,
      reason TEXT NOT NULL
    ) STRICT
    """,
    f"PRAGMA application_id = {APPLICATION_ID}",
)
