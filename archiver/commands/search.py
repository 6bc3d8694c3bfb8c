"""``scrapy search WORDS``: the articles that contain all the words, the best first."""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from scrapy.exceptions import UsageError
from sqlite_utils import Database

from archiver.commands.archive_reading import read_archive
from archiver.commands.series_choice import chosen_series
from archiver.commands.value_checks import check_settings, parse_since
from archiver.items import Status
from archiver.reading.known_labels import check_label
from archiver.reading.search import Filters, Results, search
from archiver.run.archive_files import files_of
from archiver.store.errors import StoreError
from archiver.terminal.command import ProjectCommand
from archiver.terminal.output import is_on_terminal, show_json
from archiver.terminal.plural import plural
from archiver.terminal.printable import printable
from archiver.terminal.program import typed
from archiver.terminal.text_width import screen_width, width

#: What stands around a hit: on a terminal bold, elsewhere brackets that Chinese text does not have.
_BOLD: Final = ("\x1b[1m", "\x1b[0m")
_BRACKETS: Final = ("⟦", "⟧")
#: Their places, until the line is laid out: noncharacters, which no text of an archive has.
_MARKS: Final = ("\ufdd0", "\ufdd1")
_DEFAULT_LIMIT: Final = 20
#: A word that is no term to leave out, but a slip in an option.
_OPTION: Final = re.compile(r"--[A-Za-z][\w-]*")


class Command(ProjectCommand):
    """Without network. Exit status 0: something was found; 1: nothing, or no archive; 2: wrong use.

    ``--json`` prints one object: ``query``, ``total``, and ``hits``, each with ``id``, ``title``,
    ``url``, ``published``, ``status`` and ``text``; in title and text, ``hits`` are pairs of the
    first character and the one behind the last.
    """

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """The arguments."""
        return "[options] WORDS"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Find the articles that contain all words, from one character on"

    def long_desc(self) -> str:
        """What can be asked for."""
        return (
            "All WORDS must occur in the title or the text of an article, from one character on:"
            ' 编码, 熵, gan, x_i, C++. A -word must not occur; a "phrase in quotes" is one word.'
            " Case, width (ＧＡＮ) and traditional characters do not count. A query between quotes"
            " of the shell may begin with a hyphen; else put -- before a -word that is an option."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the filters, ``--limit`` and ``--json``."""
        super().add_options(parser)
        parser.add_argument("--year", help="articles of this year only, e.g. 2019")
        parser.add_argument("--since", metavar="DAY", help="articles from this day on: 2024-01-31")
        parser.add_argument("--category", help="articles of this category only")
        parser.add_argument("--tag", help="articles with this tag only")
        parser.add_argument("--series", metavar="NAME", help="articles of this series only")
        parser.add_argument(
            "--limit", default=str(_DEFAULT_LIMIT), help="show at most so many (20; 0 for all)"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print what is found."""
        assert self.settings is not None
        query = " ".join(_words(args))
        if not query.strip():
            example = typed("search 编码")
            raise UsageError(f"give a word to search for, as in: {example}", print_help=False)
        filters = Filters(
            _year(opts.year), opts.category, opts.tag, parse_since(opts.since), opts.series
        )
        limit = _limit(opts.limit)
        check_settings(self.settings)

        def use(db: Database) -> None:
            check_label(db.conn, "category", opts.category)
            check_label(db.conn, "tag", opts.tag)
            if opts.series is not None:
                chosen_series(db.conn, opts.series)
            results = _search(db, query, filters, limit)
            if opts.json:
                show_json({"query": query, **asdict(results)})
            else:
                _print(results)
            if not results.total:
                self.exitcode = 1
                if not db["articles"].count:
                    self.fail(f"the archive has no articles yet; {typed('crawl')} brings them")

        read_archive(self, files_of(self.settings)["database"], use)


def _search(db: Database, query: str, filters: Filters, limit: int | None) -> Results:
    """What is found; raises ``StoreError`` when the index of the archive cannot be read."""
    try:
        return search(db.conn, query, filters, limit)
    except sqlite3.Error as error:
        raise StoreError(
            f"the search index cannot be read ({error}); sqlite-utils rebuild-fts FILE mends a"
            " damaged one, a missing one comes back with a backup: docs/operating.md"
        ) from error


def _print(results: Results) -> None:
    """Print what was found, for a person: each hit on two lines or more of the screen's width."""
    is_bold = is_on_terminal() and not os.environ.get("NO_COLOR")
    marks = dict(zip(_MARKS, _BOLD if is_bold else _BRACKETS, strict=True))
    columns = screen_width(sys.stdout)
    shown = f"; the best {len(results.hits):,}" if len(results.hits) < results.total else ""
    lines = [f"{plural(results.total, 'article')}{shown}"]
    for hit in results.hits:
        day = hit.published or "no day"
        gone = "" if hit.status == Status.PUBLISHED else f"  ({hit.status})"
        head = f"{hit.id}  {day}{gone}  {hit.title.marked(*_MARKS)}"
        lines += ["", *_fold(printable(head), columns)]
        lines += (f"  {line}" for line in _fold(printable(hit.text.marked(*_MARKS)), columns - 2))
    for line in lines:
        print("".join(marks.get(character, character) for character in line))


def _fold(text: str, columns: int) -> Iterator[str]:
    """A text in lines of so many columns, cut between any two characters, as Chinese may be."""
    line, left = "", columns
    for character in text:
        size = 0 if character in _MARKS else max(width(character), 0)
        if size > left:
            yield line
            line, left = "", columns
        line, left = line + character, left - size
    if line:
        yield line


def _words(args: list[str]) -> list[str]:
    """The words to search for; raises ``UsageError`` for an option that there is not.

    Behind ``--`` everything is a word.
    """
    end = args.index("--") if "--" in args else len(args)
    for word in args[:end]:
        if _OPTION.fullmatch(word):
            raise UsageError(
                f"unknown option {word}; to search for it put -- before it", print_help=False
            )
    return [*args[:end], *args[end + 1 :]]


def _year(text: str | None) -> int | None:
    """A year; raises ``UsageError`` for anything else."""
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise UsageError(f"--year {text}: give a year like 2019", print_help=False)
    return int(text)


def _limit(text: str) -> int | None:
    """A number of hits; ``None`` for all of them."""
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UsageError(f"--limit {text}: give a number, 0 for all", print_help=False)
    return int(text) or None
