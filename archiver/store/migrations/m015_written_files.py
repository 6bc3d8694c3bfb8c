"""The files that are as a run has written them: ``archiver.store.written_files``.

A row goes when something changes that the JSONL file or the feed shows. ``last_seen`` and
``fetched_at``, which every run changes, are in neither.
"""

from __future__ import annotations

from typing import Final

#: The columns of ``articles`` that the JSONL file has, and with it the feed.
_SHOWN: Final = (
    "id", "url", "title", "author", "published", "published_at", "readers", "category", "tags",
    "comment_count", "excerpt", "body_html", "body_text", "body_markdown", "formula_count",
    "picture_count", "content_sha256", "license", "status", "first_seen", "parser_version",
    "gone_at",
)  # fmt: skip
_OTHERWISE: Final = " OR ".join(f"old.{name} IS NOT new.{name}" for name in _SHOWN)
#: Of these each row that is written counts.
_TABLES: Final = ("links", "pictures", "formulas", "comments", "revisions", "changes")


def _trigger(table: str, event: str) -> str:
    """The trigger for any row of a table."""
    return f"""
        CREATE TRIGGER written_{table}_{event} AFTER {event} ON {table}
        WHEN EXISTS (SELECT 1 FROM written_files) BEGIN
          DELETE FROM written_files;
        END
    """  # noqa: S608


STATEMENTS: Final = (
    """
    CREATE TABLE written_files (
      name TEXT PRIMARY KEY,
      sha256 TEXT NOT NULL,
      made_with TEXT NOT NULL
    ) STRICT
    """,
    f"""
    CREATE TRIGGER written_articles_update AFTER UPDATE ON articles WHEN {_OTHERWISE} BEGIN
      DELETE FROM written_files;
    END
    """,  # noqa: S608
    *(_trigger("articles", event) for event in ("insert", "delete")),
    *(_trigger(table, event) for table in _TABLES for event in ("insert", "update", "delete")),
)
