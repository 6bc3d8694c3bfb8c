"""Every sort of fault, now and then and always: what the archive then holds, what reports tell.

Each case has four runs: from nothing in the storm; in calm weather; all pages again in the storm;
in calm weather. After each, the archive is compared with the blog.

`PYTHONPATH=tests python -m rig.matrix` prints the figures of the most telling storms, with `--all`
those of all; with `--json`, what was found.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from replica import Replica, Seen, make_posts

from archiver.demo.posts import Post
from archiver.run.report import FINISHED, Report
from rig import inside

POSTS: Final = 12
SHARES: Final = (0.25, 1.0)
SORTS: Final = (
    "429", "after", "date", "500", "503", "forbidden", "gone", "bare-404", "gate", "new-cookie",
    "reset", "cut", "cut-clean", "longer", "shorter", "drip", "drop", "silent", "timeout",
    "invalid-utf8", "not-html", "big", "other-host", "login", "captive", "wrong",
)  # fmt: skip
#: Several at once, and bursts in which nothing goes through.
MIXTURES: Final[Mapping[str, tuple[dict[str, float], tuple[int, int] | None]]] = {
    "weather": ({"429": 0.1, "503": 0.05, "reset": 0.03, "cut": 0.03}, None),
    "bursts": ({"503": 0.05, "reset": 0.02}, (12, 6)),
    "long bursts": ({"429": 0.02, "timeout": 0.01}, (9, 12)),
    "a bit of all": (dict.fromkeys(SORTS, 0.01), None),
    "much of all": (dict.fromkeys(SORTS, 0.03), None),
}
#: The most telling ones, which every test run goes through: one of each way to fail (an answer that
#: asks to wait, one of a proxy, no connection, half an answer, a lie about its length, nothing for
#: long, broken characters, another page, the gate, a captive portal), and several at once.
TELLING: Final = (
    "429 25%", "503 25%", "503 100%", "gone 100%", "gate 25%", "reset 25%", "reset 100%", "cut 25%",
    "longer 25%", "drip 25%", "drip 100%", "timeout 100%", "invalid-utf8 25%", "not-html 25%",
    "captive 100%", "wrong 25%", "bursts", "much of all",
)  # fmt: skip
_SEED: Final = 20260725
_ROWS: Final = "SELECT id, title, body_text, status FROM articles"


@dataclass
class Case:
    """One storm over one blog; `wrong` has a sentence for everything that should not be."""

    name: str
    #: Exit status of the four runs.
    statuses: list[int] = field(default_factory=list)
    problems: list[str | None] = field(default_factory=list)
    requests: int = 0
    faults: int = 0
    wrong: list[str] = field(default_factory=list)


Storm = tuple[str, dict[str, float], tuple[int, int] | None]


def all_cases() -> Iterator[Storm]:
    """The storms by name, with their shares and bursts."""
    for sort in SORTS:
        for share in SHARES:
            yield f"{sort} {share:.0%}", {sort: share}, None
    for name, (shares, burst) in MIXTURES.items():
        yield name, shares, burst


def cases(*, is_long: bool) -> list[tuple[int, Storm]]:
    """All storms, or the telling ones, with the number that each has among all."""
    return [
        (number, storm)
        for number, storm in enumerate(all_cases())
        if is_long or storm[0] in TELLING
    ]


async def weather(found: list[Case], *, is_long: bool) -> None:
    """All cases, one after the other."""
    for number, (name, shares, burst) in cases(is_long=is_long):
        case = Case(name)
        found.append(case)
        with tempfile.TemporaryDirectory() as folder, Replica(make_posts(POSTS)) as replica:
            trial = Trial(case, replica, Path(folder))
            for part, arguments in enumerate(({}, {"full": "1"})):
                storm = replica.storm(_SEED + 2 * number + part, shares, burst)
                await trial.crawl(arguments)
                case.faults += storm.used
                replica.clear_faults()
                await trial.crawl({}, is_calm=True)


class Trial:
    """One archive, compared with its blog after every run."""

    def __init__(self, case: Case, replica: Replica, folder: Path) -> None:
        self.case = case
        self.replica = replica
        self.folder = folder

    async def crawl(self, arguments: dict[str, str], *, is_calm: bool = False) -> None:
        """One run, and the questions after it."""
        before = len(self.replica.log)
        report = await inside.crawl(
            self.replica.base_url, self.folder, arguments=arguments, DOWNLOAD_TIMEOUT=0.12
        )
        self.case.statuses.append(report.exit_status)
        self.case.problems.append(report.problem)
        self.case.requests = len(self.replica.log)
        self.check(report, denied(self.replica.log[before:]))
        if is_calm and report.exit_status:
            self.complain(f"does not heal: {report.problem}")

    def check(self, report: Report, denied: set[str]) -> None:
        """Nothing wrong stored, and what is missing is told.

        What the blog itself has `denied` may be a tombstone, which keeps its text.
        """
        rows = {row[0]: row[1:] for row in self.query(_ROWS)}
        for post in self.replica.posts:
            row = rows.pop(post.id, None)
            is_denied = f"/archives/{post.id}" in denied
            if row is not None and row not in expected_rows(post, is_denied=is_denied):
                self.complain(f"{post.id} is stored as {row}")
        if rows:
            self.complain(f"stored, but never there: {sorted(rows)}")
        missing = {post.id for post in self.replica.posts} - {
            row[0] for row in self.query("SELECT id FROM articles")
        }
        for sentence in untruths(report, missing):
            self.complain(sentence)

    def complain(self, sentence: str) -> None:
        """Note what should not be."""
        self.case.wrong.append(f"run {len(self.case.statuses)}: {sentence}")

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the archive."""
        with closing(sqlite3.connect(self.folder / "kexue.db")) as connection:
            return connection.execute(sql).fetchall()


def expected_rows(post: Post, *, is_denied: bool) -> list[tuple[Any, ...]]:
    """Title, text and status of a post of `make_posts`, as they may be stored."""
    number = post.id
    text = (
        f"这是第{number}篇短文，讨论$x^2={number}$的解，参考另一篇。\n\n推导\n\n两边开方即得\n"
        f"\\begin{{equation}}x=\\pm\\sqrt{{{number}}}\\label{{eq:{number}}}\\end{{equation}}\n"
        f"见式$\\eqref{{eq:{number}}}$。\n\n第{number}句引文。"
    )
    statuses = ("published", "gone") if is_denied else ("published",)
    return [(f"短文{number}", text, status) for status in statuses]


def denied(log: list[Seen]) -> set[str]:
    """The paths that the blog's own page said to be gone."""
    return {seen.path for seen in log if seen.fault == "gone"}


def untruths(report: Report, missing: set[int]) -> Iterator[str]:
    """What a report claims or conceals, given the articles that the archive does not have."""
    named = [*report.failed, *report.missing, *report.suspicious]
    unnamed = missing - {failure.article for failure in named}
    if report.exit_status == 0 and missing:
        yield f"claims to be complete without {sorted(missing)}"
    pages = [failure.url for failure in named if failure.article is None]
    if unnamed and not pages and report.ending == FINISHED:
        yield f"says nothing of {sorted(unnamed)}"
    if report.listed == POSTS and len(unnamed) != report.left:
        yield f"says that {report.left} are left of {sorted(unnamed)}"


def figures(found: list[Case], seconds: float) -> list[str]:
    """The lines that tell how it went."""
    first = Counter(case.statuses[0] for case in found)
    wrong = [f"{case.name}: {sentence}" for case in found for sentence in case.wrong]
    return [
        f"{len(found)} storms, {sum(case.faults for case in found):,} faults in"
        f" {sum(case.requests for case in found):,} requests, {seconds:.0f} s",
        f"the first run: {first[0]} complete, {first[1]} with a report of what is missing",
        f"wrong: {len(wrong)}",
        *wrong,
    ]


def main() -> None:
    """Go through all weathers and tell."""
    start = time.monotonic()
    found: list[Case] = []
    inside.run(weather(found, is_long="--all" in sys.argv))
    is_json = "--json" in sys.argv
    lines = figures(found, time.monotonic() - start)
    lines = [json.dumps([asdict(case) for case in found], ensure_ascii=False)] if is_json else lines
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
