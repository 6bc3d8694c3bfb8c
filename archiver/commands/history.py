"""``scrapy history``: the versions of an article, one of them, or how two of them differ."""

from __future__ import annotations

import argparse
import os
import sys

from scrapy.exceptions import UsageError
from sqlite_utils import Database

from archiver.commands.archive_reading import read_archive
from archiver.commands.value_checks import check_settings
from archiver.reading.history.diff_display import COLOURS, MARKS, Style
from archiver.reading.history.history_json import history_object, version_object
from archiver.reading.history.version_comparison import comparison_lines
from archiver.reading.history.version_table import history_lines
from archiver.reading.history.versions import History, Version, read_history
from archiver.run.archive_files import files_of
from archiver.store.errors import StoreError
from archiver.terminal.command import ProjectCommand
from archiver.terminal.output import complain, is_on_terminal, show, show_json
from archiver.terminal.printable import printable
from archiver.terminal.program import typed
from archiver.terminal.streams import output_encoding
from archiver.terminal.text_width import screen_width
from archiver.tree.unexpected import UnexpectedPage


class Command(ProjectCommand):
    """Without network. Exit status 1: the archive is damaged; 2: wrong use.

    The archive is opened for reading only; a crawl may run meanwhile.
    """

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        """The arguments."""
        return "[--json | --html] ID [VERSION [VERSION]]"

    def short_desc(self) -> str:
        """The line in the list of commands."""
        return "List the versions of an article, print one, or show how two of them differ"

    def long_desc(self) -> str:
        """What the arguments do."""
        return (
            "With an article's number: its versions, status and changes. With a version too: the"
            " Markdown of that version. With two versions: what differs, removed [-so-] and added"
            " {+so+}, in colours on a terminal unless NO_COLOR is set."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--json`` and ``--html``."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="the list or one version as JSON")
        parser.add_argument("--html", action="store_true", help="the body_html of one version")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print what is asked for; exit status 2 with one sentence when there is no such thing."""
        assert self.settings is not None
        numbers = _numbers(args)
        _check_options(numbers, opts)
        check_settings(self.settings)

        def use(db: Database) -> None:
            history = read_history(db, numbers[0])
            try:
                _print(_require_history(history, numbers[0]), numbers[1:], opts)
            except UnexpectedPage as error:
                self.fail(f"article {numbers[0]}: a version cannot be read: {error}")

        read_archive(self, files_of(self.settings)["database"], use)


def _print(history: History, numbers: list[int], opts: argparse.Namespace) -> None:
    versions = [_version(history, number) for number in numbers]
    if len(versions) == 2:
        lines = comparison_lines(history.article["id"], versions[0], versions[1], _style())
        print(*lines, sep="\n")
    elif opts.json:
        found = version_object(history, versions[0]) if versions else history_object(history)
        show_json(found)
    elif versions:
        _print_version(versions[0], html=opts.html)
    else:
        show(*history_lines(history, screen_width(sys.stdout)))


def _print_version(version: Version, *, html: bool) -> None:
    text = version.row["body_html"] if html else version.body.markdown
    if text:
        text.encode(output_encoding())  # data is printed whole and unchanged, or not at all
        print(printable(text) if is_on_terminal() else text)
    else:
        complain("history", f"version {version.number} has no text")


def _style() -> Style:
    """Colours on a terminal, unless ``NO_COLOR`` is set (https://no-color.org)."""
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return COLOURS if is_on_terminal() and not plain else MARKS


def _require_history(history: History | None, article: int) -> History:
    """The history; raises ``StoreError`` when there is none."""
    if history is None:
        raise StoreError(
            f"article {article} is not in the archive;"
            f" {typed(f'crawl -a ids={article}')} asks the blog for it",
            wrong_use=True,
        )
    return history


def _version(history: History, number: int) -> Version:
    """One version; raises ``StoreError`` when there is no such version."""
    for version in history.versions:
        if version.number == number:
            return version
    article, count = history.article["id"], len(history.versions)
    versions = f"versions 1 to {count:,}" if count > 1 else "version 1 only"
    known = f"it has {versions}" if count else "none has been seen"
    raise StoreError(f"article {article} has no version {number}; {known}", wrong_use=True)


def _numbers(args: list[str]) -> list[int]:
    """The article and the versions; raises ``UsageError``."""
    if not args:
        raise UsageError("give the number of an article, e.g. 6583", print_help=False)
    if len(args) > 3:
        raise UsageError(
            f"{args[3]}: give an article and two of its versions at most", print_help=False
        )
    for word in args:
        if word.startswith("-"):
            raise UsageError(f"unknown option {word}", print_help=False)
        if not (word.isascii() and word.isdecimal() and len(word) < 10):
            raise UsageError(
                f"{word} is no number; give an article and versions, e.g. 6583 1 2",
                print_help=False,
            )
    return list(map(int, args))


def _check_options(numbers: list[int], opts: argparse.Namespace) -> None:
    """Raise ``UsageError`` for options that mean nothing together."""
    if opts.json and opts.html:
        raise UsageError("give --json or --html; the JSON has the HTML in it", print_help=False)
    if opts.html and len(numbers) != 2:
        raise UsageError("--html prints one version: give its number", print_help=False)
    if opts.json and len(numbers) == 3:
        raise UsageError("--json is for the list or for one version", print_help=False)
