"""``scrapy export KIND TARGET``: the archive in files of other programs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrapy.exceptions import UsageError
from sqlite_utils import Database

from archiver.commands.archive_reading import read_archive
from archiver.commands.series_choice import one_series
from archiver.commands.value_checks import check_settings, parse_ids, parse_since
from archiver.reading.exports.job import Job, Outcome
from archiver.reading.exports.selection import Selection
from archiver.run.archive_files import files_of
from archiver.run.warc_options import warc_folder_of
from archiver.terminal.command import ProjectCommand
from archiver.terminal.output import show
from archiver.terminal.program import typed
from archiver.terminal.progress_line import ProgressLine

if TYPE_CHECKING:
    from archiver.reading.exports.kinds import Kind

#: Chromium waits with printing until the formulas are drawn; docs/exports.md has the whole recipe.
_PRINTING: Final = (
    "chromium --headless --no-pdf-header-footer --virtual-time-budget=600000"
    " --print-to-pdf=FILE file:///DIR/archives/ID.html"
)


class Command(ProjectCommand):
    """Without network; a crawl may run meanwhile. Run again it rewrites only what has changed.

    Exit status 0: the target is as the archive is; 1: a file that somebody has changed stays, or
    something cannot be read or written; 2: wrong use. A line on stderr says which, and what to do.
    """

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """The arguments."""
        return "[options] KIND TARGET"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Write the archive for other programs: " + ", ".join(_kinds())

    def long_desc(self) -> str:
        """The kinds, and what happens to a target."""
        kinds = _kinds().values()
        told = "; ".join(f"{kind.name} {kind.target}: {kind.summary}" for kind in kinds)
        return (
            f"{told}. A folder must be new, empty, or of an earlier export of the kind. Files that"
            " are not of an export are never touched, and those that you have changed stay."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the selection, ``--force`` and ``--no-comments``."""
        super().add_options(parser)
        parser.add_argument("--since", metavar="DAY", help="articles from this day on: 2024-01-31")
        parser.add_argument("--category", help="articles of this category only")
        parser.add_argument("--ids", metavar="IDS", help="these articles only: 6583,7006")
        parser.add_argument(
            "--series", metavar="NAME", help="the parts of this series only: a name or an id"
        )
        parser.add_argument(
            "--force", action="store_true", help="overwrite files of the export that were changed"
        )
        parser.add_argument(
            "--no-comments", action="store_true", help="leave the comments of readers out of a site"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write the target, and say what was done."""
        assert self.settings is not None
        kind, target = _kind_and_target(args)
        if opts.no_comments:
            _check_comments(kind)
        selection = Selection(parse_since(opts.since), opts.category, parse_ids(opts.ids))
        check_settings(self.settings)
        database = files_of(self.settings)["database"]
        warc_folder = warc_folder_of(self.settings)

        def use(db: Database) -> None:
            series = None if opts.series is None else one_series(db.conn, opts.series)
            chosen = replace(selection, series=series)
            chosen.check(db)
            job = Job(
                db,
                target,
                chosen,
                opts.force,
                warc_folder=warc_folder,
                data=database.parent,
                has_comments=not opts.no_comments,
            )
            outcome = _write(kind, job)
            show(outcome.line(target))
            for note in outcome.notes:
                show(f"  {note}")
            for sentence in outcome.complaints(target):
                self.fail(sentence)

        read_archive(self, database, use)


def _kinds() -> Mapping[str, Kind]:
    """All kinds by name. Scrapy loads this module for every command, and others need none."""
    from archiver.reading.exports.kinds import KINDS  # noqa: PLC0415

    return KINDS


def _write(kind: Kind, job: Job) -> Outcome:
    progress = ProgressLine(sys.stderr, kind.counted)
    try:
        return kind.write(replace(job, advance=progress.advance))
    finally:
        progress.clear()


def _check_comments(kind: Kind) -> None:
    """Raise ``UsageError`` for a kind from which comments cannot be left out."""
    if not kind.has_comments:
        kinds = ", ".join(one.name for one in _kinds().values() if one.has_comments)
        raise UsageError(
            f"--no-comments is for {kinds}: wacz has whole pages, with their comments, and no other"
            " kind has comments",
            print_help=False,
        )


def _kind_and_target(args: list[str]) -> tuple[Kind, Path]:
    """What the arguments name; raises ``UsageError``."""
    for word in args:
        if word.startswith("-"):
            raise UsageError(f"unknown option {word}", print_help=False)
    known = ", ".join(f"{kind.name} {kind.target}" for kind in _kinds().values())
    if not args:
        raise UsageError(f"give a kind and a target: {known}", print_help=False)
    kind = _kinds().get(args[0])
    if kind is None:
        raise UsageError(_unknown_kind(args[0], known), print_help=False)
    if len(args) != 2 or not args[1]:
        raise UsageError(
            f"give one target, as in: {typed(f'export {kind.name} {kind.target}')}",
            print_help=False,
        )
    return kind, Path(args[1])


def _unknown_kind(name: str, known: str) -> str:
    """What to say of a kind that is none; a PDF is printed from a page of a site."""
    if name.lower() == "pdf":
        site = typed("export site DIR")
        return f"there is no kind {name}: write a site with {site}, then print a page: {_PRINTING}"
    return f"there is no kind {name}; there are: {known}"
