"""The results of the benchmarks as data: ``RESULTS.json``, from which ``RESULTS.md`` is made.

A figure that is measured again keeps the value that it had before, if it was measured on the same
machine. What is not measured in a run stays as it was.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

from figures import Figure, Measured

FILE: Final = Path(__file__).with_name("RESULTS.json")


@dataclass(frozen=True)
class Compared:
    """A figure, and what it was in the run before.

    ``value`` is ``None`` where the last run did not give it.
    """

    key: str
    what: str
    value: float | None
    unit: str
    target: float | None = None
    before: float | None = None

    @classmethod
    def of(cls, figure: Figure, before: float | None) -> Self:
        """A figure that was measured just now."""
        return cls(**asdict(figure), before=before)

    @property
    def ratio(self) -> float | None:
        """The value in units of the one before; ``None`` where one is missing, or that one is 0."""
        return self.value / self.before if self.value is not None and self.before else None

    @property
    def last(self) -> float | None:
        """The newest value there is."""
        return self.before if self.value is None else self.value


@dataclass(frozen=True)
class Circumstances:
    """When figures were measured, with what, and how busy the machine was before (processors)."""

    at: str
    machine: str
    versions: str
    load: float


@dataclass(frozen=True)
class Result:
    """One measurement; ``failed`` has the reason where it gave no figures in its last run."""

    title: str
    command: str
    how: str
    #: What it took, by the clock.
    seconds: float
    under: Circumstances
    figures: tuple[Compared, ...] = ()
    #: When the values before were measured, and with which versions.
    before: Circumstances | None = None
    failed: str | None = None

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Self:
        """The result of its JSON object."""
        before = given["before"]
        changed = {
            "under": Circumstances(**given["under"]),
            "figures": tuple(Compared(**figure) for figure in given["figures"]),
            "before": None if before is None else Circumstances(**before),
        }
        return cls(**{**given, **changed})

    def succeeded_by(self, measured: Measured, seconds: float, under: Circumstances) -> Result:
        """The result of the same measurement, done again."""
        is_same = self.under.machine == under.machine
        old = {figure.key: figure.last for figure in self.figures} if is_same else {}
        compared = tuple(Compared.of(f, old.get(f.key)) for f in measured.figures)
        return replace(
            self, how=measured.how, seconds=seconds, under=under, figures=compared, failed=None,
            before=self._circumstances_before() if any(old.values()) else None,
        )  # fmt: skip

    def failed_by(self, reason: str, seconds: float, under: Circumstances) -> Result:
        """The same measurement, which gave nothing this time: its last values are those before."""
        is_same = self.under.machine == under.machine
        lost = tuple(
            replace(figure, value=None, before=figure.last if is_same else None)
            for figure in self.figures
        )
        before = self._circumstances_before() if is_same else None
        return replace(
            self, figures=lost, seconds=seconds, under=under, failed=reason, before=before
        )

    def _circumstances_before(self) -> Circumstances | None:
        """Those of the newest values that there are."""
        return self.before if self.failed else self.under


@dataclass(frozen=True)
class Results:
    """All measurements by name, in the order of their sections."""

    by_name: dict[str, Result] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path = FILE) -> Self:
        """Those of a file; none where there is no file. ``ValueError`` for one that is not ours."""
        if not path.exists():
            return cls()
        try:
            given = json.loads(path.read_text("utf-8"))
            return cls({name: Result.from_dict(result) for name, result in given.items()})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"{path} holds no results ({error}): remove it") from error

    def write(self, path: Path = FILE) -> None:
        """Write them to a file as a whole."""
        objects = {name: asdict(result) for name, result in self.by_name.items()}
        unfinished = path.with_name(f"{path.name}.new")
        unfinished.write_text(json.dumps(objects, ensure_ascii=False, indent=1) + "\n", "utf-8")
        unfinished.replace(path)
