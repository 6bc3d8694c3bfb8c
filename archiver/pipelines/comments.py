"""Comments: the words, time and site of each on a page, without anybody's mail address."""

from __future__ import annotations

from archiver.extraction.comment_words import fill_comments
from archiver.items import Item
from archiver.pipelines.base import Pipeline


class ReadComments(Pipeline):
    """Fill the comments of an article, or of a further page of them."""

    def step(self, item: Item) -> None:
        """Read the comments; what was not understood is counted."""
        self.count(fill_comments(item))
