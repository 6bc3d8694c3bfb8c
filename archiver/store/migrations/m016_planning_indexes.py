"""What a run reads of all articles to plan what it asks for, without what lies between: the bodies.

Whoever needs these columns of all articles has them from the index alone.
"""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    """
    CREATE INDEX articles_without_texts ON articles (
      published, title, author, published_at, category, tags, status, first_seen, last_seen,
      fetched_at, gone_at, parser_version)
    """,
    "CREATE INDEX sightings_by_absence ON sightings (absent)",
)
