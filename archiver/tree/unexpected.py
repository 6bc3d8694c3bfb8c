"""The error of a page that cannot be read."""

from __future__ import annotations


class UnexpectedPage(ValueError):
    """A page is not what was asked for; the text is the reason to show to the user."""
