"""How long exports take and how much memory: an archive of as many articles as the arguments say.

    python benchmarks/exports.py              # 1,340 articles, as the blog has
    python benchmarks/exports.py 1340 15000   # and whether the memory grows with the archive
    python benchmarks/exports.py 15000 site   # one kind

The articles are those of the demo blog in turn, each with the texts of four, so that they have the
length of real ones, and twenty comments in threads. Each export runs in a process of its own, first
into nothing, then again; ``site-bare`` is the site without comments.

Seconds are of the clock, and beside it of a processor. WACZ is made of captures, which this archive
has not.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

from archiver.body.read import read_stored_body
from archiver.demo.posts import Post, load_posts
from archiver.items import Article, Comment, CommentPage
from archiver.reading.exports.job import Job
from archiver.reading.exports.kinds import KINDS
from archiver.store.articles import save_article
from archiver.store.read_only import open_for_reading
from archiver.store.sqlite import open_archive

_ARTICLES: Final = 1340
_FIRST: Final = date(2009, 3, 1)
_NOW: Final = "2026-11-01T03:00:00+00:00"
#: The kind that is made of WARC files.
_CAPTURED: Final = "wacz"
#: So many comments an article. Of four, each but the first answers the one before.
_COMMENTS: Final = 20
_WORDS: Final = (
    "<p>第二个等号怎么来的？能否多写一步。</p>",
    "<p>对，同时乘以$h$再积分即可：$$\\int_0^1 h\\,dx=\\frac{1}{n}.$$</p>",
    '<p>另见<a href="https://kexue.fm/archives/9">这里</a>，<br>\n多谢指正。</p>',
    "<p>照着做了一遍，结果一致，学习了。</p>",
)
#: The site without comments, measured beside the kinds.
_NO_COMMENTS: Final = "site-bare"


def main() -> None:
    """Make archives, export them, and print the table."""
    counts = [int(word) for word in sys.argv[1:] if word.isdecimal()] or [_ARTICLES]
    known = [kind for kind in KINDS if kind != _CAPTURED] + [_NO_COMMENTS]
    kinds = [word for word in sys.argv[1:] if word in {*KINDS, _NO_COMMENTS}] or known
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "kexue.db"
            make_archive(path, count)
            print(f"exports: {count:,} articles, database of {path.stat().st_size / 1e6:.0f} MB")
            heads = ("first, s", "(cpu)", "again, s", "(cpu)", "peak, MB", "disk, MB")
            print(f"  {'':<12}" + "".join(f"{head:>10}" for head in heads))
            for kind in kinds:
                target = Path(folder) / kind
                first, again = (measured(kind, path, target) for _ in range(2))
                seconds = [*first[:2], *again[:2]]
                sizes = [max(first[2], again[2]), size_of(target) / 1e6]
                values = "".join(f"{value:>10.1f}" for value in seconds)
                print(f"  {kind:<12}{values}{sizes[0]:>10.0f}{sizes[1]:>10.0f}", flush=True)


def size_of(target: Path) -> int:
    """The bytes of a file, or of the files in a folder."""
    return sum(path.stat().st_size for path in (target, *target.rglob("*")) if path.is_file())


def make_archive(path: Path, count: int) -> None:
    """Fill an archive with articles, one a fourth of a day after another."""
    posts = load_posts()
    made = [article_of(posts[place:] + posts[:place]) for place in range(len(posts))]
    db = open_archive(path)
    with db.atomic():
        for number in range(1, count + 1):
            article = made[number % len(made)]
            article.id = number
            article.comments = comments_of(number)
            article.comment_count = _COMMENTS
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


def comments_of(article: int) -> CommentPage:
    """The comments of an article on its page."""
    first = article * 100
    comments = [
        Comment(
            first + place, parent_id=first + place - 1 if place % 4 else None, author="路人",
            author_url="https://blog.example.org/", by_author=place % 4 == 1,
            published_at=f"2022-06-28T05:{place:02}:38+08:00", html=_WORDS[place % 4],
            text=_WORDS[place % 4],
        )
        for place in range(_COMMENTS)
    ]  # fmt: skip
    return CommentPage(article, comments, count=_COMMENTS)


def measured(kind: str, path: Path, target: Path) -> list[float]:
    """Seconds, seconds of a processor and peak memory in megabytes of an export in a process."""
    command = [sys.executable, __file__, "--export", kind, str(path), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def export(kind: str, path: Path, target: Path) -> None:
    """Export, and print what ``measured`` reads."""
    start, used = perf_counter(), process_time()
    with closing(open_for_reading(path)) as db:
        has_comments = kind != _NO_COMMENTS
        name = kind if has_comments else "site"
        KINDS[name].write(Job(db, target, has_comments=has_comments))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(perf_counter() - start, process_time() - used, peak)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--export"]:
        export(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main()
