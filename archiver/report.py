"""What a run has done: the table at its end, its line of trouble, its exit status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

#: As many names of missing or failed articles as a person reads.
_NAMED: Final = 20
#: How the engine says that a run went to its end.
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
    without_body: int
    #: Listed, not archived and not asked for (``limit``, ``since``, or the run ended before).
    left: int
    missing: list[Failure] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)
    doubtful: int = 0
    requests: int = 0
    bytes: int = 0
    seconds: float = 0.0
    files: Mapping[str, Path] = field(default_factory=dict)

    @property
    def is_partial(self) -> bool:
        """Was the run asked for a part of the blog only?"""
        return self.mode in {"ids", "partial"}

    @property
    def problem(self) -> str | None:
        """One sentence that says which promise does not hold and what to do, or ``None``."""
        if self.ending != FINISHED:
            return f"the run ended early ({self.ending}); the next run goes on with what is left"
        if self.failed and not self.listed and self.mode != "ids":
            first = self.failed[0]
            return f"the blog cannot be read: {first.url}: {first.reason}; is KEXUE_BASE_URL right?"
        wanted = "asked for" if self.mode == "ids" else "listed"
        trouble = [
            f"{len(self.missing)} {wanted} but missing" if self.missing else "",
            f"{len(self.failed)} failed" if self.failed else "",
            f"{self.left} not read" if self.left and not self.is_partial else "",
        ]
        if not any(trouble):
            return None
        return (
            f"the archive is not complete: {', '.join(filter(None, trouble))}"
            " (named above and in the table failures); the next run tries them first"
        )

    @property
    def exit_status(self) -> int:
        """0 when the promises hold, 1 when they do not."""
        return 0 if self.problem is None else 1

    def lines(self) -> list[str]:
        """The table as lines of text."""
        counts = {
            "listed": self.listed,
            "archived": self.archived,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "protected": self.protected,
            "without body": self.without_body,
            "left for later": self.left,
            "missing": len(self.missing),
            "failed": len(self.failed),
            "doubtful values": self.doubtful,
        }
        optional = {"without body", "left for later", "doubtful values"}
        rows = [(name, f"{n:,}") for name, n in counts.items() if n or name not in optional]
        rows += [("requests", f"{self.requests:,}"), ("received", f"{self.bytes / 1e6:,.1f} MB")]
        rows += [("time", format_seconds(self.seconds))]
        rows += [(name, str(path)) for name, path in self.files.items()]
        width = max(len(name) for name, _ in rows)
        table = [f"  {name:<{width}}  {value}" for name, value in rows]
        return [*table, *_named("missing", self.missing), *_named("failed", self.failed)]


def _named(title: str, failures: list[Failure]) -> list[str]:
    lines = [f"  {title}: {failure.url}  {failure.reason}" for failure in failures[:_NAMED]]
    if len(failures) > _NAMED:
        lines.append(f"  {title}: … and {len(failures) - _NAMED} more, all in the table failures")
    return lines


def format_seconds(seconds: float) -> str:
    """``75.3`` → ``1 min 15 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s"
