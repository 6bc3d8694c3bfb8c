"""``scrapy reparse``: today's parsers over the WARC files, without a network."""

from __future__ import annotations

import argparse

from archiver.commands.reparse_in_place import add_options, reparse_in_place
from archiver.commands.value_checks import check_settings
from archiver.terminal.command import ProjectCommand


class Command(ProjectCommand):
    """Corrects the archive where this version reads a captured page otherwise than an earlier one.

    Exit status 1: an article could not be read again and stays as it is, or it ended early; 2:
    wrong use.

    ``--json`` prints one object:

    - ``ok``: true with exit status 0; ``problem``: the sentence of stderr, or null; ``ending``:
      ``finished``, or why it ended early
    - ``planned``, ``read``, ``unchanged``: numbers of articles; ``withdrawn``, ``found``: of edits
    - ``corrected``: all, each with ``article``, ``differs`` (columns and tables), ``withdrawn``,
      ``found``; ``not_readable``: all, each with ``article`` and ``reason``
    - ``seconds``
    """

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """The arguments."""
        return "[--ids 6583,7006] [--all] [--processes N] [--verbose] [--json]"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Read the captured pages again with this version, without a network"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options."""
        super().add_options(parser)
        parser.add_argument(
            "--processes", metavar="N", help="use so many processes (default: all cores)"
        )
        add_options(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the captured pages again."""
        assert self.settings is not None
        self.refuse_arguments(args)
        check_settings(self.settings)
        reparse_in_place(self, opts)
