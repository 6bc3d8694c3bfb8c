"""``scrapy verify``: check the archive, and on demand every article against its body."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError
from sqlite_utils import Database

from archiver.commands.archive_reading import read_archive
from archiver.commands.value_checks import check_settings
from archiver.run.archive_files import files_of
from archiver.run.file_options import file_folder_of
from archiver.run.warc_options import warc_folder_of
from archiver.site import Base
from archiver.terminal.command import ProjectCommand
from archiver.terminal.output import show
from archiver.terminal.program import typed
from archiver.verify.bodies import words_for_old
from archiver.verify.checks import Checks
from archiver.verify.fidelity.comparison import Point
from archiver.verify.integrity import Ids, missing_ids
from archiver.verify.result_table import is_clean, table


class Command(ProjectCommand):
    """Opens the archive for reading only; a crawl may run meanwhile.

    Exit status 1: something differs, or the archive is damaged; 2: wrong use.
    """

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """The arguments."""
        return "[--fidelity] [--ids 6583,7006]"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Check the archive: schema, hashes, columns, search, JSONL, WARC, files; fidelity"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--fidelity`` and ``--ids``."""
        super().add_options(parser)
        parser.add_argument(
            "--fidelity",
            action="store_true",
            help="also compare text, Markdown, formulas, links and pictures of every article with"
            " its body_html, check that this is safe to show, and that this version would make the"
            " same of it",
        )
        parser.add_argument("--ids", help="only these articles, e.g. 6583,7006")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print a table of checks; exit status 1 when anything differs."""
        assert self.settings is not None
        self.refuse_arguments(args)
        check_settings(self.settings)
        ids = _ids(opts.ids)
        files = files_of(self.settings)

        def use(db: Database) -> None:
            self._verify(db, files["jsonl"], ids, fidelity=opts.fidelity)

        read_archive(self, files["database"], use)

    def _verify(self, db: Database, jsonl: Path, ids: Ids | None, *, fidelity: bool) -> None:
        assert self.settings is not None
        checks = Checks(db, ids)
        with_counts = self.settings.getbool("KEXUE_JSONL_COUNTS")
        points = checks.of_files(jsonl, with_counts=with_counts)
        points += checks.of_warc(warc_folder_of(self.settings))
        self._show([*points, *checks.of_pictures(file_folder_of(self.settings))])
        if fidelity:
            self._show_fidelity(checks)
        elif old := checks.count_old():
            show(f"\n{words_for_old(old)}")
        if checks.left_out:
            show(f"\nleft out, as the schema differs: {', '.join(checks.left_out)}")
        if count := checks.count_articles():
            if missing := missing_ids(db, ids or ()):
                self.fail(f"not in the archive: {', '.join(map(str, missing))}")
        elif count == 0:
            self.fail(f"the archive has no articles yet; {typed('crawl')} fills it")

    def _show_fidelity(self, checks: Checks) -> None:
        assert self.settings is not None
        totals = checks.of_fidelity(Base.parse(self.settings["KEXUE_BASE_URL"]))
        if totals.articles or totals.points:
            show("")
            self._show(totals.results())
        if totals.without_body:
            words = "without a copy of the body (protected): not compared"
            show(f"\n{totals.without_body:,} {words}")

    def _show(self, points: list[Point]) -> None:
        show(*table(points))
        for point in points:
            if point.remark:
                show(f"\n{point.remark}")
        if not is_clean(points):
            self.fail(f"differs: {', '.join(point.name for point in points if point.differ)}")


def _ids(text: str | None) -> Ids | None:
    """The article ids of ``--ids``; raises ``UsageError`` for a text that is no list of them."""
    if text is None:
        return None
    numbers = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdecimal() and len(word) < 10 for word in numbers):
        raise UsageError(
            f"--ids {text}: give article numbers with commas between them", print_help=False
        )
    return frozenset(map(int, numbers))
