"""What the archive remembers of an article beyond its newest text.

Versions with their metadata, tombstones, a log of changes, and what index and listings showed.
"""

from __future__ import annotations

from typing import Final

_SIGHTINGS: Final = """
    CREATE TABLE sightings (
      article_id INTEGER PRIMARY KEY,
      title TEXT,
      published TEXT,
      entry TEXT,
      first_seen TEXT NOT NULL,
      last_seen TEXT NOT NULL,
      absent INTEGER NOT NULL DEFAULT 0,
      is_changed INTEGER NOT NULL DEFAULT 0 CHECK (is_changed IN (0, 1)),
      asked INTEGER NOT NULL DEFAULT 0
    ) STRICT
"""

STATEMENTS: Final = (
    "ALTER TABLE articles ADD COLUMN gone_at TEXT",
    "ALTER TABLE runs ADD COLUMN ending TEXT",
    "ALTER TABLE runs ADD COLUMN suspicious INTEGER",
    "ALTER TABLE runs ADD COLUMN unread INTEGER",
    "UPDATE runs SET ending = 'finished' WHERE outcome = 'ok'",
    # A version is told from another by more than title and body, so it has a number of its own.
    """
    CREATE TABLE numbered_revisions (
      article_id INTEGER NOT NULL REFERENCES articles(id),
      number INTEGER NOT NULL,
      content_sha256 TEXT NOT NULL,
      seen_at TEXT NOT NULL,
      title TEXT NOT NULL,
      body_html TEXT,
      author TEXT,
      published TEXT,
      category TEXT,
      tags TEXT,
      suspicious TEXT,
      PRIMARY KEY (article_id, number)
    ) STRICT
    """,
    # Author, day, category and tags of earlier versions were not kept: they are null there.
    """
    INSERT INTO numbered_revisions (article_id, number, content_sha256, seen_at, title, body_html)
    SELECT article_id, row_number() OVER (PARTITION BY article_id ORDER BY seen_at, rowid),
      content_sha256, seen_at, title, body_html
    FROM revisions
    """,
    """
    UPDATE numbered_revisions SET (author, published, category, tags) =
      (SELECT author, published, category, tags FROM articles WHERE id = article_id)
    WHERE content_sha256 = (SELECT content_sha256 FROM articles WHERE id = article_id)
    """,
    "DROP TABLE revisions",
    "ALTER TABLE numbered_revisions RENAME TO revisions",
    """
    CREATE TABLE changes (
      id INTEGER PRIMARY KEY,
      article_id INTEGER NOT NULL REFERENCES articles(id),
      seen_at TEXT NOT NULL,
      kind TEXT NOT NULL CHECK (kind IN
        ('new', 'edited', 'protected', 'opened', 'gone', 'returned', 'suspicious')),
      revision INTEGER,
      fields TEXT NOT NULL DEFAULT '[]'
    ) STRICT
    """,
    "CREATE INDEX changes_by_article ON changes (article_id)",
    # What the versions of an earlier archive tell of its past.
    """
    INSERT INTO changes (article_id, seen_at, kind, revision)
    SELECT articles.id, first_seen, 'new', number FROM articles LEFT JOIN revisions
      ON article_id = articles.id AND number = 1 AND seen_at = first_seen
    ORDER BY first_seen, articles.id
    """,
    # A first version that came later is that of an article that was protected before.
    """
    INSERT INTO changes (article_id, seen_at, kind, revision)
    SELECT article_id, seen_at, iif(number = 1, 'opened', 'edited'), number
    FROM revisions JOIN articles ON articles.id = article_id
    WHERE number > 1 OR seen_at > first_seen ORDER BY seen_at, article_id
    """,
    _SIGHTINGS,
)
