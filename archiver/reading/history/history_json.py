"""The history of an article as JSON objects."""

from __future__ import annotations

from archiver.reading.history.versions import History, Version
from archiver.store.records import Row

_ARTICLE = ("id", "url", "title", "status", "gone_at")
_VERSION = ("number", "seen_at", "content_sha256", "title", "author", "published", "category")


def history_object(history: History) -> Row:
    """The article, its versions without their bodies, and its changes."""
    return {
        **{key: history.article[key] for key in _ARTICLE},
        "versions": [_summary(history, version) for version in history.versions],
        "changes": list(history.changes),
    }


def version_object(history: History, version: Version) -> Row:
    """One version, with its body."""
    return {
        "article_id": history.article["id"],
        **_summary(history, version),
        "body_html": version.row["body_html"],
        "body_text": version.body.text,
        "body_markdown": version.body.markdown,
    }


def _summary(history: History, version: Version) -> Row:
    return {
        **{key: version.row[key] for key in _VERSION},
        "tags": version.tags,
        "characters": len(version.body.text),
        "formula_count": len(version.body.formulas),
        "changed": history.changed_columns(version),
        "is_current": version.number == history.current,
        "suspicious": version.suspicious,
    }
