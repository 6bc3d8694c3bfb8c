"""Full text by trigrams: the default tokenizer finds nothing inside Chinese text."""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    "CREATE VIRTUAL TABLE articles_fts USING fts5"
    " (title, body_text, tokenize='trigram', content=\"articles\", content_rowid='id')",
    # Triggers that fire for a changed text only: every run touches ``last_seen`` of all rows.
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
