"""How many pictures and linked files an archive has and lacks, as numbers and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from archiver.terminal.plural import plural

#: A status of ``pictures`` → how it is counted in words.
_WORDS: Final = {
    "ok": "stored", "missing": "missing", "foreign": "foreign", "failed": "failed",
    "too-large": "too large", "not-a-picture": "not a picture", "left": "still to fetch",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FileCounts:
    """How many pictures and linked files an archive has by status; ``left`` were not asked for."""

    pictures: Mapping[str, int]
    #: ``None`` where linked files are left out.
    linked: Mapping[str, int] | None = None

    @property
    def failed(self) -> int:
        """How many the server did not give."""
        return self.pictures.get("failed", 0) + (self.linked or {}).get("failed", 0)

    @property
    def trouble(self) -> str:
        """The words for those that failed, or ``""``."""
        noun = "picture" if self.linked is None else "picture or linked file"
        return f"{plural(self.failed, noun)} failed" if self.failed else ""

    def rows(self) -> Iterator[tuple[str, str]]:
        """Name and counts in words, for a table."""
        for name, counts in (("pictures", self.pictures), ("linked files", self.linked)):
            if counts is not None:
                words = (f"{counts[key]:,} {of}" for key, of in _WORDS.items() if counts.get(key))
                yield name, ", ".join(words) or "none"


def counts_as_object(counts: FileCounts | None) -> dict[str, dict[str, int] | None]:
    """The counts as JSON, every status with a number; null for what is left out."""
    pictures, linked = (None, None) if counts is None else (counts.pictures, counts.linked)
    return {"pictures": _by_status(pictures), "linked_files": _by_status(linked)}


def _by_status(counts: Mapping[str, int] | None) -> dict[str, int] | None:
    if counts is None:
        return None
    return {status.replace("-", "_"): counts.get(status, 0) for status in _WORDS}
