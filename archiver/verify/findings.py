"""The results of all checks of an archive: as a table, a line for each finding, or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from archiver.processes import Processes
from archiver.site import Base
from archiver.verify.bodies import words_for_old
from archiver.verify.checks import Checks
from archiver.verify.chosen import Ids
from archiver.verify.fidelity.comparison import Point
from archiver.verify.result_table import counts_table, is_clean
from archiver.warc.file_names import find_warc_files

#: Articles, and bytes of WARC files, that one process has done before others have begun.
_FEW: Final = 100
_LITTLE: Final = 2 * 10**6


@dataclass(slots=True)
class Findings:
    """What the checks of an archive have found."""

    #: The checks of the archive itself, and those of the six points of fidelity.
    points: list[Point]
    fidelity: list[Point]
    #: Sentences about the archive as a whole that are no difference.
    remarks: list[str]
    left_out: list[str]
    count_articles: int | None
    #: Articles that were asked for and are not there.
    missing: list[int] = field(default_factory=list)

    @property
    def problems(self) -> Iterator[str]:
        """The sentences for what differs, and for what was asked for and is not there."""
        for points in (self.points, self.fidelity):
            if not is_clean(points):
                yield f"differs: {', '.join(point.name for point in points if point.differ)}"
        if self.missing:
            yield f"not in the archive: {', '.join(map(str, self.missing))}"

    def lines(self) -> Iterator[str]:
        """The tables, below each the findings and remarks of its checks, one a line."""
        yield from _section(self.points)
        if self.fidelity:
            yield ""
            yield from _section(self.fidelity)
        for remark in self.remarks:
            yield ""
            yield remark
        if self.left_out:
            yield ""
            yield f"left out, as the schema differs: {', '.join(self.left_out)}"

    def as_object(self) -> dict[str, Any]:
        """The part of the JSON of ``scrapy verify --json`` that the checks tell."""
        return {
            "checks": [
                {
                    "name": point.name,
                    "unit": point.unit,
                    "compared": point.compared,
                    "differ": point.differ,
                    "findings": point.findings,
                    "remark": point.remark,
                }
                for point in (*self.points, *self.fidelity)
            ],
            "left_out": self.left_out,
            "remarks": self.remarks,
        }


def find_all(
    checks: Checks,
    files: Mapping[str, Path],
    warc: Path,
    pictures: Path,
    *,
    with_counts: bool,
    with_comments: bool = False,
    base: Base,
    fidelity: bool,
    processes: Processes,
) -> Findings:
    """The results of all checks; ``files`` as ``archiver.run.archive_files`` names them.

    ``warc`` and ``pictures`` are the folders of these files, ``base`` where the blog is read from.
    ``fidelity`` adds the six points of every article; ``processes`` read WARC files and extract
    pages.
    """
    points = checks.of_files(
        files["jsonl"], files["changes"], with_counts=with_counts, with_comments=with_comments
    )
    points += checks.of_warc(warc, processes)
    points += checks.of_pages(warc, base, processes)
    points += checks.of_pictures(pictures)
    found = Findings(points, [], [], checks.left_out, checks.count_articles())
    if fidelity:
        totals = checks.of_fidelity(base)
        found.fidelity = totals.results()
        if totals.without_body:
            words = "without a copy of the body (protected): not compared"
            found.remarks.append(f"{totals.without_body:,} {words}")
    elif old := checks.count_old():
        found.remarks.append(words_for_old(old))
    if found.count_articles:
        found.missing = checks.missing_ids()
    return found


def most_that_help(processes: int, warc: Path, ids: Ids | None) -> int:
    """How many processes to use of so many: one where there is little to do.

    A process needs about as long to begin as for fifty pages.
    """
    if ids is not None and len(ids) < _FEW:
        return 1
    size = sum(path.stat().st_size for path in find_warc_files(warc))
    return processes if size > _LITTLE else 1


def _section(points: list[Point]) -> Iterator[str]:
    yield from counts_table(points)
    if not is_clean(points):
        yield ""
    for point in points:
        yield from (f"{point.name}: {words}" for words in point.findings)
    for point in points:
        if point.remark:
            yield ""
            yield point.remark
