"""``scrapy demo``: a real crawl of the embedded blog, and three queries of what it leaves."""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from typing import Final

from archiver.commands import crawl
from archiver.commands.value_checks import check_arguments
from archiver.demo.server import DemoServer
from archiver.environment import is_from_environment
from archiver.run.archive_files import files_of
from archiver.terminal.installed_tools import typed_tool
from archiver.terminal.output import checked_output
from archiver.terminal.streams import output_encoding

_HOOKS: Final = ("KEXUE_HOOK_URL", "KEXUE_HOOK_COMMAND")
_QUERIES: Final = (
    ("rows", "articles", "-c", "id", "-c", "title", "-c", "published", "-c", "readers",
     "--order", "readers desc", "--limit", "5", "-t"),
    ("search", "articles", "注意力", "-c", "id", "-c", "title", "--limit", "5", "-t"),
    ("SELECT category, count(*) AS articles, sum(formula_count) AS formulas"
     " FROM articles GROUP BY category ORDER BY articles DESC", "-t"),
)  # fmt: skip


class Command(crawl.Command):
    """Crawls the demo blog without delay into ``<data folder>/demo.db`` and ``demo.jsonl``."""

    def syntax(self) -> str:
        """The arguments: none."""
        return "[options]"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Crawl the embedded demo blog and query the result"

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
        if opts.loglevel is None:
            self.settings.set("LOG_LEVEL", "WARNING", priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve the demo blog on a free port of the loopback interface and crawl it."""
        assert self.settings is not None
        with DemoServer() as server:
            self.settings.setdict(
                {
                    "KEXUE_BASE_URL": server.base_url,
                    "KEXUE_NAME": "demo",
                    "KEXUE_GATE_DELAY": 0.1,
                    "DOWNLOAD_DELAY": 0,
                    "AUTOTHROTTLE_ENABLED": False,
                },
                priority="cmdline",
            )
            super().run(["kexue", *args], opts)
        if self.exitcode == 0:
            with checked_output(self, self.name):
                self._show_queries()

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
