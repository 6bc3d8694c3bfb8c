"""What an export is asked for, and what it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlite_utils import Database

from archiver.reading.exports.selection import Selection
from archiver.terminal.plural import plural

#: How many names of kept files a sentence has.
_MOST_NAMES: Final = 5


@dataclass(frozen=True)
class Job:
    """An archive at one moment, and where which of its articles go."""

    db: Database
    target: Path
    selection: Selection = field(default_factory=Selection)
    #: True to overwrite and remove own files that somebody has changed since.
    is_forced: bool = False
    #: Is told after each article how many are done, and how many there are.
    advance: Callable[[int, int], None] = lambda _done, _all: None
    #: The folder of the archive's WARC files.
    warc_folder: Path = Path("warc")
    #: The data folder of the archive, in which its files are; ``None`` leaves them out.
    data: Path | None = None
    #: False to leave out the comments of readers where the kind has them as a part of its own.
    has_comments: bool = True


@dataclass
class Outcome:
    """The files of a target: how many an export wrote, left as they were, and removed."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    #: Own files that somebody has changed, and what others have put in the places of files, by
    #: their names in the target: both stay.
    edited: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    #: Sentences about what the archive should have and has not, with what to do.
    incomplete: list[str] = field(default_factory=list)
    #: What else is to be said of the target, below the closing line.
    notes: list[str] = field(default_factory=list)

    def line(self, target: Path) -> str:
        """The closing line: ``vault: 3 files written, 59 unchanged, 1 removed``."""
        counts = f"{self.unchanged:,} unchanged, {self.removed:,} removed"
        return f"{target}: {plural(self.written, 'file')} written, {counts}"

    def complaints(self, target: Path) -> list[str]:
        """The sentences about what stays; none when the target is as the archive is."""
        found = [*self.incomplete]
        if self.edited:
            found.append(
                f"in {target} stays what somebody has changed: {_names(self.edited)}; rename what"
                " you want to keep, or give --force to replace it"
            )
        if self.foreign:
            found.append(
                f"in {target} stays what is not of an export: {_names(self.foreign)}; move it away,"
                " the next export writes its own there"
            )
        return found


def _names(names: list[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")
