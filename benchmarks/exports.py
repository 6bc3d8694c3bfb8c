"""How long exports take and how much memory: an archive of as many articles as the arguments say.

    python benchmarks/exports.py              # 1,340 articles, as the blog has
    python benchmarks/exports.py 1340 15000   # and whether the memory grows with the archive

The articles are those of the demo blog in turn, each with the texts of four, so that they have the
length of real ones. Each export runs in a process of its own, first into nothing, then again.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter
from typing import Final

from archiver.body.read import read_stored_body
from archiver.demo.posts import Post, load_posts
from archiver.items import Article
from archiver.reading.exports.job import Job
from archiver.reading.exports.kinds import KINDS
from archiver.store.articles import save_article
from archiver.store.read_only import open_for_reading
from archiver.store.sqlite import open_archive

_ARTICLES: Final = 1340
_FIRST: Final = date(2009, 3, 1)
_NOW: Final = "2026-11-01T03:00:00+00:00"


def main() -> None:
    """Make archives, export them, and print the table."""
    for count in [int(word) for word in sys.argv[1:]] or [_ARTICLES]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "kexue.db"
            make_archive(path, count)
            print(f"exports: {count:,} articles, database of {path.stat().st_size / 1e6:.0f} MB")
            print(f"  {'':<12}{'first, s':>12}{'again, s':>12}{'peak, MB':>12}")
            for kind in KINDS:
                target = Path(folder) / kind
                first, again = (measured(kind, path, target) for _ in range(2))
                peak = max(first[1], again[1])
                print(f"  {kind:<12}{first[0]:>12.1f}{again[0]:>12.1f}{peak:>12.0f}", flush=True)


def make_archive(path: Path, count: int) -> None:
    """Fill an archive with articles, one a fourth of a day after another."""
    posts = load_posts()
    made = [article_of(posts[place:] + posts[:place]) for place in range(len(posts))]
    db = open_archive(path)
    with db.atomic():
        for number in range(1, count + 1):
            article = made[number % len(made)]
            article.id = number
            article.published = (_FIRST + timedelta(days=number * 6000 // count)).isoformat()
            save_article(db, article, _NOW)
    db.close()  # close_archive would make the index for searches, which is not exported


def article_of(posts: list[Post]) -> Article:
    """An article of the texts of four posts."""
    body = read_stored_body("".join(f"<div>{post.body}</div>" for post in posts[:4]))
    return Article(
        1, title=posts[0].title, author=posts[0].author, readers=posts[0].readers,
        category=posts[0].category.name, tags=list(posts[0].tags), body_html=body.html,
        body_text=body.text, body_markdown=body.markdown, links=body.links,
        pictures=body.pictures, formulas=body.formulas,
    )  # fmt: skip


def measured(kind: str, path: Path, target: Path) -> tuple[float, float]:
    """The seconds and the peak memory in megabytes of an export in a process of its own."""
    command = [sys.executable, __file__, "--export", kind, str(path), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak


def export(kind: str, path: Path, target: Path) -> None:
    """Export, and print the seconds and the peak memory in megabytes."""
    start = perf_counter()
    with closing(open_for_reading(path)) as db:
        KINDS[kind].write(Job(db, target))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(perf_counter() - start, peak)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--export"]:
        export(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
