"""How fast an archive is made anew from its WARC files, with one process and with more.

The archive is that of a first crawl of 1,340 articles with pages of 67 kB, as in warc.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import Final

from warc import blog_server, crawl

_ROOT: Final = Path(__file__).parents[1]


def main() -> None:
    """Measure, and print the figures."""
    most = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with blog_server() as (base, _):
            requests = crawl(base, folder / "crawled").requests
        alone = _rebuild(folder, 1)
        print(f"an archive from the WARC files of {requests:,} requests")
        print(f"  1 process                         {alone:>8.1f} s")
        for processes in range(2, most + 1):
            seconds = _rebuild(folder, processes)
            print(
                f"  {processes} processes                       {seconds:>8.1f} s,"
                f" {alone / seconds:.2f} times as fast"
            )


def _rebuild(folder: Path, processes: int) -> float:
    """The seconds of a rebuild; stops when it fails, or gives another archive."""
    target, source = folder / f"of-{processes}", f"KEXUE_DATA_DIR={folder / 'crawled'}"
    began = monotonic()
    _run("reparse", "--rebuild", target, "--processes", processes, "-s", source)
    seconds = monotonic() - began
    _run("verify", "--against", target, "-s", source)
    return seconds


def _run(*words: object) -> None:
    command = [sys.executable, "-m", "scrapy", *map(str, words)]
    subprocess.run(command, cwd=_ROOT, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    main()
