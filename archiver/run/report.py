"""The report of a run: the table at its end, its sentence of trouble, its exit status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from archiver.run.file_counts import FileCounts, counts_as_object
from archiver.store.comment_pages import CommentTotals
from archiver.terminal.durations import format_seconds
from archiver.terminal.program import typed
from archiver.terminal.text_tables import layout_table

#: The most addresses of a kind that the table names.
_NAMED: Final = 20
#: The beginning of the sentence that says what is missing.
INCOMPLETE: Final = "the archive is not complete"
#: The ending of a run that was not stopped, in the words of the engine.
FINISHED: Final = "finished"


@dataclass(frozen=True, slots=True)
class Failure:
    """An address that could not be read."""

    url: str
    article: int | None
    reason: str


@dataclass(slots=True)
class Report:
    """The outcome of one run."""

    mode: str
    #: ``finished``, or why the run ended early.
    ending: str
    listed: int
    archived: int
    new: int
    changed: int
    unchanged: int
    protected: int
    #: Found to be no longer there; their copies stay.
    gone: int
    without_body: int
    #: Listed, not archived and not asked for (``limit``, ``since``, or the run ended before).
    left: int
    missing: list[Failure] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    #: Read, but not believed: they look like a changed theme.
    suspicious: list[Failure] = field(default_factory=list)
    #: Not read, and not needed: the feed, which only adds exact times.
    without: list[Failure] = field(default_factory=list)
    #: Articles with comments that were not believed; what is archived of them stays.
    comment_doubts: list[Failure] = field(default_factory=list)
    #: The comments in the archive; ``None`` where the blog has none, or it cannot be read.
    comments: CommentTotals | None = None
    #: Pictures and other files that this run asked for and did not get.
    pictures: list[Failure] = field(default_factory=list)
    #: What the archive has of them; ``None`` where they are left out.
    file_counts: FileCounts | None = None
    doubtful: int = 0
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0
    files: Mapping[str, Path] = field(default_factory=dict)
    #: The sentence for a file that is not the one that was written.
    exchanged: str | None = None

    @property
    def is_partial(self) -> bool:
        """True when the run was asked for a part of the blog only."""
        return self.mode in {"ids", "partial", "readers", "pictures"}

    @property
    def problem(self) -> str | None:
        """One sentence that says which promise does not hold and what to do, or ``None``."""
        if self.exchanged is not None:
            return self.exchanged
        if self.ending != FINISHED:
            left = f"; {self.left:,} are not read yet" if self.left else ""
            return f"the run ended early ({self.ending}){left}; the next run goes on from there"
        if self.failed and not self.listed and self.mode != "ids":
            first = self.failed[0]
            return f"the blog cannot be read: {first.url}: {first.reason}; is KEXUE_BASE_URL right?"
        trouble = ", ".join(filter(None, self._troubles()))
        if not trouble:
            return self._problem_of_files
        look = f"; has the theme changed? Look at {typed('history ID')}"
        advice = look if self.suspicious else ""
        files = f" and {self._files_failed}" if self._files_failed else ""
        where = f"{trouble} (the table failures names them){files}"
        return f"{INCOMPLETE}: {where}{advice}; {self._what_next}"

    @property
    def _files_failed(self) -> str:
        words = "" if self.file_counts is None else self.file_counts.trouble
        return f"{words} ({typed('status')} names them)" if words else ""

    @property
    def _problem_of_files(self) -> str | None:
        """The sentence of a run that has all articles, but not what they show."""
        if not self._files_failed:
            return None
        return f"{INCOMPLETE}: {self._files_failed}; the next run tries them again"

    @property
    def _what_next(self) -> str:
        if self.mode == "ids":
            return "the next run tries those first that the blog lists"
        return "the next run tries them first"

    def _troubles(self) -> Iterator[str]:
        wanted = "asked for" if self.mode == "ids" else "listed"
        yield f"{len(self.missing)} {wanted} but missing" if self.missing else ""
        yield f"{len(self.failed)} failed" if self.failed else ""
        yield f"{len(self.suspicious)} suspicious and not taken" if self.suspicious else ""
        yield f"{self.left} not read" if self.left and not self.is_partial else ""

    @property
    def exit_status(self) -> int:
        """0 when the promises hold, 1 when they do not."""
        return 0 if self.problem is None else 1

    @property
    def outcome(self) -> str:
        """``ok``, or the sentence of trouble."""
        return self.problem or "ok"

    def counts(self) -> dict[str, int]:
        """The numbers of the run, by the names of the columns of ``runs``."""
        return {
            "listed": self.listed,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "protected": self.protected,
            "gone": self.gone,
            "missing": len(self.missing),
            "failed": len(self.failed),
            "suspicious": len(self.suspicious),
            "unread": self.left,
            "requests": self.requests,
            "bytes": self.bytes,
        }

    def row(self) -> dict[str, Any]:
        """The columns of ``runs`` that this report fills."""
        return {**self.counts(), "outcome": self.outcome, "ending": self.ending}

    def as_object(self) -> dict[str, Any]:
        """The report as JSON for a hook: the row, what is named in it, and the exit status."""
        named = self._named()
        return {
            "mode": self.mode,
            "exit_status": self.exit_status,
            "outcome": self.outcome,
            "ending": self.ending,
            "archived": self.archived,
            "seconds": round(self.seconds, 1),
            "counts": self.counts(),
            "comments": self.comments and asdict(self.comments),
            **counts_as_object(self.file_counts),
            "named": {name: [asdict(entry) for entry in rows] for name, rows in named.items()},
            "files": {name: str(path) for name, path in self.files.items()},
        }

    def _named(self) -> dict[str, list[Failure]]:
        return {
            "missing": self.missing,
            "failed": self.failed,
            "suspicious": self.suspicious,
            "without": self.without,
            "comments": self.comment_doubts,
            "pictures": self.pictures,
        }

    def lines(self) -> list[str]:
        """The table as lines of text."""
        counts = {
            "listed": self.listed,
            "archived": self.archived,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "protected": self.protected,
            "gone": self.gone,
            "empty bodies": self.without_body,
            "left for later": self.left,
            "missing": len(self.missing),
            "failed": len(self.failed),
            "suspicious": len(self.suspicious),
            "doubtful values": self.doubtful,
        }
        optional = {"gone", "empty bodies", "left for later", "suspicious", "doubtful values"}
        rows = [(name, f"{n:,}") for name, n in counts.items() if n or name not in optional]
        if self.comments is not None:
            rows.append(("comments", self.comments.words))
        if self.file_counts is not None:
            rows += self.file_counts.rows()
        rows += [("requests", f"{self.requests:,}"), ("received", f"{self.bytes / 1e6:,.1f} MB")]
        rows += [("time", format_seconds(self.seconds))]
        rows += [(name, str(path)) for name, path in self.files.items()]
        named = self._named()
        return [
            *layout_table(rows, "ll", indent="  "),
            *(line for name, entries in named.items() for line in _named(name, entries)),
        ]


def _named(title: str, failures: list[Failure]) -> list[str]:
    lines = [f"  {title}: {failure.url}  {failure.reason}" for failure in failures[:_NAMED]]
    if len(failures) > _NAMED:
        table = "file_addresses" if title == "pictures" else "failures"
        lines.append(f"  {title}: … and {len(failures) - _NAMED} more, all in the table {table}")
    return lines
