"""Write the outputs for all fixtures and the demo blog as files, to compare two versions.

A change that must not change what is stored is proved by running this before and after it:

    python benchmarks/outputs.py /tmp/before    # in a checkout of main
    python benchmarks/outputs.py /tmp/after     # in the changed checkout
    diff -r /tmp/before /tmp/after && echo the same

The folder gets a JSON file of ``scrapy extract`` for each saved page, the report of
``scrapy extract --audit`` over all of them, and of a crawl of the demo blog the JSONL file, the
change feed and a dump of the database, with times and the port of the server masked.
"""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Final

ROOT: Final = Path.cwd()
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00|Z)")
_PORT: Final = re.compile(r"127\.0\.0\.1:\d+")


def main() -> None:
    """Write all outputs into the folder that the command line names."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    pages = sorted(ROOT.glob("fixtures/**/page.*"))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for page, output in zip(pages, pool.map(_extract, pages), strict=True):
            (folder / f"{page.parent.name}.json").write_bytes(output)
    names = [str(page.relative_to(ROOT)) for page in pages if page.suffix == ".html"]
    (folder / "audit.txt").write_bytes(_scrapy("extract", "--audit", *names))
    data = folder / "data"
    _scrapy("demo", "-s", f"KEXUE_DATA_DIR={data}")
    with closing(sqlite3.connect(data / "demo.db")) as db:
        (folder / "database.sql").write_text(_masked("\n".join(db.iterdump())))
    for path in (data / "demo.jsonl", data / "demo-changes.xml"):
        (folder / path.name).write_text(_masked(path.read_text("utf-8")))
    for path in data.iterdir():
        path.unlink()
    data.rmdir()
    print(f"{len(pages)} pages and the demo blog: {folder}")


def _extract(page: Path) -> bytes:
    return _scrapy("extract", str(page.relative_to(ROOT)))


def _scrapy(*words: str) -> bytes:
    """The output of a command, its stderr and its exit status."""
    command = [sys.executable, "-m", "scrapy", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    return done.stdout + done.stderr + f"exit status {done.returncode}\n".encode()


def _masked(text: str) -> str:
    return _PORT.sub("127.0.0.1:PORT", _TIME.sub("TIME", text))


if __name__ == "__main__":
    main()
