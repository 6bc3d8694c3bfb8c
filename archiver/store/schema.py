"""The tables of the archive, grown by migrations. docs/data-format.md describes every column.

A migration that has been released is never edited; a change is a new one at the end.
"""

from __future__ import annotations

from typing import Final

from sqlite_utils import Database, Migrations

from archiver.store.migration_m004 import remember

#: ``PRAGMA application_id`` of every archive ("KXFM"), so that a foreign database is recognised.
APPLICATION_ID: Final = 0x4B58464D

migrations: Final = Migrations("kexue")

_FIRST_TABLES: Final = (
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
)

#: Kept by triggers that fire for a changed text only: every run touches ``last_seen`` of all rows.
_SEARCH_TRIGGERS: Final = (
    """
    CREATE TRIGGER articles_ai AFTER INSERT ON articles BEGIN
      INSERT INTO articles_fts (rowid, title, body_text)
      VALUES (new.id, new.title, new.body_text);
    END
    """,
    """
    CREATE TRIGGER articles_ad AFTER DELETE ON articles BEGIN
      INSERT INTO articles_fts (articles_fts, rowid, title, body_text)
      VALUES ('delete', old.id, old.title, old.body_text);
    END
    """,
    """
    CREATE TRIGGER articles_au AFTER UPDATE OF title, body_text ON articles
    WHEN old.title IS NOT new.title OR old.body_text IS NOT new.body_text BEGIN
      INSERT INTO articles_fts (articles_fts, rowid, title, body_text)
      VALUES ('delete', old.id, old.title, old.body_text);
      INSERT INTO articles_fts (rowid, title, body_text)
      VALUES (new.id, new.title, new.body_text);
    END
    """,
)


@migrations()
def m001_first_tables(db: Database) -> None:
    """Articles, their versions, counts and links; runs and failures."""
    for statement in _FIRST_TABLES:
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


@migrations()
def m002_search(db: Database) -> None:
    """Full text by trigrams: the default tokenizer finds nothing inside Chinese text."""
    db.execute(
        "CREATE VIRTUAL TABLE articles_fts USING fts5"
        " (title, body_text, tokenize='trigram', content=\"articles\", content_rowid='id')"
    )
    for statement in _SEARCH_TRIGGERS:
        db.execute(statement)


_PARTS: Final = (
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


@migrations()
def m003_formulas_and_pictures(db: Database) -> None:
    """What a body holds: formulas, pictures, and what is wrong with a link."""
    for statement in _PARTS:
        db.execute(statement)


@migrations()
def m004_memory(db: Database) -> None:
    """Numbered versions, tombstones, a log of changes, what index and listings showed."""
    remember(db)


@migrations()
def m005_moments_of_entries(db: Database) -> None:
    """When a listing showed what is kept of it: its counts are those of that day."""
    db.execute("ALTER TABLE sightings ADD COLUMN entry_at TEXT")


def migration_names() -> set[str]:
    """The names of all migrations that this version knows."""
    fresh = Database(memory=True)
    try:
        return {migration.name for migration in migrations.pending(fresh)}
    finally:
        fresh.close()
