"""How long a search takes: an archive of as many articles as the blog has, or as the arguments say.

    python benchmarks/search.py           # 1,340 articles
    python benchmarks/search.py 20000     # takes minutes to make

A third of the text are sentences of the demo blog in random order, the rest made-up words that are
as frequent as words are (Zipf), so that the index has as many different trigrams as one of a real
blog, or more.
"""

from __future__ import annotations

import random
import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from itertools import accumulate
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Final

from archiver.demo.posts import load_posts
from archiver.reading.search import search
from archiver.store.read_only import open_for_reading
from archiver.store.sqlite import close_archive, open_archive

_ARTICLES: Final = 1340
_ROUNDS: Final = 5
_QUERIES: Final = (
    "熵", "码", "编码", "注意力", "位置编码", "编码 注意力", "熵 -模型", "ＧＡＮ", "ln", "x_i",
    r"\boldsymbol", "C++", "的", "e", "不在其中的词",
)  # fmt: skip
_SENTENCE: Final = re.compile(r"[^。！？\n]+[。！？\n]")
_TAG: Final = re.compile(r"<[^>]*>")


def main() -> None:
    """Make the archive, time each query, and print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else _ARTICLES
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "kexue.db"
        size = make_archive(path, count)
        index = index_size(path)
        print(
            f"search: {count:,} articles, {size / 1e6:.0f} MB of text, index {index / size:.1f} ×"
        )
        print(f"  {'':<20}{'articles':>10}{'ms':>10}")
        with closing(open_for_reading(path)) as db:
            for query in _QUERIES:
                total, seconds = timed(db.conn, query)
                print(f"  {query:<20}{total:>10,}{seconds * 1000:>10.1f}")


def make_archive(path: Path, count: int) -> int:
    """Fill an archive with articles; returns the bytes of their texts."""
    chance = random.Random(1)
    words, size = Words(chance), 0
    db = open_archive(path)
    with db.conn:
        for number in range(1, count + 1):
            text = "".join(words.text(chance.randint(3000, 14000)))
            size += len(text.encode())
            db.conn.execute(
                "INSERT INTO articles (id, url, title, body_text, published, content_sha256,"
                " license, status, first_seen, last_seen, fetched_at, parser_version)"
                " VALUES (?, '', ?, ?, '2020-01-01', '', '', 'published', '', '', '', 1)",
                (number, "".join(words.text(10)), text),
            )
    close_archive(db)
    return size


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

    def text(self, length: int) -> Iterator[str]:
        """Sentences of so many characters together, and a little more."""
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
        start = perf_counter()
        total = search(connection, query).total
        seconds.append(perf_counter() - start)
    return total, median(seconds)


if __name__ == "__main__":
    main()
