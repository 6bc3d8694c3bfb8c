"""``scrapy extract FILE``: what a crawl would store of one saved page, as JSON.

With ``--audit`` it compares what would be stored with the page, as a proof that nothing is lost.
"""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from scrapy.exceptions import UsageError
from scrapy.settings import Settings
from scrapy.utils.python import global_object_name

from archiver.commands.value_checks import check_settings
from archiver.pages.kind import Kind
from archiver.site import Base, article_url, split_url
from archiver.terminal.command import ProjectCommand
from archiver.terminal.output import checked_output, complain, flush, show, show_json
from archiver.terminal.plural import plural
from archiver.tree.unexpected import UnexpectedPage
from archiver.verify.result_table import Totals, is_clean, table, verdict

if TYPE_CHECKING:
    from archiver.extraction.saved_page import Extracted

logger = logging.getLogger(__name__)

#: ``refine`` takes the steps of the pipelines in this package.
_OWN_PIPELINES: Final = "archiver.pipelines."


class Command(ProjectCommand):
    """Reads pages from files or standard input, without network and database.

    Exit status 1: a page has nothing to extract, or its audit found a difference; 2: wrong use.
    """

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """The arguments."""
        return "[--url URL] [--audit] FILE"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Print what a crawl would store of a saved page (FILE, or - for standard input)"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--url`` and ``--audit``."""
        super().add_options(parser)
        parser.add_argument("--url", help="the address that the page was saved from")
        parser.add_argument(
            "--audit",
            action="store_true",
            help="compare what would be stored with the page in six points;"
            " takes several files; exit status 1 when anything differs",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the items as JSON, or the six points; exit status 1 with the reason on stderr."""
        assert self.settings is not None
        _check_arguments(args, opts)
        check_settings(self.settings)
        names = args or ["-"]
        base = Base.parse(self.settings["KEXUE_BASE_URL"])
        _name_other_pipelines(self.settings)
        with checked_output(self, "extract"):
            if opts.audit:
                self._audit(names, opts.url, base)
            else:
                self._extract(names[0], opts.url, base)

    def _extract(self, name: str, url: str | None, base: Base) -> None:
        # Scrapy loads this module for every command, and others read no page.
        from archiver.extraction.saved_page import extract  # noqa: PLC0415

        try:
            extracted = extract(_read(name), url, base)
        except (OSError, UnexpectedPage) as error:
            self._refuse(name, error)
            return
        _warn(name, extracted)
        is_article = extracted.kind in {Kind.ARTICLE, Kind.PROTECTED}
        show_json(extracted.rows[0] if is_article else extracted.rows)

    def _audit(self, names: list[str], url: str | None, base: Base) -> None:
        """Print the table of one page; of several pages a line each, and the table of the sums."""
        # Scrapy loads this module for every command, and others audit nothing.
        from archiver.verify.page_audit import audit_page  # noqa: PLC0415

        totals = Totals()
        for name in names:
            try:
                row, points, extracted = audit_page(_read(name), url, base)
            except (OSError, UnexpectedPage) as error:
                self._refuse(name, error)
                continue
            _warn(name, extracted)
            if row["body_html"] is None:
                totals.without_body += 1
                show(f"{name}: article {row['id']} has no body ({row['status']})")
            elif len(names) > 1:
                show(verdict(name, points))
            totals.add(name, points)
        self._print_totals(totals, len(names))

    def _print_totals(self, totals: Totals, asked: int) -> None:
        compared = totals.articles - totals.without_body
        if compared:
            if asked > 1:
                show(f"\n{totals.articles:,} of {plural(asked, 'page')} audited")
            show(*table(totals.results()))
        if not is_clean(totals.results()):
            self.exitcode = 1

    def _refuse(self, name: str, error: OSError | UnexpectedPage) -> None:
        reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
        _say(name, reason)
        self.exitcode = 1


def _name_other_pipelines(settings: Settings) -> None:
    """Say on stderr which pipelines of the settings are not applied: those from elsewhere."""
    for pipeline, position in settings.getdict("ITEM_PIPELINES").items():
        path = pipeline if isinstance(pipeline, str) else global_object_name(pipeline)
        if position is not None and not path.startswith(_OWN_PIPELINES):
            complain("extract", f"{path} is not applied: only a crawl runs pipelines")


def _warn(name: str, extracted: Extracted) -> None:
    """Log what was not understood, and say on stderr what could not be read as UTF-8."""
    for doubt in extracted.doubts:
        logger.warning("%s", doubt)
    if extracted.is_damaged:
        _say(name, "bytes that are no UTF-8 are kept as U+FFFD")


def _say(name: str, words: str) -> None:
    flush()
    complain("extract", f"{'standard input' if name == '-' else name}: {words}")


def _check_arguments(args: list[str], opts: argparse.Namespace) -> None:
    """Raise ``UsageError`` for unknown options, and for arguments that do not go together."""
    for name in args:
        if name.startswith("-") and name != "-":
            raise UsageError(f"unknown option {name}", print_help=False)
    if len(args) > 1 and not opts.audit:
        raise UsageError("give one file, or none to read standard input", print_help=False)
    if opts.url is not None:
        _check_url(opts.url, len(args))
    if args.count("-") > 1:
        raise UsageError("standard input can be read once", print_help=False)


def _check_url(url: str, files: int) -> None:
    """Raise ``UsageError`` for an address that no page can have, and for one of several files."""
    if files > 1:
        raise UsageError("--url is the address of one page; give one file", print_help=False)
    parts = split_url(url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"--url {url} is no address like {article_url(6583)}", print_help=False)


def _read(name: str) -> bytes:
    """The bytes of a file or of standard input; raises ``OSError``, ``UnexpectedPage``."""
    page = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    if not page.strip():
        raise UnexpectedPage("it is empty")
    return page
