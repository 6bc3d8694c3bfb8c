"""Which capture each version and each change was made of, and which extraction has read it."""

from __future__ import annotations

from typing import Final

#: An answer is dealt with as soon as it is there: the last one of the ten minutes before a change
#: is the one that the change was made of.
_OF_CHANGES: Final = """
    UPDATE changes SET capture_id = (
      SELECT max(c.id) FROM captures AS c
      WHERE c.article_id = changes.article_id
        AND datetime(c.fetched_at) <= datetime(seen_at)
        AND datetime(c.fetched_at) > datetime(seen_at, '-10 minutes'))
    WHERE kind <> 'gone'
"""
#: Of a version that was there before: the first page that has shown it unchanged. Where a page was
#: suspicious once, nobody can say whether it was that one again.
_OF_VERSIONS: Final = """
    UPDATE revisions AS r SET capture_id = coalesce(
      (SELECT min(capture_id) FROM changes
        WHERE article_id = r.article_id AND revision = r.number AND kind <> 'protected'),
      (SELECT min(c.id) FROM captures AS c JOIN articles AS a ON a.id = c.article_id
        WHERE a.id = r.article_id AND a.status = 'published' AND c.status = 200
          AND NOT EXISTS (SELECT 1 FROM changes
            WHERE article_id = r.article_id AND kind = 'suspicious')
          AND datetime(c.fetched_at) > (SELECT max(datetime(seen_at)) FROM changes
            WHERE article_id = r.article_id AND kind NOT IN ('gone', 'suspicious'))
          AND r.number = (SELECT revision FROM changes
            WHERE article_id = r.article_id AND kind NOT IN ('gone', 'suspicious')
            ORDER BY id DESC LIMIT 1)))
"""

STATEMENTS: Final = (
    "ALTER TABLE revisions ADD COLUMN capture_id INTEGER REFERENCES captures(id)",
    "ALTER TABLE changes ADD COLUMN capture_id INTEGER REFERENCES captures(id)",
    "ALTER TABLE captures ADD COLUMN parser_version INTEGER",
    _OF_CHANGES,
    _OF_VERSIONS,
    """
    UPDATE captures SET parser_version = (SELECT parser_version FROM articles WHERE id = article_id)
    WHERE article_id IS NOT NULL
    """,
    # What is deleted from captures is looked for here, as the foreign keys want.
    "CREATE INDEX revisions_by_capture ON revisions (capture_id) WHERE capture_id IS NOT NULL",
    "CREATE INDEX changes_by_capture ON changes (capture_id) WHERE capture_id IS NOT NULL",
)
