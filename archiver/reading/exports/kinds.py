"""The kinds of export. A new one is a function in a module of its own, and an entry here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from archiver.reading.exports.bibtex_file import write_bibtex
from archiver.reading.exports.epub_file import write_epub
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.markdown_folder import write_markdown
from archiver.reading.exports.parquet_folder import write_parquet
from archiver.reading.exports.site_folder import write_site
from archiver.reading.exports.wacz_file import write_wacz


@dataclass(frozen=True)
class Kind:
    """A kind of export, and the function that writes it or raises ``StoreError``."""

    name: str
    #: ``DIR`` or ``FILE``.
    target: str
    #: Its line in the help.
    summary: str
    write: Callable[[Job], Outcome]
    #: What its progress is told in.
    counted: str = "articles"
    #: True when it has the comments of readers as a part of its own, which can be left out.
    has_comments: bool = False


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind(
            "markdown", "DIR", "a note an article, linked, for Obsidian and others", write_markdown
        ),
        Kind("parquet", "DIR", "typed tables by year, for DuckDB and others", write_parquet),
        Kind("bibtex", "FILE", "the blog's own entries, for citing", write_bibtex),
        Kind("wacz", "FILE", "the pages as received, for replay in a browser", write_wacz, "MB"),
        Kind(
            "site",
            "DIR",
            "pages to read offline, with formulas and search",
            write_site,
            has_comments=True,
        ),
        Kind("epub", "FILE", "one book for e-readers, with formulas and pictures", write_epub),
    )
}
