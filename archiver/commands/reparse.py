"""``scrapy reparse``: today's parsers over the WARC files, without a network."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import cast

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError

from archiver.commands.early_signals import handle_signals
from archiver.commands.value_checks import check_settings
from archiver.network.scrapy_internals import interrupt_crawls
from archiver.replay.rebuild import Rebuild, Rebuilt
from archiver.run.warc_options import warc_folder_of
from archiver.store.errors import StoreError
from archiver.terminal.command import ProjectCommand
from archiver.terminal.output import checked_output, show
from archiver.terminal.plural import plural
from archiver.terminal.progress_line import ProgressLine


class Command(ProjectCommand):
    """Exit status 1: something in the WARC files could not be used; 2: wrong use."""

    requires_project = True

    def syntax(self) -> str:
        """The arguments."""
        return "--rebuild DIR [--warc DIR] [--processes N]"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Make an archive anew from the WARC files alone, without a network"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--rebuild``, ``--warc`` and ``--processes``."""
        super().add_options(parser)
        parser.add_argument(
            "--rebuild", metavar="DIR", help="make the archive in this folder, which must be empty"
        )
        parser.add_argument(
            "--warc", metavar="DIR", help="read the WARC files of this folder, not of the archive's"
        )
        parser.add_argument(
            "--processes", metavar="N", help="use so many processes (default: all cores)"
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the options; the log has errors only unless a level is given."""
        super().process_options(args, opts)
        assert self.settings is not None
        self.refuse_arguments(args)
        check_settings(self.settings)
        if opts.rebuild is None:
            raise UsageError("--rebuild DIR is missing: a folder for the archive", print_help=False)
        opts.processes = _number(opts.processes)
        if opts.loglevel is None:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002
        """Make the archive, and say what is in it."""
        assert self.settings is not None
        handle_signals(interrupt_crawls)
        warc = warc_folder_of(self.settings) if opts.warc is None else Path(opts.warc).expanduser()
        line = ProgressLine(sys.stderr, "runs")
        with checked_output(self, self.name):
            try:
                rebuild = Rebuild(
                    warc,
                    Path(opts.rebuild).expanduser(),
                    cast("AsyncCrawlerProcess", self.crawler_process),
                    processes=opts.processes,
                    advance=line.advance,
                )
                result = rebuild.run()
            except StoreError as error:
                line.clear()
                self.fail(str(error), 2 if error.wrong_use else 1)
                return
            except KeyboardInterrupt:
                line.clear()
                self.fail("interrupted; the same command goes on behind the last whole run")
                return
            line.clear()
            self._show(result)

    def _show(self, result: Rebuilt) -> None:
        again = f" ({result.earlier} of them made before)" if result.earlier else ""
        runs = plural(result.runs + result.earlier, "run")
        show(
            f"{runs}{again}, {plural(result.articles, 'article')},"
            f" {plural(result.captures, 'capture')}",
            f"database    {result.database}",
        )
        for fault in result.faults:
            self._say(fault)
        if result.faults:
            count = plural(len(result.faults), "thing")
            self.fail(f"the archive lacks what could not be used of the WARC files: {count} above")


def _number(text: str | None) -> int:
    """The number of ``--processes``; raises ``UsageError`` for anything else."""
    if text is None:
        return len(os.sched_getaffinity(0))
    if not (text.isascii() and text.isdigit() and 0 < int(text[:4]) <= 256):
        raise UsageError(f"--processes {text}: give a number from 1 to 256", print_help=False)
    return int(text)
