"""``scrapy verify``: check the archive, and on demand every article against its body."""

from __future__ import annotations

import argparse

from scrapy.exceptions import UsageError
from sqlite_utils import Database

from archiver import clock
from archiver.commands.archive_reading import read_archive
from archiver.commands.value_checks import check_settings
from archiver.run.archive_files import files_of
from archiver.run.file_options import file_folder_of
from archiver.run.warc_options import warc_folder_of
from archiver.site import Base
from archiver.terminal.command import ProjectCommand
from archiver.terminal.output import show, show_json
from archiver.terminal.program import typed
from archiver.verify.checks import Checks
from archiver.verify.chosen import Ids
from archiver.verify.findings import Findings, find_all, most_that_help
from archiver.verify.processes import Processes, count_processors


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
        return "[--fidelity] [--ids 6583,7006] [--json] [--processes 2]"

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

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print a table of checks and a line for each finding; exit status 1 when there is one."""
        assert self.settings is not None
        settings = self.settings
        self.refuse_arguments(args)
        check_settings(settings)
        ids = _ids(opts.ids)
        processes = _processes(opts.processes)
        files, warc = files_of(settings), warc_folder_of(settings)

        def use(db: Database) -> None:
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


def _processes(text: str | None) -> int:
    """The number of ``--processes``; raises ``UsageError`` when it is none from 1 to 999."""
    if text is None:
        return count_processors()
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:4]) < 1000 and len(text) < 4):
        raise UsageError(f"--processes {text}: give a number from 1 to 999", print_help=False)
    return int(text)
