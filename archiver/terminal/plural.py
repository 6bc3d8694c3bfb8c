"""A count and what is counted."""

from __future__ import annotations


def plural(count: int, noun: str) -> str:
    """A count with its noun: ``1 article``, ``1,340 articles``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
