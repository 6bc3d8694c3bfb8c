"""``scrapy verify``: is the archive whole, and is every article what its page said?"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from sqlite_utils import Database

from archiver.audit.archive import Ids, check_database, missing_ids, open_for_reading
from archiver.audit.comparing import Point
from archiver.audit.fidelity import audit_archive, count_old, words_for_old
from archiver.audit.jsonl import check_jsonl
from archiver.audit.report import is_clean, table
from archiver.run import files_of
from archiver.store.errors import StoreError


class Command(ScrapyCommand):
    """0: nothing differs; 1: something does, or the archive is damaged; 2: wrong use.

    The archive is opened for reading only; a crawl may run meanwhile.
    """

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """The arguments."""
        return "[--fidelity] [--ids 6583,7006]"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "Check the archive: database, hashes, search index, JSONL and, on demand, fidelity"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--fidelity`` and ``--ids``."""
        super().add_options(parser)
        parser.add_argument(
            "--fidelity",
            action="store_true",
            help="also compare text, Markdown, formulas, links and pictures of every article with"
            " its body_html, and check that this is safe to show",
        )
        parser.add_argument("--ids", help="only these articles, e.g. 6583,7006")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print a table of checks; exit status 1 when anything differs."""
        assert self.settings is not None
        if args:
            raise UsageError("verify takes options only", print_help=False)
        ids = _ids(opts.ids)
        files = files_of(self.settings)
        try:
            with closing(open_for_reading(files["database"])) as db:
                self._verify(db, files, ids, fidelity=opts.fidelity)
        except StoreError as error:
            self._say(str(error))
            self.exitcode = 2 if error.wrong_use else 1
        except (sqlite3.Error, json.JSONDecodeError) as error:
            self._say(f"cannot read {files['database']}: {error}")
            self.exitcode = 1

    def _verify(
        self, db: Database, files: dict[str, Path], ids: Ids | None, *, fidelity: bool
    ) -> None:
        if missing := missing_ids(db, ids or ()):
            self._say(f"not in the archive: {', '.join(map(str, missing))}")
            self.exitcode = 1
        self._show([*check_database(db, ids), check_jsonl(db, files["jsonl"], ids)])
        if fidelity:
            self._show_fidelity(db, ids)
        elif old := count_old(db, ids):
            print(f"\n{words_for_old(old)}")

    def _show_fidelity(self, db: Database, ids: Ids | None) -> None:
        totals = audit_archive(db, ids)
        print()
        self._show(totals.results())
        if totals.without_body:
            print(f"\n{totals.without_body:,} without a body: nothing to compare")

    def _show(self, points: list[Point]) -> None:
        print(*table(points), sep="\n")
        if not is_clean(points):
            self._say(f"differs: {', '.join(point.name for point in points if point.differ)}")
            self.exitcode = 1

    def _say(self, sentence: str) -> None:
        print(f"scrapy verify: {sentence}", file=sys.stderr)


def _ids(text: str | None) -> Ids | None:
    """The ids of ``--ids``; raises ``UsageError`` when they are none."""
    if text is None:
        return None
    numbers = [word.strip() for word in text.split(",")]
    if not all(word.isascii() and word.isdecimal() and len(word) < 10 for word in numbers):
        raise UsageError(
            f"--ids {text}: give article numbers with commas between them", print_help=False
        )
    return frozenset(map(int, numbers))
