"""``scrapy demo``: real crawls of the embedded blog, and three queries of what they leave."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from typing import Final

from archiver import clock
from archiver.commands import crawl
from archiver.commands.demo_days import (
    crawl_as_of,
    days_left,
    parse_day,
    parse_number,
    words_for_last_run,
)
from archiver.commands.value_checks import check_arguments
from archiver.demo.days import LAST_DAY, moment_of, posts_as_of
from archiver.demo.posts import load_posts
from archiver.demo.server import DemoServer
from archiver.environment import is_from_environment
from archiver.run.archive_files import files_of
from archiver.store.errors import StoreError
from archiver.terminal.installed_tools import typed_tool
from archiver.terminal.output import checked_output, flush, show
from archiver.terminal.streams import output_encoding

_HOOKS: Final = ("KEXUE_HOOK_URL", "KEXUE_HOOK_COMMAND")
_QUERIES: Final = (
    ("rows", "articles", "-c", "id", "-c", "title", "-c", "published", "-c", "readers",
     "--order", "readers desc", "--limit", "5", "-t"),
    ("search", "articles", "注意力", "-c", "id", "-c", "title", "--limit", "5", "-t"),
    ("SELECT category, count(*) AS articles, sum(formula_count) AS formulas"
     " FROM articles GROUP BY category ORDER BY articles DESC", "-t"),
)  # fmt: skip
#: The archive of ``--days``: its runs lie in the past, so it is none of ``scrapy demo``'s own.
_NAME_OF_DAYS: Final = "demo-days"


class Command(crawl.Command):
    """Crawls the demo blog without delay into ``<data folder>/demo.db`` and ``demo.jsonl``.

    With ``--days`` it is crawled as it was in its last weeks, into ``demo-days.db``.
    """

    def syntax(self) -> str:
        """The arguments: none."""
        return "[options]"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Crawl the embedded demo blog and query the result"

    def long_desc(self) -> str:
        """What the command does."""
        return self.short_desc()

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options that turn the time back."""
        super().add_options(parser)
        parser.add_argument(
            "--days", metavar="N",
            help=f"crawl the blog as it was in the N days up to {LAST_DAY}, every second day,"
            f" into {_NAME_OF_DAYS}.db (reader counts of weeks, an edit, a deletion, news)",
        )  # fmt: skip
        parser.add_argument(
            "--as-of", metavar="DAY", help=f"crawl it once, as it was on this day, up to {LAST_DAY}"
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Set the log level to warnings unless one was given: the table says what happened.

        Hooks of the environment are not called: they are told of the real archive.
        """
        assert self.settings is not None
        silent = {name: "" for name in _HOOKS if is_from_environment(self.settings, name)}
        self.settings.setdict(silent, priority="cmdline")
        super().process_options(args, opts)
        opts.spargs = opts.spargs or {"full": "1"}
        check_arguments(opts.spargs)
        opts.days, opts.as_of = parse_number(opts.days), parse_day(opts.as_of)
        if opts.loglevel is None:
            self.settings.set("LOG_LEVEL", "WARNING", priority="cmdline")
        past = opts.days is not None or opts.as_of is not None
        name = _NAME_OF_DAYS if past else "demo"
        self.settings.set("KEXUE_NAME", name, priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl the demo blog of now, of one day, or of many."""
        if opts.days is not None:
            self._crawl_days(opts)
            return
        self._crawl_once(args, opts)
        if self.exitcode == 0 and opts.as_of is None:
            with checked_output(self, self.name):
                self._show_queries()

    def _crawl_once(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve the demo blog on a free port of the loopback interface and crawl it."""
        assert self.settings is not None
        posts = load_posts()
        if opts.as_of is not None:
            posts = posts_as_of(posts, opts.as_of)
            clock.set_to(moment_of(opts.as_of))
        with DemoServer(posts) as server:
            self.settings.setdict(
                {
                    "KEXUE_BASE_URL": server.base_url,
                    "KEXUE_GATE_DELAY": 0.1,
                    "DOWNLOAD_DELAY": 0,
                    "AUTOTHROTTLE_ENABLED": False,
                    "KEXUE_ATTACHMENTS": True,
                },
                priority="cmdline",
            )
            super().run(["kexue", *args], opts)

    def _crawl_days(self, opts: argparse.Namespace) -> None:
        """Crawl as of each day that the archive has no run of yet, and say what was found."""
        assert self.settings is not None
        files = files_of(self.settings)
        with checked_output(self, self.name):
            try:
                if not (days := days_left(opts.days, files)):
                    show("no day is left: the archive has a run as late as the last of them")
                for day in days:
                    self.exitcode = crawl_as_of(day, opts)
                    if self.exitcode:
                        return
                    show(f"{day}  {words_for_last_run(files['database'])}")
                    flush()
                show(f"database    {files['database']}")
            except StoreError as error:
                self.fail(str(error), 2 if error.wrong_use else 1)

    def _check_words(self, args: list[str]) -> None:
        self.refuse_arguments(args)

    def _show_queries(self) -> None:
        """Run the queries with the command-line tool, as a user would."""
        assert self.settings is not None
        database = str(files_of(self.settings)["database"])
        encoding = f"{output_encoding()}:backslashreplace"
        environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONIOENCODING": encoding}
        program = typed_tool("sqlite-utils", "sqlite_utils")
        for query in _QUERIES:
            words = [query[0], database, *query[1:]] if query[0].islower() else [database, *query]
            print(f"\n$ {program} {shlex.join(words)}", flush=True)
            command = [sys.executable, "-m", "sqlite_utils", *words]
            raw = [word.encode("utf-8", "surrogateescape") for word in command]
            subprocess.run(raw, env=environment, check=False)  # noqa: S603
