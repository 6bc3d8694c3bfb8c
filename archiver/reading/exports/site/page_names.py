"""Where the pages of a site lie in its folder. All names are ASCII, so that any disk takes them."""

from __future__ import annotations

import hashlib
from typing import Final

HOME: Final = "index.html"
SEARCH: Final = "search.html"
SERIES: Final = "series.html"
STATE: Final = "state.html"
CHANGES: Final = "changes.html"
NEWEST: Final = "newest.html"
MOST_READ: Final = "most-read.html"
MOST_CITED: Final = "most-cited.html"
YEARS: Final = "years.html"
CATEGORIES: Final = "categories.html"
TAGS: Final = "tags.html"
#: The name of the year of articles without a day.
_NO_YEAR: Final = "unknown"
#: Hexadecimal digits of a hash that tell categories, and tags, from each other.
_DIGITS: Final = 20


def article_page(article: int) -> str:
    """The page of an article."""
    return f"archives/{article}.html"


def versions_page(article: int) -> str:
    """The page with the versions of an article."""
    return f"versions/{article}.html"


def year_page(year: str) -> str:
    """The list of a year (``2024``); empty for articles whose day is not known."""
    return f"years/{year or _NO_YEAR}.html"


def category_page(category: str) -> str:
    """The list of a category."""
    return f"categories/{_word(category)}.html"


def tag_page(tag: str) -> str:
    """The list of a tag."""
    return f"tags/{_word(tag)}.html"


def numbered(page: str, number: int) -> str:
    """A page of a list by its number from 1 on; the first has the name of the list."""
    return page if number == 1 else f"{page.removesuffix('.html')}-{number}.html"


def way_up(page: str) -> str:
    """What leads from a page to the folder of the site: empty, or ``../``."""
    return "../" * page.count("/")


def _word(name: str) -> str:
    """A word for a name: upper and lower case are one on some disks, and not all take Chinese."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
