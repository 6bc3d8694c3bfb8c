"""All measurements one after another, for RESULTS.md and RESULTS.json beside this file.

    python benchmarks/run.py                  # those that take no longer than ten minutes together
    python benchmarks/run.py extract peers    # only these; the other results stay as they are
    python benchmarks/run.py --long           # the long ones too: of 20,000 articles, for example

Each is a process of its own. The exit status is 1 when one of them fails, which is named, and 2
for names that there are not. The results are written after each measurement, so that nothing is
lost when the run is interrupted.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Final

import results_page
from commands import ROOT
from figures import Measured
from machine import QUIET, load, machine, versions
from results import Circumstances, Result, Results

_FOLDER: Final = ROOT / "benchmarks"
#: A measurement that takes longer is ended, in seconds: it hangs.
_LIMIT: Final = 600
_LONG_LIMIT: Final = 3600


@dataclass(frozen=True)
class Measurement:
    """One program of this folder, with the words of its command line."""

    name: str
    title: str
    words: tuple[str, ...]
    is_long: bool = False
    #: The sizes of the archives that it needs, which are made beforehand and kept.
    archives: tuple[int, ...] = ()

    @property
    def command(self) -> str:
        """What is typed for its table."""
        return " ".join(("python", f"benchmarks/{self.words[0]}.py", *self.words[1:]))

    @property
    def limit(self) -> int:
        """The seconds after which it is ended."""
        return _LONG_LIMIT if self.is_long else _LIMIT


MEASUREMENTS: Final = (
    Measurement("extract", "Extraction of a dense page", ("extract",)),
    Measurement("peers", "Other libraries", ("peers",)),
    Measurement("growth", "Growth with the page", ("growth",)),
    Measurement("memory", "Memory for a page of 1 MB", ("memory",)),
    Measurement("crawl", "An added article in a crawl", ("crawl",)),
    Measurement("save", "Save and index", ("save",)),
    Measurement("large", "Large archives", ("large",), archives=(1500, 15_000)),
    Measurement("reparse", "Reparse", ("reparse", "300")),
    Measurement("rebuild", "Rebuild from WARC files", ("rebuild", "200")),
    Measurement("warc", "WARC files", ("warc", "200")),
    Measurement("search", "Search", ("search",)),
    Measurement("exports", "Exports", ("exports",), archives=(1500,)),
    Measurement("crawl-15000", "First crawl of 15,000 articles", ("crawl", "1500", "15000"), True),
    Measurement("search-20000", "Search in 20,000 articles", ("search", "20000"), True),
    Measurement(
        "exports-15000", "Exports of 15,000 articles", ("exports", "15000"), True, (15_000,)
    ),
)  # fmt: skip
_BY_NAME: Final = {measurement.name: measurement for measurement in MEASUREMENTS}


def main(words: Sequence[str] | None = None, folder: Path = _FOLDER) -> int:
    """Measure what the command line says; returns the exit status.

    ``folder`` is where RESULTS.json and RESULTS.md are.
    """
    chosen = _chosen(words)
    data, page = folder / "RESULTS.json", folder / "RESULTS.md"
    results = Results.read(data)
    under = circumstances()
    if under.load > QUIET:
        _say(f"{under.load:.1f} processors are busy with other work: times will be too high")
    for place, measurement in enumerate(chosen, 1):
        _say(f"{place}/{len(chosen)} {measurement.command}")
        results = with_result(results, measurement, under)
        results.write(data)
        results_page.write(results, page)
    failed = [results.by_name[m.name] for m in chosen if results.by_name[m.name].failed]
    for result in failed:
        _say(f"{result.command} failed: {result.failed}")
    _say(f"written: {page.name} and {data.name} in {folder.name}/")
    return 1 if failed else 0


def _chosen(words: Sequence[str] | None) -> list[Measurement]:
    """What the command line names; exits with status 2 for names that there are not."""
    parser = argparse.ArgumentParser(description="Measure, and write benchmarks/RESULTS.md.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(_BY_NAME)}")
    parser.add_argument("--long", action="store_true", help="also those that take long")
    given = parser.parse_args(words)
    if unknown := [name for name in given.names if name not in _BY_NAME]:
        parser.error(f"no measurement {', '.join(unknown)}; there are {', '.join(_BY_NAME)}")
    if given.names:
        return [m for m in MEASUREMENTS if m.name in given.names]
    return [m for m in MEASUREMENTS if given.long or not m.is_long]


def circumstances() -> Circumstances:
    """Those of this run."""
    at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Circumstances(at, machine(), versions(), round(load(), 2))


# --- One measurement ------------------------------------------------------------------------------


def with_result(results: Results, measurement: Measurement, under: Circumstances) -> Results:
    """The results with those of a measurement that is done now."""
    new = Result(measurement.title, measurement.command, "", 0.0, under)
    old = results.by_name.get(measurement.name, new)
    old = replace(old, title=measurement.title, command=measurement.command)
    start = monotonic()
    try:
        make_archives(measurement)
        start = monotonic()
        measured = measure(measurement)
    except RuntimeError as error:
        result = old.failed_by(str(error), monotonic() - start, under)
    else:
        result = old.succeeded_by(measured, monotonic() - start, under)
    return Results(_in_order({**results.by_name, measurement.name: result}))


def _in_order(by_name: dict[str, Result]) -> dict[str, Result]:
    """In the order of ``MEASUREMENTS``, without those that there are no more."""
    return {name: by_name[name] for name in _BY_NAME if name in by_name}


def make_archives(measurement: Measurement) -> None:
    """Make the archives that it needs and that are not there: minutes, once, and none of its time.

    ``RuntimeError`` with the reason where one cannot be made.
    """
    if not measurement.archives:
        return
    command = [sys.executable, str(_FOLDER / "archives.py"), *map(str, measurement.archives)]
    status, _, told = _finished(command, _LONG_LIMIT)
    if status:
        raise RuntimeError(_last_line(told) or f"exit status {status}")


def measure(measurement: Measurement, folder: Path = _FOLDER) -> Measured:
    """Run its program; ``RuntimeError`` with the reason where that gives no figures."""
    program, *words = measurement.words
    command = [sys.executable, str(folder / f"{program}.py"), *words, "--json"]
    status, output, told = _finished(command, measurement.limit)
    if status:
        raise RuntimeError(_last_line(told) or f"exit status {status}")
    try:
        return Measured.from_json(_last_line(output))
    except ValueError as error:
        raise RuntimeError(f"its output is no measurement: {error}") from error


def _finished(command: list[str], limit: int) -> tuple[int, str, str]:
    """Exit status and output of a command; at an early end all that it has started ends too."""
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as process:
        try:
            output, told = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return 1, "", f"it took more than {limit} s and was ended"
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return process.returncode, output, told


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends what it has started too
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("interrupted: what was measured is in benchmarks/RESULTS.md")
    except ValueError as error:
        sys.exit(str(error))
