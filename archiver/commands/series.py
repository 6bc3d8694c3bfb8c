"""``scrapy series``: the series of articles, or the parts of one in their order."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict

from scrapy.exceptions import UsageError
from sqlite_utils import Database

from archiver.commands.archive_reading import read_archive
from archiver.commands.series_choice import chosen_series
from archiver.commands.value_checks import check_settings
from archiver.items import Status
from archiver.reading.series_list import (
    ListedPart,
    ListedSeries,
    in_ranges,
    list_parts,
    list_series,
)
from archiver.run.archive_files import files_of
from archiver.terminal.command import ProjectCommand
from archiver.terminal.output import show, show_json
from archiver.terminal.plural import plural
from archiver.terminal.printable import one_line
from archiver.terminal.text_tables import layout_table
from archiver.terminal.text_width import cut, screen_width


class Command(ProjectCommand):
    """Without network. Exit status 1: no archive can be read; 2: wrong use, or no such series.

    ``--json`` prints an array of series, each with ``id``, ``name``, ``parts`` (a count) and
    ``missing``; with NAME also ``articles``, each with ``number``, ``id``, ``published``,
    ``title`` and ``status``.
    """

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """The arguments."""
        return "[--json] [NAME]"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "List the series of articles, or the parts of one"

    def long_desc(self) -> str:
        """What the argument does."""
        return (
            "Without NAME: all series, with the numbers of the parts that are not in the archive."
            " With the name or the id of a series: its parts in their order."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--json``."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print a JSON array")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the series."""
        assert self.settings is not None
        if args and args[0].startswith("-"):
            raise UsageError(f"unknown option {args[0]}", print_help=False)
        name = " ".join(args)
        check_settings(self.settings)

        def use(db: Database) -> None:
            series = list_series(db.conn)
            if name.strip():
                chosen = chosen_series(db.conn, name)
                series = [one for one in series if one.id in chosen]
            parts = {one.id: list_parts(db.conn, one.id) for one in series if name.strip()}
            if opts.json:
                show_json([_object(one, parts.get(one.id)) for one in series])
            else:
                columns = screen_width(sys.stdout)
                show(*(cut(line, columns) for line in _lines(series, parts)))

        read_archive(self, files_of(self.settings)["database"], use)


def _object(series: ListedSeries, parts: list[ListedPart] | None) -> dict[str, object]:
    articles = {} if parts is None else {"articles": list(map(asdict, parts))}
    return {**asdict(series), **articles}


def _lines(series: list[ListedSeries], parts: dict[int, list[ListedPart]]) -> Iterator[str]:
    """The list of all series, or the parts of the chosen ones."""
    if not parts:
        yield f"{len(series):,} series"
        yield from layout_table(map(_cells, series), "rlrl")
    for one in series if parts else ():
        yield "  ".join(_cells(one)).rstrip()
        yield from layout_table(map(_part_cells, parts[one.id]), "rrll", "  ")


def _cells(series: ListedSeries) -> tuple[str, ...]:
    missing = f"missing {in_ranges(series.missing)}" if series.missing else ""
    return str(series.id), one_line(series.name), plural(series.parts, "part"), missing


def _part_cells(part: ListedPart) -> tuple[str, ...]:
    number = "" if part.number is None else str(part.number)
    gone = "" if part.status == Status.PUBLISHED else f" ({part.status})"
    return number, str(part.id), part.published or "no day", f"{one_line(part.title)}{gone}"
