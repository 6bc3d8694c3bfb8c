r"""``scrapy export bibtex FILE``: an entry an article, in the form that the blog itself shows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from archiver.items import Status
from archiver.reading.exports.bibtex_text import bibtex_name, bibtex_text
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.owned_text import write_owned_text
from archiver.store.records import Row

_FIRST: Final = (
    "% Written by kexue-archiver, and anew by each export: put entries of yours elsewhere."
)
#: Of the blog's entries, whatever the language of the machine.
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)


def write_bibtex(job: Job) -> Outcome:
    """Write the entries of all articles with a text; raises ``StoreError``."""
    return write_owned_text(job, _FIRST, _entries(job))


def _entries(job: Job) -> Iterator[str]:
    count = job.selection.count(job.db)
    for done, article in enumerate(job.selection.records(job.db), start=1):
        if article["body_html"] is not None:
            yield bibtex_entry(article)
        job.advance(done, count)


def bibtex_entry(article: Row) -> str:
    """``@online{kexuefm-<id>, …}``; a day or an author that is not known is left out."""
    published = article["published"]
    day = date.fromisoformat(published) if published else None
    fields = {
        "title": bibtex_text(article["title"]),
        "author": bibtex_name(article["author"]) if article["author"] else None,
        "year": day.year if day else None,
        "month": _MONTHS[day.month - 1] if day else None,
        "url": rf"\url{{{article['url']}}}",
        "note": "no longer on the blog" if article["status"] == Status.GONE else None,
    }
    lines = [
        f"        {name}={{{value}}},\n" for name, value in fields.items() if value is not None
    ]
    return f"\n@online{{kexuefm-{article['id']},\n{''.join(lines)}}}\n"
