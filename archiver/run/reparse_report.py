"""The report of a reading without network: its table, its sentence of trouble, its exit status."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from archiver.reparsing.reparsed_article import Refused
from archiver.run.report import FINISHED
from archiver.store.corrections import Correction
from archiver.terminal.durations import format_seconds
from archiver.terminal.plural import plural
from archiver.terminal.program import typed
from archiver.terminal.text_tables import layout_table

#: The most articles that stay as they are that the table names.
_NAMED: Final = 20


def words_for_reparse(count: int) -> str:
    """The line that says that so many articles are as an earlier version has read them."""
    them = "them" if count > 1 else "it"
    are = "are" if count > 1 else "is"
    return (
        f"{plural(count, 'article')} {are} as an earlier version read {them};"
        f" {typed('reparse')} reads {them} again, without a network"
    )


@dataclass(slots=True)
class Corrected:
    """An article that was corrected."""

    article: int
    #: Columns of ``articles`` and names of other tables.
    differs: tuple[str, ...]
    #: Edits that only an earlier version has seen, and those that it has overlooked.
    withdrawn: int
    found: int

    def line(self) -> str:
        """``6583: body_html, links; 1 edit withdrawn``."""
        edits = [
            f"{plural(count, 'edit')} {word}"
            for count, word in ((self.withdrawn, "withdrawn"), (self.found, "found"))
            if count
        ]
        return "; ".join([f"{self.article}: {', '.join(self.differs)}", *edits])


@dataclass(slots=True)
class ReparseReport:
    """What was read again, and what came of it."""

    #: The articles that were to be read.
    planned: int = 0
    unchanged: int = 0
    corrected: list[Corrected] = field(default_factory=list)
    #: Articles that stay as they are, and why.
    refused: list[Refused] = field(default_factory=list)
    #: ``finished``, or why it ended early.
    ending: str = FINISHED
    #: The sentence for a file that is not the one that was written.
    exchanged: str | None = None
    seconds: float = 0.0

    def count(self, outcome: Correction | Refused) -> None:
        """Count what was stored of an article."""
        if isinstance(outcome, Refused):
            self.refused.append(outcome)
        elif outcome.differs:
            self.corrected.append(
                Corrected(outcome.article, outcome.differs, outcome.withdrawn, outcome.found)
            )
        else:
            self.unchanged += 1

    @property
    def done(self) -> int:
        """How many articles have been dealt with."""
        return self.unchanged + len(self.corrected) + len(self.refused)

    @property
    def withdrawn(self) -> int:
        """Edits that only an earlier version has seen."""
        return sum(each.withdrawn for each in self.corrected)

    @property
    def found(self) -> int:
        """Edits that an earlier version has overlooked."""
        return sum(each.found for each in self.corrected)

    @property
    def problem(self) -> str | None:
        """One sentence that says what is not as it should be and what to do, or ``None``."""
        if self.exchanged is not None:
            return self.exchanged
        if self.ending != FINISHED:
            left = self.planned - self.done
            again = typed("reparse")
            return f"ended early ({self.ending}); {left:,} not read yet; {again} goes on from there"
        if self.refused:
            count = plural(len(self.refused), "article")
            first = self.refused[0]
            stay = "stays as it is" if len(self.refused) == 1 else "stay as they are"
            return f"{count} {stay}; the first is {first.article}: {first.reason}"
        return None

    @property
    def exit_status(self) -> int:
        """0 when all that was to be read has been read, else 1."""
        return 0 if self.problem is None else 1

    def lines(self, *, verbose: bool) -> Iterator[str]:
        """The table as lines of text; ``verbose`` names each article that was corrected."""
        counts = {
            "read again": self.done,
            "unchanged": self.unchanged,
            "corrected": len(self.corrected),
            "edits withdrawn": self.withdrawn,
            "edits found": self.found,
            "not readable": len(self.refused),
        }
        optional = {"edits withdrawn", "edits found", "not readable"}
        rows = [(name, f"{n:,}") for name, n in counts.items() if n or name not in optional]
        yield from layout_table([*rows, ("time", format_seconds(self.seconds))], "ll", indent="  ")
        if verbose:
            yield from (f"  corrected: {each.line()}" for each in self.corrected)
        yield from (f"  not readable: {r.article}: {r.reason}" for r in self.refused[:_NAMED])
        if len(self.refused) > _NAMED:
            yield f"  not readable: … and {len(self.refused) - _NAMED:,} more"

    def as_object(self) -> dict[str, Any]:
        """The report as JSON; the command's docstring describes its keys."""
        return {
            "ok": self.problem is None,
            "problem": self.problem,
            "ending": self.ending,
            "planned": self.planned,
            "read": self.done,
            "unchanged": self.unchanged,
            "corrected": [asdict(each) for each in self.corrected],
            "withdrawn": self.withdrawn,
            "found": self.found,
            "not_readable": [asdict(each) for each in self.refused],
            "seconds": round(self.seconds, 1),
        }
