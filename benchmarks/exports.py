"""How long exports take and how much memory: an archive of as many articles as the arguments say.

    python benchmarks/exports.py              # 1,500 articles, a few more than the blog has
    python benchmarks/exports.py 1500 15000   # and whether the memory grows with the archive
    python benchmarks/exports.py 15000 site   # one kind

The archives are those of ``archives.py``. WACZ is left out: it copies WARC files, of which these
have few.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from archives import copy_of_archive
from commands import RSS_UNIT
from figures import Figure, Measured, counts, program

from archiver.reading.exports.job import Job
from archiver.reading.exports.kinds import KINDS
from archiver.store.read_only import open_for_reading

_ARTICLES: Final = 1500
#: Made of captures alone.
_CAPTURED: Final = "wacz"
_ONE: Final = "--export"


def measure(words: list[str]) -> Measured:
    """Each kind of export that the command line names, or all, of each size."""
    kinds = [word for word in words if word in KINDS] or [k for k in KINDS if k != _CAPTURED]
    sizes = counts([word for word in words if word not in KINDS], _ARTICLES)
    figures = [figure for size in sizes for figure in _figures_of(size, kinds)]
    how = (
        "each in a process of its own, first into nothing, then again with nothing changed;"
        " processor time without start-up, once; memory is the peak of the resident set"
    )
    return Measured(how, tuple(figures))


def _figures_of(size: int, kinds: list[str]) -> Iterator[Figure]:
    with copy_of_archive(size) as folder, tempfile.TemporaryDirectory() as targets:
        for kind in kinds:
            yield from _figures(kind, size, folder / "kexue.db", Path(targets) / kind)


def _figures(kind: str, size: int, path: Path, target: Path) -> Iterator[Figure]:
    first, again = (_in_own_process(kind, path, target) for _ in range(2))
    what = f"{kind}, {size:,} articles"
    yield Figure(f"{kind} {size} first", what, first["processor"], "s")
    yield Figure(f"{kind} {size} again", f"{what}, again", again["processor"], "s")
    peak = max(first["peak_mb"], again["peak_mb"])
    yield Figure(f"{kind} {size} memory", f"{what}, memory", peak, "MB")
    yield Figure(f"{kind} {size} disk", f"{what}, on the disk", _size_of(target) / 1e6, "MB")


def _size_of(target: Path) -> int:
    """The bytes of a file, or of the files in a folder."""
    return sum(path.stat().st_size for path in (target, *target.rglob("*")) if path.is_file())


def _in_own_process(kind: str, path: Path, target: Path) -> dict[str, float]:
    command = [sys.executable, __file__, _ONE, kind, str(path), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"export {kind}: {done.stderr.strip()[-300:]}")
    return dict(json.loads(done.stdout))


def export(kind: str, path: Path, target: Path) -> None:
    """Export, and print seconds by the clock and of the processor, and the peak in megabytes."""
    start, spent = perf_counter(), process_time()
    with closing(open_for_reading(path)) as db:
        KINDS[kind].write(Job(db, target))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_UNIT / 1e6
    seconds = {"seconds": perf_counter() - start, "processor": process_time() - spent}
    print(json.dumps({**seconds, "peak_mb": peak}))


if __name__ == "__main__":
    if sys.argv[1:2] == [_ONE]:
        export(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        program("exports", measure)
