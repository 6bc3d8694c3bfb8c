"""``scrapy status``: whether the archive is complete, and when it was last up to date."""

from __future__ import annotations

import argparse
import sys

from scrapy.exceptions import UsageError
from sqlite_utils import Database

from archiver import clock
from archiver.commands.archive_reading import read_archive
from archiver.commands.value_checks import check_settings
from archiver.reading.status.status_lines import status_lines
from archiver.reading.status.summary import Summary, read_summary
from archiver.run.archive_files import files_of
from archiver.run.file_options import file_options_of
from archiver.run.warc_options import warc_folder_of
from archiver.terminal.command import ProjectCommand
from archiver.terminal.durations import parse_age
from archiver.terminal.output import show, show_json
from archiver.terminal.text_width import screen_width


class Command(ProjectCommand):
    """0: the promises hold; 1: they do not, and a line on stderr says which; 2: wrong use.

    They hold when nothing listed is missing, nothing has failed, pictures included, no article is
    suspicious, the last run that has ended was ok, and a run over the whole blog (mode ``normal``
    or ``full``) has succeeded, with ``--max-age`` not longer ago than that. A run that goes on now
    does not count.

    An article is suspicious when its page was last read as something that looks like a changed
    theme (``archiver.store.suspicion``), so that its earlier version stayed: such a version is
    newer than the last good reading, or is the reason of a failure.

    ``--json`` prints one object. Times are UTC (ISO 8601), ages and durations in seconds, what is
    not known is null:

    - ``checked_at``; ``database``: its path; ``ok``: true with exit status 0; ``problems``: the
      sentences of stderr
    - ``counts``: ``known`` (ever listed, or archived), ``archived`` (with the next two),
      ``protected``, ``gone``, ``missing``, ``suspicious``, ``failed`` (addresses)
    - ``comments`` of all published articles: ``stored``, ``told`` (by the blog), ``unread_pages``;
      or null
    - ``last_success``: ``id``, ``mode``, ``finished_at``, ``age``; or null
    - ``oldest_check``: ``id``, ``title``, ``fetched_at``, ``age`` of the article, not gone, that
      has not been read for the longest time; or null
    - ``running_since``: null when no run is under way
    - ``missing``: all, each with ``id``, ``title``, ``reason``; ``suspicious``: these and ``since``
    - ``failures``: all, each with ``url``, ``article_id``, ``reason``, ``first_seen``,
      ``last_seen``, ``tries``
    - ``runs``: the last five, newest first, with the columns of ``runs`` but ``versions``,
      ``state`` (``ok``, ``not ok``, ``killed``, ``running``) and ``seconds``
    - ``files``: name → bytes, null for one that is not there; ``warc`` for all WARC files,
      ``files`` for all pictures and other files
    - ``pictures`` and ``linked_files``: the number of addresses by status and, as ``left``, of
      those still to fetch; null with ``KEXUE_PICTURES=0``, and without ``KEXUE_ATTACHMENTS``
    - ``without_file``: the addresses that gave none, each with ``url``, ``status``, ``reason``,
      ``tries``, ``asked_at``, the failed ones first
    - ``uncaptured``: the articles, not gone, of which no WARC file has a page yet; runs read them
      again among the re-checks until there are none. Null with ``KEXUE_WARC=0``
    - ``to_reparse``: how many articles ``scrapy reparse`` would read again
    """

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """The arguments."""
        return "[--json] [--max-age 3d]"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Show the state of the archive (exit status 0 only when it is complete)"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--json`` and ``--max-age``."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--max-age",
            metavar="AGE",
            help="exit status 1 when the last success is older, e.g. 36h or 3d (s, m, h, d, w)",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the state; exit status 1 when a promise does not hold."""
        assert self.settings is not None
        self.refuse_arguments(args)
        check_settings(self.settings)
        max_age = _max_age(opts.max_age)
        settings = self.settings
        files = files_of(settings)

        def use(db: Database) -> None:
            summary = read_summary(
                db,
                files,
                clock.now(),
                warc_folder_of(settings),
                file_options_of(settings),
                keeps_captures=settings.getbool("KEXUE_WARC"),
            )
            self._show(summary, max_age, as_json=opts.json)

        # A run looks at each page of the file, and so does verify.
        read_archive(self, files["database"], use, is_whole_checked=False)

    def _show(self, summary: Summary, max_age: int | None, *, as_json: bool) -> None:
        problems = list(summary.problems(max_age))
        if as_json:
            show_json(summary.as_object(problems))
        else:
            show(*status_lines(summary, screen_width(sys.stdout)))
        if problems:
            self.fail("; ".join(problems))


def _max_age(text: str | None) -> int | None:
    """The seconds of ``--max-age``; raises ``UsageError`` when it is no age."""
    try:
        return None if text is None else parse_age(text)
    except ValueError as error:
        raise UsageError(f"--max-age: {error}", print_help=False) from error
