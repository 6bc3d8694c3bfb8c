"""The error of the store."""

from __future__ import annotations


class StoreError(Exception):
    """The archive cannot be used; the text names it and says what to do.

    ``wrong_use`` tells a wrong setting (exit status 2) from damage (exit status 1).
    """

    def __init__(self, message: str, *, wrong_use: bool = False) -> None:
        super().__init__(message)
        self.wrong_use = wrong_use
