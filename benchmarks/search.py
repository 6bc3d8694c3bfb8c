"""How long a search takes, in an archive as large as the blog and in one of 20,000 articles.

    python benchmarks/search.py                # both
    python benchmarks/search.py 1340           # or of as many articles as the arguments say

The archives are made once and kept in benchmarks/cache/ until this file, the demo blog or the
schema changes. A third of a text are sentences of the demo blog in random order, the rest made-up
words that are as frequent as words are (Zipf), so that the index has as many different trigrams as
one of a real blog, or more. An article has 3,000 characters on average: twelve real ones that were
measured have 1,764, the longest 4,436. Times are processor time, the median of five.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import accumulate
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final

from archiver.demo.posts import load_posts
from archiver.reading.search import search
from archiver.reading.search.folding import fold
from archiver.reading.search.query import Query
from archiver.store.migrations import migration_names
from archiver.store.read_only import open_for_reading
from archiver.store.sqlite import close_archive, open_archive
from archiver.terminal.text_width import width

_SIZES: Final = (1340, 20_000)
_CACHE: Final = Path(__file__).parent / "cache"
_ROUNDS: Final = 5
_LENGTHS: Final = (500, 5500)
_QUERIES: Final = (
    "熵", "码", "编码", "注意力", "位置编码", "编码 注意力", "熵 -模型", "ＧＡＮ", "ln", "x_i",
    r"\boldsymbol", "C++", "的", "e", "-的", "不在其中的词",
)  # fmt: skip
_SENTENCE: Final = re.compile(r"[^。！？\n]+[。！？\n]")
_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True)
class Made:
    """An archive that was made, in bytes and seconds."""

    text: int
    index: int
    seconds: float


def main() -> None:
    """Make the archives, time each query, and print the table."""
    sizes = [int(word) for word in sys.argv[1:]] or list(_SIZES)
    archives = {count: archive_of(count) for count in sizes}
    columns = []
    for count, (path, made) in archives.items():
        print(
            f"search: {count:,} articles, {made.text / 1e6:.0f} MB of text,"
            f" index {made.index / made.text:.1f} × that, made in {made.seconds:.0f} s"
        )
        with closing(open_for_reading(path)) as db:
            columns.append([timed(db.conn, query) for query in _QUERIES])
    print(f"  {'':<14}" + "".join(f"{f'hits in {count:,}':>16}{'ms':>8}" for count in sizes))
    for query, *cells in zip(_QUERIES, *columns, strict=True):
        row = "".join(f"{total:>16,}{seconds * 1000:>8.1f}" for total, seconds in cells)
        print(f"  {query}{' ' * (14 - width(query))}{row}")
    compare_with_scan(archives[sizes[0]][0])


def archive_of(count: int) -> tuple[Path, Made]:
    """The archive of so many articles in the cache, made where it is not there yet."""
    posts = "".join(post.body for post in load_posts())
    source = f"{Path(__file__).read_text('utf-8')}{posts}{sorted(migration_names())}"
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


class Words:
    """Sentences of the demo blog, and made-up ones."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        bodies = [_TAG.sub("", post.body) for post in load_posts()]
        self.sentences = [found for body in bodies for found in _SENTENCE.findall(body)]
        signs = [sign for sign in "".join(self.sentences) if "\u4e00" <= sign <= "\u9fff"]
        signs += [chr(0x4E00 + chance.randrange(3000)) for _ in range(len(signs) // 10)]
        lengths = (1, 2, 2, 2, 3, 4)
        self.words = [
            "".join(chance.choices(signs, k=chance.choice(lengths))) for _ in range(20_000)
        ]
        self.weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.words))))

    def text(self, length: int) -> str:
        """Sentences of so many characters together, and a little more."""
        return "".join(self._sentences(length))

    def _sentences(self, length: int) -> Iterator[str]:
        while length > 0:
            if self.chance.random() < 0.35:
                sentence = self.chance.choice(self.sentences)
            else:
                count = self.chance.randint(6, 20)
                chosen = self.chance.choices(self.words, cum_weights=self.weights, k=count)
                sentence = "".join([*chosen, self.chance.choice("。，！\n")])
            length -= len(sentence)
            yield sentence


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
    """Print how long it takes to read and fold all texts, which finds the same articles."""
    with closing(open_for_reading(path)) as db:
        start = process_time()
        rows = db.execute("SELECT id, title, body_text FROM articles").fetchall()
        folded = [(number, fold(title), fold(text)) for number, title, text in rows]
        seconds = process_time() - start
        for query in _QUERIES:
            found = {hit.id for hit in search(db.conn, query, limit=None).hits}
            if found != scan(folded, Query.parse(query)):
                sys.exit(f"  {query}: the plain scan finds other articles")
    print(f"  a plain scan of {len(rows):,} finds the same, in {seconds * 1000:,.0f} ms each")


def scan(folded: list[tuple[int, str, str]], query: Query) -> set[int]:
    """The articles that a query finds, by a look at every text."""
    return {
        number
        for number, *texts in folded
        if all(any(term in text for text in texts) for term in query.wanted)
        and not any(term in text for term in query.unwanted for text in texts)
    }


if __name__ == "__main__":
    main()
