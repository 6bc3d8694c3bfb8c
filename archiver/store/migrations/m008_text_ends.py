"""What a search reads of all articles, so that it need not read their rows.

The trigrams of the full-text index begin at no character of the last two of a text.
"""

from __future__ import annotations

from typing import Final

STATEMENTS: Final = (
    "CREATE INDEX articles_title_last ON articles (substr(title, -1))",
    "CREATE INDEX articles_title_last_two ON articles (substr(title, -2))",
    "CREATE INDEX articles_text_last ON articles (substr(body_text, -1))",
    "CREATE INDEX articles_text_last_two ON articles (substr(body_text, -2))",
    "CREATE INDEX articles_by_day ON articles (published)",
)
