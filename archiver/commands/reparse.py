"""``scrapy reparse``: read the captured pages again with the parsers of this version."""

from __future__ import annotations

import argparse

from scrapy.exceptions import UsageError

from archiver.commands import rebuilding, reparse_in_place
from archiver.commands.process_count import parse_processes
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

    With ``--rebuild`` the archive stays as it is, and another one is made from its WARC files.
    """

    requires_project = True

    def syntax(self) -> str:
        """The arguments."""
        return "[--ids 6583,7006] [--all] [--processes N] [--json] | --rebuild DIR [--warc DIR]"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Read the captured pages again with this version, without a network"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of both modes."""
        super().add_options(parser)
        parser.add_argument(
            "--processes", metavar="N", help="use so many processes (default: all cores)"
        )
        reparse_in_place.add_options(parser)
        rebuilding.add_options(parser)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Check the options; the log has errors only unless a level is given."""
        super().process_options(args, opts)
        assert self.settings is not None
        self.refuse_arguments(args)
        check_settings(self.settings)
        opts.processes = parse_processes(opts.processes)
        if opts.rebuild is None and opts.warc is not None:
            raise UsageError("--warc goes with --rebuild", print_help=False)
        if opts.rebuild is not None and reparse_in_place.is_asked(opts):
            raise UsageError("--rebuild goes with --warc and --processes only", print_help=False)
        if opts.loglevel is None:
            self.settings.set("LOG_LEVEL", "ERROR", priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:  # noqa: ARG002
        """Read the captured pages again, or make another archive of them."""
        if opts.rebuild is None:
            reparse_in_place.reparse_in_place(self, opts)
        else:
            rebuilding.rebuild(self, opts)
