"""The results of the benchmarks as a page for people: ``RESULTS.md``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from figures import number
from results import Circumstances, Compared, Result, Results

FILE: Final = Path(__file__).with_name("RESULTS.md")
_HEAD: Final = (
    "# Results of the benchmarks",
    "",
    "Written by `make bench`, from `RESULTS.json` beside it. A ratio is the value in units of the"
    " one before, which the run before has measured on the same machine; one of 0.5 is half of it."
    " Times of the processor count what all processes of a command have used.",
)
_TO_REACH: Final = ("what", "value", "unit", "before", "ratio", "to reach")
_WITHOUT_TARGET: Final = ("what", "value", "unit", "before", "ratio")


def page(results: Results) -> str:
    """The text of the page: first what there is to reach, then each measurement."""
    found = list(results.by_name.values())
    lines = [*_HEAD, "", *_circumstances(found), *_failures(found), *_goals(found)]
    for result in found:
        lines += _section(result)
    return "\n".join(lines) + "\n"


def _circumstances(results: Sequence[Result]) -> Iterator[str]:
    """Machine and versions of the newest measurement; others are told in their sections."""
    if not results:
        return
    newest = _newest(results)
    yield f"- Machine: {newest.machine}"
    yield f"- Versions: {newest.versions}"
    yield f"- Last run: {newest.at}, {newest.load:.1f} processors busy before it"
    minutes = sum(result.seconds for result in results) / 60
    yield f"- All measurements together: {minutes:.1f} minutes"
    yield ""


def _newest(results: Sequence[Result]) -> Circumstances:
    return max((result.under for result in results), key=lambda under: under.at)


def _failures(results: Sequence[Result]) -> Iterator[str]:
    failed = [result for result in results if result.failed]
    for result in failed:
        yield f"**Failed: {result.title}** (`{result.command}`): {result.failed}"
        yield ""


def _goals(results: Sequence[Result]) -> Iterator[str]:
    """The figures that have a value to reach, of all measurements."""
    goals = [figure for result in results for figure in result.figures if figure.target is not None]
    if goals:
        yield from ("## What there is to reach", "")
        yield from _table(_TO_REACH, [_cells(figure) for figure in goals])


def _section(result: Result) -> Iterator[str]:
    yield from (f"## {result.title}", "")
    yield from (f"`{result.command}`: {result.how}.", "") if result.how else ()
    yield from _dates(result)
    if result.figures:
        width = len(_WITHOUT_TARGET)
        yield from _table(_WITHOUT_TARGET, [_cells(figure)[:width] for figure in result.figures])


def _dates(result: Result) -> Iterator[str]:
    """When the values were measured, and those before."""
    now = f"Measured {result.under.at} in {result.seconds:.0f} s: {result.under.versions}"
    yield f"{now}, on {result.under.machine}."
    if result.before is not None:
        yield f"Before: {result.before.at}, {result.before.versions}."
    yield ""


def _table(head: Sequence[str], rows: list[list[str]]) -> Iterator[str]:
    aligned = ["---", *("---:" if name != "unit" else "---" for name in head[1:])]
    yield from (_line(head), _line(aligned), *map(_line, rows), "")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(figure: Compared) -> list[str]:
    values = (figure.value, figure.before, figure.ratio, figure.target)
    value, before, ratio, target = ("" if value is None else number(value) for value in values)
    what = figure.what.replace("\\", r"\\").replace("|", r"\|").replace("_", r"\_")
    return [what, value or "failed", figure.unit, before, ratio, target]


def write(results: Results, path: Path = FILE) -> None:
    """Write the page."""
    path.write_text(page(results), "utf-8")
