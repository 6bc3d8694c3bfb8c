"""The error of ``archiver.load`` and of what it returns."""

from __future__ import annotations


class DatasetError(Exception):
    """An archive cannot be loaded or asked; the text names it and says what to do."""

    def _render_traceback_(self) -> list[str]:
        """The lines that Jupyter shows: the sentence alone."""
        return [f"{type(self).__name__}: {self}"]
