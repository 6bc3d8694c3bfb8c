"""The full-text index takes in new articles by batches: ``archiver.store.text_index``.

A trigger follows texts that are edited or deleted, as long as the index has them. It knows those
by ``articles_fts_docsize``, which has the sizes of the texts that are in it.
"""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    "DROP TRIGGER articles_ai",
    "DROP TRIGGER articles_ad",
    "DROP TRIGGER articles_au",
    """
    CREATE TRIGGER articles_ad AFTER DELETE ON articles
    WHEN EXISTS (SELECT 1 FROM articles_fts_docsize WHERE id = old.id) BEGIN
      INSERT INTO articles_fts (articles_fts, rowid, title, body_text)
      VALUES ('delete', old.id, old.title, old.body_text);
    END
    """,
    """
    CREATE TRIGGER articles_au AFTER UPDATE OF title, body_text ON articles
    WHEN (old.title IS NOT new.title OR old.body_text IS NOT new.body_text)
      AND EXISTS (SELECT 1 FROM articles_fts_docsize WHERE id = old.id) BEGIN
      INSERT INTO articles_fts (articles_fts, rowid, title, body_text)
      VALUES ('delete', old.id, old.title, old.body_text);
      INSERT INTO articles_fts (rowid, title, body_text)
      VALUES (new.id, new.title, new.body_text);
    END
    """,
)
