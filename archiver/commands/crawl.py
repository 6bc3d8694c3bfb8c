"""``scrapy crawl``: Scrapy's command with an exit status that a timer can trust."""

from __future__ import annotations

import argparse
import gc
import logging
import signal
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.commands import crawl
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader

from archiver import __version__
from archiver.commands.crawl_help import add_help
from archiver.commands.early_signals import exit_now, handle_signals
from archiver.commands.misplaced_words import check_words, hint_for_setting
from archiver.commands.value_checks import check_arguments, check_settings
from archiver.network.scrapy_internals import shutdown_handler
from archiver.network.stop import INTERRUPTED
from archiver.planning.plan import Plan
from archiver.run.archive_files import files_of
from archiver.run.archive_run import ArchiveRun
from archiver.run.capture_log import check_writable
from archiver.run.file_options import file_options_of
from archiver.run.hooks import call_hooks
from archiver.run.log import keep_log_short
from archiver.run.outcome import traffic_of
from archiver.run.report import Report
from archiver.run.warc_options import warc_options_of
from archiver.store.errors import StoreError
from archiver.store.lock import locked
from archiver.store.paths import real_folders
from archiver.store.sqlite import check_folder
from archiver.terminal.command import ProjectCommand, check_pairs
from archiver.terminal.output import checked_output, show
from archiver.terminal.program import KEXUE, SPIDER, program_name

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

logger = logging.getLogger(__name__)

_NO_FEED = (
    "-o, -O and FEEDS write nothing here: every run writes the JSONL file in the data folder,"
    " from the database"
)
_NO_PICTURES = "pictures=1 fetches pictures, and KEXUE_PICTURES=0 leaves them out"


class Command(ProjectCommand, crawl.Command):
    """Exit status 0: the promises hold; 1: they do not, and stderr says which; 2: wrong use."""

    crawler: Crawler | None = None

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Bring the archive up to date (exit status 0 only when it is complete)"

    def syntax(self) -> str:
        """The arguments."""
        return "[-a NAME=VALUE] [-s NAME=VALUE]"

    def long_desc(self) -> str:
        """What the command does."""
        return "Bring the archive up to date; exit status 0: complete; 1: not; 2: wrong use"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's options but ``-o``, and tell of the spider arguments and the settings."""
        super().add_options(parser)
        for option in ("-o", "--output", "-O", "--overwrite-output"):
            parser.add_argument(option, nargs="?", const="", dest="output", help=argparse.SUPPRESS)
        add_help(parser)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check words, arguments and settings before a line is logged; raises ``UsageError``."""
        assert self.settings is not None
        given = dict(word.partition("=")[::2] for word in opts.set)
        hooks = {name: value for name, value in given.items() if name.startswith("KEXUE_HOOK_")}
        self.settings.setdict(hooks, priority="cmdline")  # they are told, whatever else is wrong
        try:
            self._check_use(args, opts, [name.strip() for name in given])
        except UsageError as error:
            self._call_hooks({"exit_status": 2, "outcome": str(error)})
            raise

    def _check_use(self, args: list[str], opts: argparse.Namespace, given: list[str]) -> None:
        """Raise ``UsageError`` for what means nothing; ``given`` are the settings of ``-s``."""
        assert self.settings is not None
        if opts.output is not None or "FEEDS" in given or self.settings.getdict("FEEDS"):
            raise UsageError(_NO_FEED, print_help=False)
        opts.overwrite_output = None  # Scrapy reads it; its option is hidden
        self._check_words(args)
        check_pairs("-a", opts.spargs, "full=1")
        if hint := next(filter(None, map(hint_for_setting, given)), None):
            raise UsageError(hint, print_help=False)
        super().process_options(args, opts)
        check_arguments(opts.spargs)
        check_settings(self.settings)
        if Plan.parse(**opts.spargs).pictures and not self.settings.getbool("KEXUE_PICTURES"):
            raise UsageError(_NO_PICTURES, print_help=False)
        keep_log_short(self.settings)

    def _check_words(self, args: list[str]) -> None:
        """Raise ``UsageError`` for anything but the name of a spider; ``kexue`` knows its own."""
        assert self.settings is not None
        if not args and program_name() == KEXUE:
            args.append(SPIDER)
        check_words(args, get_spider_loader(self.settings).list())

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the database, crawl, print the report, call the hooks."""
        assert self.settings is not None
        handle_signals(signal.default_int_handler)
        try:
            self._run_alone(args, opts, files_of(self.settings))
        except StoreError as error:
            self._end(str(error), 2 if error.wrong_use else 1)
        except KeyboardInterrupt:
            self._end("interrupted before the run has begun")

    def _run_alone(
        self, args: list[str], opts: argparse.Namespace, files: Mapping[str, Path]
    ) -> None:
        """Crawl while no other run writes to the data folder; raises ``StoreError``."""
        assert self.settings is not None
        check_folder(files["database"].parent)
        written = list(files.values())
        if (warc := warc_options_of(self.settings)) is not None:
            check_folder(warc.folder)
            written.append(warc.folder / "any.warc.gz")
        if (pictures := file_options_of(self.settings)) is not None:
            check_folder(pictures.folder)
            written.append(pictures.folder / "any.png")
        with locked(*real_folders(written)):
            check_writable(files["database"], warc)
            self._crawl(args, opts)
            report = self._finished()
        if report is None:
            self._end("the run did not start; the log says why")
            return
        self.exitcode = report.exit_status
        with checked_output(self, self.name):
            show(*report.lines())
        told = report.as_object()
        if self.exitcode != report.exit_status:
            told |= {"exit_status": self.exitcode, "outcome": "the report cannot be printed"}
        self._call_hooks(told)
        if report.problem is not None:
            self._say(report.problem)  # the last line, for who reads no more

    def _end(self, sentence: str, status: int = 1) -> None:
        """End without a run: say why, also to the hooks."""
        self._say(sentence)
        self.exitcode = status
        self._call_hooks({"exit_status": status, "outcome": sentence})

    def _crawl(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl as Scrapy's command does, and keep the crawler: its run has the report."""
        from twisted.internet import reactor  # noqa: PLC0415 - Scrapy has chosen one by now

        assert self.settings is not None
        assert self.crawler_process is not None
        # Scrapy would load it with three times as many open calls, and its deprecated classes look
        # at each of them.
        import_module("scrapy.core.downloader.contextfactory")
        reactor.callWhenRunning(self._heed_hangup)
        gc.freeze()  # what is loaded by now stays to the end: no collection need look at it
        database = files_of(self.settings)["database"]
        blog = self.settings["KEXUE_BASE_URL"]
        logger.info("kexue-archiver %s: %s into %s", __version__, blog, database)
        self.crawler = self.crawler_process.create_crawler(args[0])
        self.crawler_process.crawl(self.crawler, **opts.spargs)
        self.crawler_process.start()
        if self.crawler_process.bootstrap_failed:
            self.exitcode = 1

    def _heed_hangup(self) -> None:
        """Let SIGHUP, as from a terminal that is closed, end the crawl as SIGTERM does."""
        assert self.crawler_process is not None
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            signal.signal(signal.SIGHUP, shutdown_handler(self.crawler_process))

    def _finished(self) -> Report | None:
        """The report, or ``None`` when no run has begun.

        A run that did not end in order, because something hung, is finished here.
        """
        owner = self.crawler.get_addon(ArchiveRun) if self.crawler else None
        if self.crawler is None or owner is None or not owner.run.has_begun:
            return None
        return owner.run.finish(INTERRUPTED, traffic_of(self.crawler))

    def _call_hooks(self, report: Mapping[str, Any]) -> None:
        assert self.settings is not None
        handle_signals(signal.default_int_handler)  # Scrapy's go to a reactor that has ended
        try:
            for sentence in call_hooks(report, self.settings):
                if not report["outcome"].endswith(sentence):  # a wrong setting of the hooks
                    self._say(sentence)
        except KeyboardInterrupt:
            self._say("interrupted; the hook was not waited for")
            self.exitcode = self.exitcode or 1
        handle_signals(exit_now)
