"""A value on a page that could not be understood."""

from __future__ import annotations

from typing import NamedTuple


class Doubt(NamedTuple):
    """A text that stays without its value; pipelines count it and log it."""

    #: The field that the text was for: ``date``, ``readers``.
    name: str
    text: str
