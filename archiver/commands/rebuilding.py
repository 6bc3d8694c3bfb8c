"""``scrapy reparse --rebuild``: options, the work, its report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from scrapy.crawler import AsyncCrawlerProcess

from archiver.commands.early_signals import handle_signals
from archiver.network.scrapy_internals import interrupt_crawls
from archiver.run.warc_options import warc_folder_of
from archiver.store.errors import StoreError
from archiver.terminal.command import ProjectCommand
from archiver.terminal.output import checked_output, complain, show
from archiver.terminal.plural import plural
from archiver.terminal.progress_line import ProgressLine

if TYPE_CHECKING:
    from archiver.replay.rebuild import Rebuilt


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a rebuild."""
    parser.add_argument(
        "--rebuild",
        metavar="DIR",
        help="make an archive anew in this folder, which must be empty, from the WARC files alone",
    )
    parser.add_argument(
        "--warc",
        metavar="DIR",
        help="with --rebuild: read the WARC files of this folder, not of the archive's",
    )


def rebuild(command: ProjectCommand, opts: argparse.Namespace) -> None:
    """Make the archive, and say what is in it."""
    # Scrapy loads this module for every command, and others rebuild nothing.
    from archiver.replay.rebuild import Rebuild  # noqa: PLC0415

    assert command.settings is not None
    handle_signals(interrupt_crawls)
    given = opts.warc
    warc = warc_folder_of(command.settings) if given is None else Path(given).expanduser()
    line = ProgressLine(sys.stderr, "runs")
    with checked_output(command, command.name):
        try:
            result = Rebuild(
                warc,
                Path(opts.rebuild).expanduser(),
                cast("AsyncCrawlerProcess", command.crawler_process),
                processes=opts.processes,
                advance=line.advance,
            ).run()
        except StoreError as error:
            line.clear()
            command.fail(str(error), 2 if error.wrong_use else 1)
            return
        except KeyboardInterrupt:
            line.clear()
            command.fail("interrupted; the same command goes on behind the last whole run")
            return
        line.clear()
        _show(command, result)


def _show(command: ProjectCommand, result: Rebuilt) -> None:
    again = f" ({result.earlier} of them made before)" if result.earlier else ""
    runs = plural(result.runs + result.earlier, "run")
    articles, captures = plural(result.articles, "article"), plural(result.captures, "capture")
    show(f"{runs}{again}, {articles}, {captures}", f"database    {result.database}")
    for fault in result.faults:
        complain(command.name, fault)
    if result.faults:
        count = plural(len(result.faults), "thing")
        command.fail(f"the archive lacks what could not be used of the WARC files: {count} above")
