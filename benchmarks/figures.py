"""What a measurement gives: figures, with how they came about. As a table, or as JSON.

Each program of this folder that measures is called alone for its table, and with ``--json`` by
``run.py``, which reads the object of its last line of output.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from archiver.terminal.text_width import width

_JSON = "--json"


@dataclass(frozen=True)
class Figure:
    """One measured value. Less is better, unless ``target`` is a count or a ratio to reach."""

    #: Its name among those of its measurement: the same in every run, whatever the words.
    key: str
    #: What was measured, for people.
    what: str
    value: float
    unit: str
    #: The value to reach, where there is one.
    target: float | None = None


@dataclass(frozen=True)
class Measured:
    """The figures of one measurement; ``how`` says in sentences how they were measured."""

    how: str
    figures: tuple[Figure, ...]

    def as_json(self) -> str:
        """The object that ``from_json`` reads, on one line."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The measurement of such an object; ``ValueError`` for anything else."""
        try:
            given: dict[str, Any] = json.loads(text)
            return cls(given["how"], tuple(Figure(**figure) for figure in given["figures"]))
        except (TypeError, KeyError) as error:
            raise ValueError(f"no measurement: {error}") from error


def program(title: str, measure: Callable[[list[str]], Measured]) -> None:
    """Measure with the words of the command line, and print the figures."""
    words = [word for word in sys.argv[1:] if word != _JSON]
    measured = measure(words)
    print(measured.as_json() if _JSON in sys.argv else table(title, measured))


def table(title: str, measured: Measured) -> str:
    """The figures as lines below a title."""
    rows = [("", "", "", "to reach"), *map(_row, measured.figures)]
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    lines = [f"{title}: {measured.how}"]
    for what, value, unit, target in rows:
        padded = what + " " * (widths[0] - width(what))
        line = f"  {padded}  {value:>{widths[1]}} {unit:<{widths[2]}}  {target:>{widths[3]}}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, str, str, str]:
    target = "" if figure.target is None else number(figure.target)
    return figure.what, number(figure.value), figure.unit, target


def number(value: float) -> str:
    """A value with three digits that count, and all those before the point: ``19.4``, ``1,234``."""
    if value == round(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def counts(words: Sequence[str], *defaults: int) -> list[int]:
    """The numbers of a command line; the defaults where it has none."""
    return [int(word) for word in words] or list(defaults)
