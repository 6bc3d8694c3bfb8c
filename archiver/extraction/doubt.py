"""A value on a page that could not be understood."""

from __future__ import annotations

from typing import NamedTuple


class Doubt(NamedTuple):
    """A text of an article that gives no value. A crawl counts and logs it, ``extract`` logs it."""

    article: int
    #: The field that the text was for: ``date``, ``readers``.
    name: str
    text: str

    def __str__(self) -> str:
        """The line for the log; the text is cut, and escaped so that a terminal obeys nothing."""
        return f"article {self.article}: {self.name} not understood: {self.text!r:.80}"
