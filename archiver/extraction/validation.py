"""What an article must have to be stored."""

from __future__ import annotations

from archiver.items import Article, Item, Status
from archiver.tree.unexpected import UnexpectedPage


class InvalidArticle(UnexpectedPage):
    """An article that is not stored, and the field that it lacks."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


def validate(item: Item) -> None:
    """Raise ``InvalidArticle`` for an article without an id or without a title."""
    if not isinstance(item, Article):
        return
    if not item.id or item.id < 1:
        raise InvalidArticle("id", "an article without an id")
    if not item.title:
        raise InvalidArticle("title", f"article {item.id} has no title")


def lacks_body(item: Item) -> bool:
    """True for a published article whose body is empty; it is stored all the same."""
    return isinstance(item, Article) and item.status is Status.PUBLISHED and not item.body_html
