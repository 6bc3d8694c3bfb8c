"""Where a link to comments leads on a site."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from sqlite_utils import Database

from archiver import site

#: The id of the comments on an article's page, and what the id of one of them begins with.
SECTION: Final = "s-comments"
COMMENT: Final = "s-comment-"
_HAS_COMMENT: Final = "SELECT 1 FROM comments WHERE article_id = ? AND id = ?"
_HAS_SECTION: Final = """
    SELECT EXISTS (SELECT 1 FROM comments WHERE article_id = :id)
      OR EXISTS (SELECT 1 FROM articles WHERE id = :id AND comment_count > 0)
"""


class CommentPlaces:
    """The places of comments on the pages of a site; there are none on one without comments."""

    def __init__(self, db: Database, *, are_shown: bool = True) -> None:
        self._db = db
        self._are_shown = are_shown

    def fragment(self, article: int, address: str) -> str | None:
        """Where an address leads on the page of the article that it names, as ``#s-comment-675``.

        ``None`` for what is not there: comments that the archive lacks, and the blog's form.
        """
        if not self._are_shown:
            return None
        comment = site.comment_place(address)
        if comment is not None:
            row = self._db.execute(_HAS_COMMENT, [article, comment]).fetchone()
            return None if row is None else f"#{COMMENT}{comment}"
        return f"#{SECTION}" if _leads_to_all(address) and self._has_section(article) else None

    def _has_section(self, article: int) -> bool:
        (found,) = self._db.execute(_HAS_SECTION, {"id": article}).fetchone()
        return bool(found)


def _leads_to_all(address: str) -> bool:
    """True for the address of an article's comments, or of a page of them."""
    if not site.leads_to_comments(address):
        return False
    parts = urlsplit(address)
    return parts.fragment in {"", "comments"} and "replyTo=" not in parts.query
