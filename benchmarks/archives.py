"""Large archives to measure with, as a crawl leaves them; each is made once and kept.

    python benchmarks/archives.py 1500 15000   # makes those that are not there

They lie in benchmarks/cache/ until what they are made of changes: the demo blog, the programs that
make them, the version of the parsers or the form of the database.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from archive_posts import many_articles
from blog_server import serving
from commands import CRAWL_SETTINGS, Cost, scrapy
from figures import counts

import archiver
from archiver import site
from archiver.demo.posts import load_posts
from archiver.items import Article, ListingEntry
from archiver.store.archive import Archive
from archiver.store.migrations import migration_names
from archiver.store.sqlite import close_archive

CACHE: Final = Path(__file__).parent / "cache"
#: So long ago its articles were read, so that the next runs have some to read again.
_AGE: Final = timedelta(days=400)
_SOURCES: Final = ("archives.py", "archive_posts.py", "pages.py", "sentences.py")
#: Fast, but no more than eight answers at a time.
_SETTINGS: Final = {
    **CRAWL_SETTINGS, "CONCURRENT_REQUESTS": 8, "CONCURRENT_REQUESTS_PER_DOMAIN": 8
}  # fmt: skip


def cached(name: str, make: Callable[[Path], None]) -> Path:
    """A folder of the cache, which is made where it is not there yet.

    What is named alike and was made of something else is removed.
    """
    here = Path(__file__).parent
    posts = "".join(post.body for post in load_posts())
    sources = "".join((here / source).read_text("utf-8") for source in _SOURCES)
    basis = f"{sources}{posts}{archiver.PARSER_VERSION}{sorted(migration_names())}"
    folder = CACHE / f"{name}-{hashlib.sha256(basis.encode()).hexdigest()[:12]}"
    if not folder.exists():
        CACHE.mkdir(exist_ok=True)
        for old in CACHE.glob(f"{name}-*"):
            shutil.rmtree(old)
        with tempfile.TemporaryDirectory(dir=CACHE) as unfinished:
            made = Path(unfinished) / "made"
            made.mkdir()
            make(made)
            made.rename(folder)
    return folder


def kept_archive(count: int) -> Path:
    """The folder with the archive of so many articles, which is made where there is none."""
    return cached(f"many-{count}", lambda folder: make_archive(folder, count))


@contextmanager
def copy_of_archive(count: int) -> Iterator[Path]:
    """A data folder with the archive of so many articles, to be changed; it is removed behind."""
    kept = kept_archive(count)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        shutil.copytree(kept, folder)
        yield folder


def make_archive(folder: Path, count: int) -> None:
    """An archive of the articles of ``archive_posts.py``, and a run over their whole blog."""
    archive = Archive.open(folder / "kexue.db")
    archive.db.execute("PRAGMA synchronous = OFF")
    archive.writes.note_time(datetime.now(UTC) - _AGE)
    archive.writes.hold()
    for article in many_articles(count):
        archive.save_listing_entry(entry_of(article))
        archive.save_article(article, site.article_url(article.id))
    archive.writes.settle()
    close_archive(archive.db)
    with serving("many", count) as (base, _):
        crawl(base, folder)


def entry_of(article: Article) -> ListingEntry:
    """What a listing shows of an article."""
    names = {field.name for field in fields(ListingEntry)} & {
        field.name for field in fields(Article)
    }
    return ListingEntry(**{name: getattr(article, name) for name in names})


def crawl(base: str, folder: Path) -> Cost:
    """What a run over the blog at ``base`` takes, with the archive in a folder."""
    settings = {**_SETTINGS, "KEXUE_BASE_URL": base, "KEXUE_DATA_DIR": folder}
    return scrapy("crawl", "kexue", settings=settings)


if __name__ == "__main__":
    for size in counts(sys.argv[1:]):
        kept_archive(size)
