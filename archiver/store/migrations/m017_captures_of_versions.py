"""That the capture of a version becomes known writes no file anew: no file shows it.

Of an archive from before the WARC files each run learns some.
"""

from __future__ import annotations

from typing import Final

#: What the feed shows of a version, and by what it finds it.
_SHOWN: Final = ("article_id", "number", "title", "author", "category", "body_html")
_OTHERWISE: Final = " OR ".join(f"old.{name} IS NOT new.{name}" for name in _SHOWN)

STATEMENTS: Final = (
    "DROP TRIGGER written_revisions_update",
    f"""
    CREATE TRIGGER written_revisions_update AFTER UPDATE ON revisions WHEN {_OTHERWISE} BEGIN
      DELETE FROM written_files;
    END
    """,  # noqa: S608
)
