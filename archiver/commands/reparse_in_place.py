"""``scrapy reparse`` on the archive of the data folder: options, the work, its report."""

from __future__ import annotations

import argparse
import signal
import sys
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from archiver.commands.early_signals import exit_now, handle_signals
from archiver.commands.id_list import parse_ids
from archiver.run.archive_files import files_of
from archiver.run.warc_options import warc_folder_of
from archiver.site import Base
from archiver.store.errors import StoreError
from archiver.store.lock import locked
from archiver.store.paths import real_folders
from archiver.store.read_only import check_present
from archiver.terminal.command import ProjectCommand
from archiver.terminal.output import checked_output, complain, show, show_json
from archiver.terminal.progress_line import ProgressLine

if TYPE_CHECKING:
    from archiver.run.reparse_report import ReparseReport
    from archiver.run.reparse_run import Wanted


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a reading in place."""
    parser.add_argument("--ids", help="only these articles, e.g. 6583,7006")
    parser.add_argument(
        "--all",
        action="store_true",
        help="also articles whose captures this version has read, for a change of the parsers"
        " without a new PARSER_VERSION",
    )
    parser.add_argument(
        "--accept",
        action="store_true",
        help="with --ids: take today's reading also where it has lost most of a text",
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="name each article that was corrected"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def wanted_of(opts: argparse.Namespace) -> Wanted:
    """The articles that the options name; raises ``UsageError``."""
    # Scrapy loads this module for every command, and others read no article again.
    from archiver.run.reparse_run import Wanted  # noqa: PLC0415

    if opts.accept and opts.ids is None:
        raise UsageError("--accept goes with --ids", print_help=False)
    ids = parse_ids(opts.ids)
    return Wanted(None if ids is None else sorted(ids), all=opts.all, accept=opts.accept)


def is_asked(opts: argparse.Namespace) -> bool:
    """True when an option is given that only a reading in place has."""
    return opts.ids is not None or opts.all or opts.accept or opts.verbose or opts.json


def reparse_in_place(command: ProjectCommand, opts: argparse.Namespace) -> None:
    """Read the captured pages again, correct the archive, print the report."""
    assert command.settings is not None
    wanted = wanted_of(opts)
    handle_signals(signal.default_int_handler)
    try:
        report = _reparse_alone(command.settings, wanted, opts.processes)
    except (StoreError, KeyboardInterrupt) as error:
        complain(command.name, str(error) or "interrupted")
        command.exitcode = 2 if getattr(error, "wrong_use", False) else 1
    else:
        _show(command, report, as_json=opts.json, verbose=opts.verbose)
    handle_signals(exit_now)


def _reparse_alone(settings: BaseSettings, wanted: Wanted, processes: int) -> ReparseReport:
    """Read while no run writes to the data folder; raises ``StoreError``."""
    from archiver.run.reparse_run import reparse  # noqa: PLC0415 - see ``wanted_of``

    paths, folder = files_of(settings), warc_folder_of(settings)
    check_present(paths["database"])
    written = [*paths.values(), *([folder / "any.warc.gz"] if folder.is_dir() else [])]
    progress = ProgressLine(sys.stderr, "articles")
    with locked(*real_folders(written)):
        try:
            return reparse(
                paths,
                folder,
                wanted,
                processes,
                base=Base.parse(settings["KEXUE_BASE_URL"]),
                with_counts=settings.getbool("KEXUE_JSONL_COUNTS"),
                with_comments=settings.getbool("KEXUE_JSONL_COMMENTS"),
                advance=progress.advance,
            )
        finally:
            progress.clear()


def _show(command: ProjectCommand, report: ReparseReport, *, as_json: bool, verbose: bool) -> None:
    with checked_output(command, command.name):
        if as_json:
            show_json(report.as_object())
        else:
            show(*report.lines(verbose=verbose))
        if report.problem is not None:
            command.fail(report.problem)
