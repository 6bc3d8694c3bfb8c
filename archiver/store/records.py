"""What the archive says of an article: the row of ``articles`` and the object of the JSONL file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from archiver import PARSER_VERSION, site
from archiver.items import Article, Link

Row = dict[str, Any]

#: Columns of ``articles`` in their order; the same keys, without the volatile ones, in JSONL.
COLUMNS: Final = (
    "id", "url", "title", "author", "published", "published_at", "readers", "category", "tags",
    "comment_count", "excerpt", "body_html", "body_text", "body_markdown", "formula_count",
    "picture_count", "content_sha256", "license", "status", "first_seen", "last_seen",
    "fetched_at", "parser_version",
)  # fmt: skip
#: Different in every run, so left out of the JSONL file.
VOLATILE: Final = frozenset({"last_seen", "fetched_at"})
#: When the archive saw an article; not something that its page tells.
SEEN: Final = ("first_seen", "last_seen", "fetched_at")


def content_sha256(title: str | None, body_html: str | None) -> str:
    """SHA-256 in hex of title and body, separated by a NUL, in UTF-8."""
    return hashlib.sha256(f"{title or ''}\0{body_html or ''}".encode()).hexdigest()


def article_row(article: Article) -> Row:
    """The columns that a page and its listing tell; without ``SEEN``."""
    has_body = article.body_html is not None
    return {
        "id": article.id,
        "url": site.article_url(article.id),
        "title": article.title,
        "author": article.author,
        "published": article.published,
        "published_at": article.published_at,
        "readers": article.readers,
        "category": article.category,
        "tags": json.dumps(article.tags, ensure_ascii=False),
        "comment_count": article.comment_count,
        "excerpt": article.excerpt,
        "body_html": article.body_html,
        "body_text": article.body_text,
        "body_markdown": None,
        "formula_count": article.formula_count,
        "picture_count": article.picture_count,
        "content_sha256": content_sha256(article.title, article.body_html) if has_body else None,
        "license": site.LICENSE,
        "status": str(article.status),
        "parser_version": PARSER_VERSION,
    }


def link_rows(article: int, links: Iterable[Link]) -> list[Row]:
    """The rows of ``links`` of one article; positions count from 0."""
    return [
        {
            "article_id": article,
            "position": position,
            "url": link.url,
            "text": link.text,
            "target_id": link.target_id,
        }
        for position, link in enumerate(links)
    ]


def record(row: Mapping[str, Any], links: Iterable[Mapping[str, Any]]) -> Row:
    """The JSONL object of an article: its row without the volatile columns, then its links."""
    found = {key: row[key] for key in COLUMNS if key in row and key not in VOLATILE}
    found["tags"] = json.loads(row["tags"])
    found["links"] = [{key: link[key] for key in ("url", "text", "target_id")} for link in links]
    return found
