"""``scrapy verify``: check the archive, and on demand every article against its body."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrapy.exceptions import UsageError
from sqlite_utils import Database

from archiver import clock
from archiver.commands.archive_reading import read_archive
from archiver.commands.id_list import parse_ids
from archiver.commands.other_archive import compare_with, find_database
from archiver.commands.process_count import parse_processes
from archiver.commands.value_checks import check_settings
from archiver.processes import Killed, Processes
from archiver.run.archive_files import files_of
from archiver.run.file_options import file_folder_of
from archiver.run.warc_options import warc_folder_of
from archiver.site import Base
from archiver.store.errors import StoreError
from archiver.terminal.command import ProjectCommand
from archiver.terminal.output import show, show_json
from archiver.terminal.program import typed
from archiver.verify.result_table import is_clean

if TYPE_CHECKING:
    from archiver.verify.findings import Findings

_KILLED: Final = (
    "a process of the check was killed; is there too little memory? Try with --processes 1"
)


class Command(ProjectCommand):
    """Opens the archive for reading only; a crawl may run meanwhile.

    Exit status 1: something differs, or the archive is damaged; 2: wrong use.

    ``--json`` prints one object:

    - ``checked_at`` (UTC, ISO 8601); ``database``: its path; ``ok``: true with exit status 0;
      ``problems``: the sentences of stderr
    - ``checks``: each with ``name``, ``unit``, ``compared``, ``differ``, ``findings`` (one text
      each) and ``remark`` (what is worth knowing and no difference, or null)
    - ``left_out``: the checks that could not run, as the schema differs
    - ``remarks``: what is worth knowing of the archive as a whole
    """

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """The arguments."""
        return "[--fidelity] [--ids 6583,7006] [--json] [--processes N] [--against PLACE]"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Check the archive: schema, columns, comments, search, WARC, files; fidelity"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--fidelity``, ``--ids``, ``--json`` and ``--processes``."""
        super().add_options(parser)
        parser.add_argument(
            "--fidelity",
            action="store_true",
            help="also compare text, Markdown, formulas, links and pictures of every article with"
            " its body_html, check that this is safe to show, and that this version would make the"
            " same of it",
        )
        parser.add_argument("--ids", help="only these articles, e.g. 6583,7006")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument(
            "--processes",
            metavar="N",
            help="how many processes read the WARC files and extract their pages again"
            " (as many as there are processors)",
        )
        parser.add_argument(
            "--against", metavar="PLACE",
            help="compare every table with that of another archive, a folder or a database, and"
            " check nothing else",
        )  # fmt: skip

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print a table of checks and a line for each finding; exit status 1 when there is one."""
        # Scrapy loads this module for every command, and others check nothing.
        from archiver.verify.checks import Checks  # noqa: PLC0415
        from archiver.verify.findings import find_all, most_that_help  # noqa: PLC0415

        assert self.settings is not None
        settings = self.settings
        self.refuse_arguments(args)
        check_settings(settings)
        ids = parse_ids(opts.ids)
        processes = parse_processes(opts.processes)
        files, warc = files_of(settings), warc_folder_of(settings)
        if opts.against is not None:
            if opts.fidelity or ids is not None:
                raise UsageError("--against compares whole archives only", print_help=False)
            self._compare(files["database"], opts.against)
            return

        def use(db: Database) -> None:
            try:
                with Processes(most_that_help(processes, warc, ids)) as workers:
                    found = find_all(
                        Checks(db, ids),
                        files,
                        warc,
                        file_folder_of(settings),
                        with_counts=settings.getbool("KEXUE_JSONL_COUNTS"),
                        with_comments=settings.getbool("KEXUE_JSONL_COMMENTS"),
                        base=Base.parse(settings["KEXUE_BASE_URL"]),
                        fidelity=opts.fidelity,
                        processes=workers,
                    )
            except Killed as error:
                raise StoreError(_KILLED) from error
            self._show(found, str(files["database"]), as_json=opts.json)

        read_archive(self, files["database"], use, is_whole_checked=ids is None)

    def _show(self, found: Findings, database: str, *, as_json: bool) -> None:
        problems = [*found.problems]
        if found.count_articles == 0:
            problems.append(f"the archive has no articles yet; {typed('crawl')} fills it")
        if as_json:
            moment = clock.utc_now()
            about = {"checked_at": moment, "database": database, "ok": not problems}
            show_json({**about, "problems": problems, **found.as_object()})
        else:
            show(*found.lines())
        for sentence in problems:
            self.fail(sentence)

    def _compare(self, database: Path, place: str) -> None:
        """Compare the archive with another one; exit status 1 when they differ."""
        assert self.settings is not None
        other = find_database(place, self.settings["KEXUE_NAME"])

        def use(db: Database) -> None:
            points = compare_with(db, other)
            if not is_clean(points):
                differing = ", ".join(point.name for point in points if point.differ)
                self.fail(f"{other} differs: {differing}")

        read_archive(self, database, use)
