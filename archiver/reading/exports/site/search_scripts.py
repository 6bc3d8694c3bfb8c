"""What the search of a site reads, as scripts: a page from a disk can load nothing else.

The rules are those of ``archiver.reading.search``, written from its own declarations. The texts are
stored as they are and folded where they are read. They are split, so that no script is too large
for a phone, by the order of the ids: a new article changes the last script only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any, Final

from archiver.reading.exports.site.site_overview import Listed, Overview
from archiver.reading.search import ranking, snippets
from archiver.reading.search.folding import spellings

#: Where the scripts lie in the folder of the site.
FOLDER: Final = "search"
#: So many articles are in one script, about a megabyte.
GROUP: Final = 50


def rules_script() -> bytes:
    """Folding, white space and the weights of hits, as ``archiver.reading.search`` has them."""
    spaces = "".join(filter(str.isspace, map(chr, range(sys.maxunicode + 1))))
    return _call(
        "rules",
        {
            "spellings": spellings(),
            "spaces": spaces,
            "gap": snippets.GAP,
            "length": snippets.LENGTH,
            "before": snippets.BEFORE,
            "lookedAt": snippets.LOOKED_AT,
            "nearest": ranking.NEAREST,
            "half": ranking.HALF,
        },
    )


def articles_script(overview: Overview) -> bytes:
    """All articles by id with what filters and results need of them, and how many groups of texts.

    Categories, tags and series are lists of names, and an article has their places in these.
    """
    articles = sorted(overview.articles, key=lambda article: article.id)
    categories = sorted({one.category for one in articles if one.category is not None})
    tags = sorted({tag for one in articles for tag in one.tags})
    return _call(
        "articles",
        {
            "categories": categories,
            "tags": tags,
            "series": [[one.id, one.name] for one in overview.series],
            "size": GROUP,
            "groups": -(-len(articles) // GROUP),
            "articles": _entries(articles, categories, tags, overview),
        },
    )


def series_script(overview: Overview) -> bytes:
    """Each series with its articles in order: the start page tells where a reader may go on."""
    return _call(
        "series",
        [
            [one.id, one.name, [[part.id, part.title] for part in one.local_parts]]
            for one in overview.series
        ],
    )


def _entries(
    articles: list[Listed], categories: list[str], tags: list[str], overview: Overview
) -> list[list[Any]]:
    """What ``search.js`` reads of each article; its category is -1 where it has none."""
    category_of = {name: place for place, name in enumerate(categories)}
    tag_of = {name: place for place, name in enumerate(tags)}
    series_of = {article: series.id for article, series in overview.series_of.items()}
    return [
        [
            *(one.id, one.title, one.published or ""),
            -1 if one.category is None else category_of[one.category],
            [tag_of[tag] for tag in one.tags],
            *(series_of.get(one.id, 0), one.status),
        ]
        for one in articles
    ]


class TextGroups:
    """Takes the texts of the articles by id, and gives a script of each group that is full."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._done = 0

    def add(self, text: str) -> Iterator[tuple[str, bytes]]:
        """Take the text of the next article; gives name and content of a script that is full."""
        self._texts.append(text)
        if len(self._texts) == GROUP:
            yield from self.finish()

    def finish(self) -> Iterator[tuple[str, bytes]]:
        """Name and content of the script of the last group, if there is anything in it."""
        if self._texts:
            yield texts_name(self._done), _call("texts", self._done, self._texts)
            self._texts = []
            self._done += 1


def texts_name(group: int) -> str:
    """Where the texts of a group lie; ``search.js`` knows it too."""
    return f"{FOLDER}/texts-{group:03}.js"


def _call(function: str, *values: Any) -> bytes:
    """A script that hands values to a function of ``search.js``."""
    words = (json.dumps(value, ensure_ascii=False, separators=(",", ":")) for value in values)
    return f"KexueSearch.{function}({','.join(words)});\n".encode("utf-8", "replace")
