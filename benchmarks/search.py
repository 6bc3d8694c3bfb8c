"""How long a search takes, in an archive as large as the blog and in one of 20,000 articles.

    python benchmarks/search.py                # 1,340 articles
    python benchmarks/search.py 1340 20000     # or as many as the arguments say

The archives are made once and kept in benchmarks/cache/ until this file, the demo blog or the
schema changes; that of 20,000 takes minutes. An article has 3,000 characters on average: twelve
real ones that were measured have 1,764, the longest 4,436. What is found is compared with a plain
scan of the first archive.
"""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final

from figures import Figure, Measured, counts, program
from sentences import Words

from archiver.demo.posts import load_posts
from archiver.reading.search import search
from archiver.reading.search.folding import fold
from archiver.reading.search.query import Query
from archiver.store.migrations import migration_names
from archiver.store.read_only import open_for_reading
from archiver.store.sqlite import close_archive, open_archive

_ARTICLES: Final = 1340
_TARGETS_MS: Final = {1340: 50.0, 20_000: 500.0}
_CACHE: Final = Path(__file__).parent / "cache"
_SOURCES: Final = (Path(__file__), Path(__file__).with_name("sentences.py"))
_ROUNDS: Final = 5
_LENGTHS: Final = (500, 5500)
_QUERIES: Final = (
    "熵", "码", "编码", "注意力", "位置编码", "编码 注意力", "熵 -模型", "ＧＡＮ", "ln", "x_i",
    r"\boldsymbol", "C++", "的", "e", "-的", "不在其中的词",
)  # fmt: skip


@dataclass(frozen=True)
class Made:
    """An archive that was made, in bytes and seconds."""

    text: int
    index: int
    seconds: float


def measure(words: list[str]) -> Measured:
    """Each query in each archive."""
    sizes = counts(words, _ARTICLES)
    archives = {count: archive_of(count) for count in sizes}
    compare_with_scan(archives[sizes[0]][0])
    figures = [figure for count in sizes for figure in _figures(count, *archives[count])]
    how = f"processor time of a query with 20 hits shown, median of {_ROUNDS}"
    return Measured(how, tuple(figures))


def _figures(count: int, path: Path, made: Made) -> Iterator[Figure]:
    with closing(open_for_reading(path)) as db:
        found = {query: timed(db.conn, query) for query in _QUERIES}
    slowest = max(seconds for _, seconds in found.values())
    target = _TARGETS_MS.get(count)
    what = f"slowest query, {count:,} articles"
    yield Figure(f"slowest {count}", what, slowest * 1000, "ms", target)
    what = f"search index, {count:,} articles"
    yield Figure(f"index {count}", what, made.index / made.text, "× the text")
    for query, (total, seconds) in found.items():
        what = f"{query}: {total:,} of {count:,} articles"
        yield Figure(f"{query} {count}", what, seconds * 1000, "ms", target)


def archive_of(count: int) -> tuple[Path, Made]:
    """The archive of so many articles in the cache, made where it is not there yet."""
    posts = "".join(post.body for post in load_posts())
    programs = "".join(path.read_text("utf-8") for path in _SOURCES)
    source = f"{programs}{posts}{sorted(migration_names())}"
    name = f"search-{count}-{hashlib.sha256(source.encode()).hexdigest()[:12]}"
    path, record = _CACHE / f"{name}.db", _CACHE / f"{name}.json"
    if not record.exists():
        _CACHE.mkdir(exist_ok=True)
        for old in _CACHE.glob(f"search-{count}-*"):
            old.unlink()
        made = make_archive(path, count)
        record.write_text(json.dumps(asdict(made)), "utf-8")
    return path, Made(**json.loads(record.read_text("utf-8")))


def make_archive(path: Path, count: int) -> Made:
    """Fill an archive with articles in one transaction; the seconds are those of the writing."""
    chance = random.Random(1)
    words = Words(chance)
    rows = [
        (number, words.text(10), words.text(chance.randint(*_LENGTHS)), chance.randint(2009, 2026))
        for number in range(1, count + 1)
    ]
    start = process_time()
    db = open_archive(path)
    db.execute("PRAGMA synchronous = OFF")
    db.execute("PRAGMA cache_size = -200000")
    with db.atomic():
        db.conn.executemany(
            "INSERT INTO articles (id, url, title, body_html, body_text, published, content_sha256,"
            " license, status, first_seen, last_seen, fetched_at, parser_version)"
            " VALUES (?1, '', ?2, ?3, ?3, ?4 || '-01-01', '', '', 'published', '', '', '', 1)",
            rows,
        )
    close_archive(db)
    seconds = process_time() - start
    return Made(sum(len(row[2].encode()) for row in rows), index_size(path), seconds)


def index_size(path: Path) -> int:
    """The bytes of the full-text index."""
    with closing(sqlite3.connect(path)) as db:
        sql = "SELECT sum(length(block)) FROM articles_fts_data"
        return int(db.execute(sql).fetchone()[0])


def timed(connection: sqlite3.Connection, query: str) -> tuple[int, float]:
    """What a query finds, and the median of its seconds."""
    seconds = []
    for _ in range(_ROUNDS):
        start = process_time()
        total = search(connection, query).total
        seconds.append(process_time() - start)
    return total, median(seconds)


def compare_with_scan(path: Path) -> None:
    """End the program where a look at every text finds other articles than the search."""
    with closing(open_for_reading(path)) as db:
        rows = db.execute("SELECT id, title, body_text FROM articles").fetchall()
        folded = [(number, fold(title), fold(text)) for number, title, text in rows]
        for query in _QUERIES:
            found = {hit.id for hit in search(db.conn, query, limit=None).hits}
            if found != scan(folded, Query.parse(query)):
                raise SystemExit(f"{query}: the plain scan finds other articles")


def scan(folded: list[tuple[int, str, str]], query: Query) -> set[int]:
    """The articles that a query finds, by a look at every text."""
    return {
        number
        for number, *texts in folded
        if all(any(term in text for text in texts) for term in query.wanted)
        and not any(term in text for term in query.unwanted for text in texts)
    }


if __name__ == "__main__":
    program("search", measure)
