"""How long exports take and how much memory: an archive of as many articles as the arguments say.

    python benchmarks/exports.py              # 1,500 articles, a few more than the blog has
    python benchmarks/exports.py 1500 15000   # and whether the memory grows with the archive
    python benchmarks/exports.py 15000 site   # one kind

The archives are those of ``archives.py``. WACZ is left out: it copies WARC files, of which these
have few.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from archives import copy_of_archive
from commands import Cost, scrapy
from figures import Figure, Measured, counts, program

from archiver.reading.exports.kinds import KINDS

_ARTICLES: Final = 1500
#: Made of captures alone.
_CAPTURED: Final = "wacz"


def measure(words: list[str]) -> Measured:
    """Each kind of export that the command line names, or all, of each size."""
    kinds = [word for word in words if word in KINDS] or [k for k in KINDS if k != _CAPTURED]
    sizes = counts([word for word in words if word not in KINDS], _ARTICLES)
    figures = [figure for size in sizes for figure in _figures_of(size, kinds)]
    how = (
        "kexue export, first into nothing, then again with nothing changed; processor time,"
        " start-up included, once; memory is the peak of the resident set"
    )
    return Measured(how, tuple(figures))


def _figures_of(size: int, kinds: list[str]) -> Iterator[Figure]:
    with copy_of_archive(size) as folder, tempfile.TemporaryDirectory() as targets:
        for kind in kinds:
            yield from _figures(kind, size, folder, Path(targets) / kind)


def _figures(kind: str, size: int, folder: Path, target: Path) -> Iterator[Figure]:
    first, again = (_export(kind, folder, target) for _ in range(2))
    what = f"{kind}, {size:,} articles"
    yield Figure(f"{kind} {size} first", what, first.processor, "s")
    yield Figure(f"{kind} {size} again", f"{what}, again", again.processor, "s")
    peak = max(first.peak_mb, again.peak_mb)
    yield Figure(f"{kind} {size} memory", f"{what}, memory", peak, "MB")
    yield Figure(f"{kind} {size} disk", f"{what}, on the disk", _size_of(target) / 1e6, "MB")


def _export(kind: str, folder: Path, target: Path) -> Cost:
    return scrapy("export", kind, target, settings={"KEXUE_DATA_DIR": folder})


def _size_of(target: Path) -> int:
    """The bytes of a file, or of the files in a folder."""
    return sum(path.stat().st_size for path in (target, *target.rglob("*")) if path.is_file())


if __name__ == "__main__":
    program("exports", measure)
