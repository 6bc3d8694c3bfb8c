"""What the archive says of an article: the row of ``articles`` and the object of the JSONL file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from archiver import PARSER_VERSION, site
from archiver.items import Article, Formula, Link, Picture

Row = dict[str, Any]

#: Columns of ``articles`` in their order; the same keys, without the volatile ones, in JSONL.
COLUMNS: Final = (
    "id", "url", "title", "author", "published", "published_at", "readers", "category", "tags",
    "comment_count", "excerpt", "body_html", "body_text", "body_markdown", "formula_count",
    "picture_count", "content_sha256", "license", "status", "first_seen", "last_seen",
    "fetched_at", "parser_version", "gone_at",
)  # fmt: skip
#: Different in every run, so left out of the JSONL file.
VOLATILE: Final = frozenset({"last_seen", "fetched_at"})
#: Counts that rise while an article stays as it is; ``KEXUE_JSONL_COUNTS=0`` leaves them out too.
COUNTS: Final = ("readers", "comment_count")
#: The tables of what a body holds, and their columns that JSONL shows, in the order of its keys.
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "links": ("url", "text", "target_id", "problem"),
    "pictures": ("url", "alt", "caption"),
    "formulas": ("latex", "display", "label"),
}
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
        "body_markdown": article.body_markdown,
        "formula_count": len(article.formulas) if has_body else None,
        "picture_count": len(article.pictures) if has_body else None,
        "content_sha256": content_sha256(article.title, article.body_html) if has_body else None,
        "license": site.LICENSE,
        "status": str(article.status),
        "parser_version": PARSER_VERSION,
        "gone_at": None,
    }


def part_rows(article: Article) -> dict[str, list[Row]]:
    """The rows of what an article's body holds, by table; positions count from 0."""
    rows = {
        "links": [_link_row(link) for link in article.links],
        "pictures": [_picture_row(picture) for picture in article.pictures],
        "formulas": [_formula_row(formula) for formula in article.formulas],
    }
    for part in rows.values():
        for position, row in enumerate(part):
            row |= {"article_id": article.id, "position": position}
    return rows


def _link_row(link: Link) -> Row:
    return {
        "url": link.url,
        "text": link.text,
        "target_id": link.target_id,
        "problem": None if link.problem is None else str(link.problem),
    }


def _picture_row(picture: Picture) -> Row:
    return {"url": picture.url, "alt": picture.alt, "caption": picture.caption}


def _formula_row(formula: Formula) -> Row:
    return {
        "latex": formula.latex,
        "display": int(formula.display),
        "label": formula.label,
    }


def record(
    row: Mapping[str, Any],
    parts: Mapping[str, Iterable[Mapping[str, Any]]],
    *,
    with_counts: bool = True,
) -> Row:
    """The JSONL object of an article: its row without the volatile columns, then its parts."""
    left_out = VOLATILE if with_counts else VOLATILE.union(COUNTS)
    found = {key: row[key] for key in COLUMNS if key in row and key not in left_out}
    found["tags"] = json.loads(row["tags"])
    for name, keys in PARTS.items():
        found[name] = [{key: part[key] for key in keys} for part in parts.get(name, ())]
    for formula in found["formulas"]:
        formula["display"] = bool(formula["display"])
    return found
