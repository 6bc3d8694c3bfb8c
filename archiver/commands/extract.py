"""``scrapy extract FILE``: what a crawl would store of one saved page, as JSON."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from archiver.commands.crawl import check_settings
from archiver.extracting import Extractor
from archiver.pages.errors import UnexpectedPage
from archiver.pages.kind import Kind


class Command(ScrapyCommand):
    """Reads a page from a file or standard input, without network and database."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """The arguments."""
        return "[--url URL] FILE"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Print what a crawl would store of a saved page (FILE, or - for standard input)"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--url``."""
        super().add_options(parser)
        parser.add_argument("--url", help="the address that the page was saved from")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the items as JSON; exit status 1 when the page has none, with the reason."""
        assert self.settings is not None
        if len(args) > 1 or (args and args[0].startswith("--")):
            raise UsageError("give one file, or none to read standard input", print_help=False)
        check_settings(self.settings)
        name = args[0] if args else "-"
        try:
            kind, items = Extractor(self.settings).extract(_read(name), opts.url)
        except (OSError, UnexpectedPage) as error:
            reason = error.strerror or str(error) if isinstance(error, OSError) else str(error)
            print(f"scrapy extract: {name}: {reason}", file=sys.stderr)
            self.exitcode = 1
            return
        single = kind in {Kind.ARTICLE, Kind.PROTECTED}
        print(json.dumps(items[0] if single else items, ensure_ascii=False, indent=2))


def _read(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
