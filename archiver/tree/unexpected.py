"""What can be wrong with a page."""

from __future__ import annotations


class UnexpectedPage(ValueError):
    """A page is not what was asked for; its text is a reason to show to the user."""
