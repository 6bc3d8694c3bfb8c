"""The queries that Datasette offers on the page of an archive. They are plain SQLite.

A parameter is text, whatever it is compared with, and empty where nothing was filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: One word as a pattern of LIKE, in which ``%`` and ``_`` stand for themselves.
_PATTERN: Final = r"""'%' || replace(replace(replace(
      word.value, '\', '\\'), '%', '\%'), '_', '\_') || '%' ESCAPE '\'"""
#: The words of the parameter as a JSON array; a wide space parts them too.
_WORDS: Final = (
    """'[' || replace(json_quote(trim(replace(:words, '　', ' '))), ' ', '","') || ']'"""
)

_SEARCH: Final = f"""
SELECT a.id AS article_id, a.title, a.published, a.category, a.readers,
  substr(a.body_text, max(1, instr(lower(a.body_text), lower(first.value)) - 30), 90) AS passage
FROM articles AS a JOIN json_each({_WORDS}) AS first ON first.key = 0
WHERE first.value <> '' AND NOT EXISTS (
  SELECT 1 FROM json_each({_WORDS}) AS word
  WHERE a.title NOT LIKE {_PATTERN}
    AND coalesce(a.body_text, '') NOT LIKE {_PATTERN})
ORDER BY instr(lower(a.title), lower(first.value)) = 0, a.published DESC
"""  # noqa: S608
_FORMULAS: Final = """
SELECT a.id AS article_id, a.title, f.position, f.latex, f.display, f.label
FROM articles AS a LEFT JOIN formulas AS f ON f.article_id = a.id
WHERE a.id = :article_id ORDER BY f.position
"""
_NEWS: Final = """
SELECT c.seen_at, c.kind, c.article_id, a.title, c.revision, c.fields
FROM changes AS c JOIN articles AS a ON a.id = c.article_id
WHERE c.kind <> 'suspicious' AND date(c.seen_at, '+8 hours') >= :day
ORDER BY c.id DESC
"""
_GROWTH: Final = """
SELECT article_id, title, month, growth, readers, previous_at, counted_at
FROM readers_by_month
WHERE month = coalesce(nullif(:month, ''), strftime('%Y-%m', 'now', '+8 hours'))
ORDER BY growth DESC, readers DESC
"""
_READERS: Final = """
SELECT article_id, title, month, readers, growth, counts
FROM readers_by_month WHERE article_id = :article_id ORDER BY month
"""
_CITING: Final = """
SELECT citing_id, citing_title, citing_published, link_count
FROM cited_by WHERE article_id = :article_id ORDER BY citing_published DESC
"""


def _query(title: str, description: str, sql: str) -> dict[str, Any]:
    return {"title": title, "description": description, "sql": sql.strip(), "hide_sql": True}


QUERIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "search": _query(
        "Search 搜索",
        "Articles whose title or text contains every word, from one character on (熵), whatever"
        " the case of Latin letters. Those with the first word in the title come first.",
        _SEARCH,
    ),
    "article_formulas": _query(
        "Formulas of an article 文章的公式",
        "The formulas of the article with this id, in their order.",
        _FORMULAS,
    ),
    "new_since": _query(
        "New since a day 某日以来的变化",
        "What is new, edited, gone or back since a day (YYYY-MM-DD, Asia/Shanghai), the newest"
        " first.",
        _NEWS,
    ),
    "growth_in_month": _query(
        "Growth of readers in a month 某月阅读数增长",
        "Articles by their growth in a month (YYYY-MM, Asia/Shanghai; empty: this month). Growth is"
        " null where the month before has no count.",
        _GROWTH,
    ),
    "readers_of_article": _query(
        "Readers of an article by month 文章各月阅读数",
        "The last count of each month and its growth.",
        _READERS,
    ),
    "citing_articles": _query(
        "Who links to an article 谁引用了这篇文章",
        "The articles that link to the one with this id, the newest first.",
        _CITING,
    ),
}
