"""Views for people: what is looked up most, without the bodies.

docs/data-format.md says what each column means. A view is compared with its declaration by
``scrapy verify``, so a later migration that changes one drops it and makes it anew.
"""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    # A view takes this name; an index and a view cannot share one.
    "DROP INDEX formulas_by_label",
    "CREATE INDEX formulas_with_label ON formulas (label) WHERE label IS NOT NULL",
    # The versions of an article are counted without reading their bodies.
    "CREATE INDEX revisions_taken ON revisions (article_id) WHERE suspicious IS NULL",
    # The newest first, and how many there are of each status: without reading what lies before the
    # status in a row, which are the bodies.
    "CREATE INDEX articles_by_published ON articles (published)",
    "CREATE INDEX articles_by_status ON articles (status)",
    """
    CREATE VIEW article_list AS
    SELECT
      a.id, a.title, a.author, a.published,
      CAST(substr(a.published, 1, 4) AS INTEGER) AS year,
      a.category, a.tags, a.readers, a.comment_count, a.formula_count, a.picture_count,
      length(a.body_text) AS characters,
      (SELECT count(*) FROM revisions AS r
        WHERE r.article_id = a.id AND r.suspicious IS NULL) AS versions,
      (SELECT count(DISTINCT l.article_id) FROM links AS l
        WHERE l.target_id = a.id AND l.article_id <> a.id) AS cited,
      a.status, a.url
    FROM articles AS a
    """,
    """
    CREATE VIEW cited_by AS
    SELECT
      l.target_id AS article_id, target.title, target.published,
      l.article_id AS citing_id, citing.title AS citing_title,
      citing.published AS citing_published, count(*) AS link_count
    FROM links AS l
    JOIN articles AS citing ON citing.id = l.article_id
    LEFT JOIN articles AS target ON target.id = l.target_id
    WHERE l.target_id IS NOT NULL AND l.target_id <> l.article_id
    GROUP BY l.target_id, l.article_id
    """,
    # The age is that of the count: an archive, and an article that is gone, stay as they are.
    """
    CREATE VIEW most_read AS
    SELECT
      id, title, published, category, readers, counted_at, days,
      round(1.0 * readers / days, 1) AS readers_per_day, status, url
    FROM (
      SELECT *, max(1, CAST(
        julianday(date(counted_at, '+8 hours')) - julianday(published) AS INTEGER)) AS days
      FROM (
        SELECT
          a.id, a.title, a.published, a.category, a.readers, a.status, a.url,
          (SELECT max(c.seen_at) FROM reader_counts AS c WHERE c.article_id = a.id) AS counted_at
        FROM articles AS a WHERE a.readers IS NOT NULL
      )
    )
    ORDER BY readers DESC, id
    """,
    # The last count of a month is one that no other follows in the month: so the first rows are
    # there at once, without a table of all months. A month of the blog begins 8 hours earlier
    # in UTC.
    """
    CREATE VIEW readers_by_month AS
    SELECT
      m.article_id, a.title, m.month, m.readers, m.counted_at,
      (SELECT count(*) FROM reader_counts AS c
        WHERE c.article_id = m.article_id AND c.seen_at <= m.counted_at
          AND c.seen_at >= strftime('%Y-%m-%dT%H:%M:%S', m.month || '-01', '-8 hours')) AS counts,
      m.readers - (SELECT c.readers FROM reader_counts AS c
        WHERE c.article_id = m.article_id AND c.seen_at = m.previous_at) AS growth,
      m.previous_at
    FROM (
      SELECT *, (SELECT max(c.seen_at) FROM reader_counts AS c
        WHERE c.article_id = counted.article_id
          AND c.seen_at >= strftime('%Y-%m-%dT%H:%M:%S', month || '-01', '-1 month', '-8 hours')
          AND c.seen_at < strftime('%Y-%m-%dT%H:%M:%S', month || '-01', '-8 hours')) AS previous_at
      FROM (
        SELECT
          article_id, seen_at AS counted_at, readers,
          strftime('%Y-%m', seen_at, '+8 hours') AS month
        FROM reader_counts
      ) AS counted
      WHERE NOT EXISTS (SELECT 1 FROM reader_counts AS later
        WHERE later.article_id = counted.article_id AND later.seen_at > counted.counted_at
          AND later.seen_at < strftime('%Y-%m-%dT%H:%M:%S', month || '-01', '+1 month', '-8 hours'))
    ) AS m
    JOIN articles AS a ON a.id = m.article_id
    """,
    r"""
    CREATE VIEW formulas_by_label AS
    SELECT
      f.label, f.article_id, a.title, f.position, f.latex, f.display,
      (SELECT json_group_array(r.position) FROM formulas AS r
        WHERE r.article_id = f.article_id
          AND (instr(r.latex, '\ref{' || f.label || '}')
            OR instr(r.latex, '\eqref{' || f.label || '}'))) AS referring
    FROM formulas AS f
    JOIN articles AS a ON a.id = f.article_id
    WHERE f.label IS NOT NULL
    """,
)
