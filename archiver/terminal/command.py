"""The base of all commands: wrong use is one sentence on stderr and exit status 2."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import NoReturn

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from archiver.environment import PREFIX, apply_environment, with_origin
from archiver.setting_names import Unknown, find_unknown
from archiver.terminal.output import complain, flush
from archiver.terminal.program import typed
from archiver.terminal.streams import prepare_streams


class ProjectCommand(ScrapyCommand):
    """A command whose wrong options and settings are refused with exit status 2."""

    @property
    def name(self) -> str:
        """The word behind ``scrapy`` or ``kexue``."""
        return type(self).__module__.rpartition(".")[2]

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add Scrapy's options; a wrong one is one sentence on stderr, without the usage.

        Scrapy calls it before everything else, so the settings of the environment are set here.
        """
        assert self.settings is not None
        prepare_streams()
        apply_environment(self.settings)
        super().add_options(parser)
        parser.usage = typed(f"{self.name} {self.syntax()}")
        parser.error = self._refuse_options  # type: ignore[method-assign]  # Scrapy's parser, so no class

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read Scrapy's options; raises ``UsageError`` for values that mean nothing."""
        assert self.settings is not None
        check_pairs("-s", opts.set, "DOWNLOAD_DELAY=5")
        try:
            super().process_options(args, opts)
            for name in filter(None, (self.settings["LOG_FILE"], opts.profile)):
                Path(name).open("a").close()
        except OSError as error:
            raise UsageError(f"{error.filename}: {error.strerror}", print_help=False) from error
        for unknown in find_unknown(self.settings):
            self._check(unknown)
        level = self.settings["LOG_LEVEL"]
        if not isinstance(level, int) and level not in logging.getLevelNamesMapping():
            names = "DEBUG, INFO, WARNING, ERROR, CRITICAL"
            raise UsageError(f"{level} is no log level; there are {names}", print_help=False)

    def _check(self, unknown: Unknown) -> None:
        """Raise ``UsageError`` for a probable slip; name a setting that may be an extension's."""
        assert self.settings is not None
        meant = "" if unknown.meant is None else f"; did you mean {unknown.meant}?"
        if meant or unknown.name.upper().startswith(PREFIX):
            sentence = f"there is no setting {unknown.name}{meant}"
            raise UsageError(with_origin(sentence, self.settings, unknown.name), print_help=False)
        if unknown.is_given:
            self._say(f"nothing here reads the setting {unknown.name}")

    def fail(self, sentence: str, status: int = 1) -> None:
        """Print a sentence on stderr, after what has been printed, and set the exit status.

        Raises ``OSError`` when standard output cannot be written to.
        """
        flush()
        self._say(sentence)
        self.exitcode = status

    def refuse_arguments(self, args: list[str]) -> None:
        """Raise ``UsageError`` for any argument: this command has options only."""
        if args and args[0].startswith("-"):
            raise UsageError(f"unknown option {args[0]}", print_help=False)
        if args:
            raise UsageError(f"{args[0]}: {self.name} takes options only", print_help=False)

    def _refuse_options(self, message: str) -> NoReturn:
        self._say(message)
        sys.exit(2)

    def _say(self, sentence: str) -> None:
        complain(self.name, sentence)


def check_pairs(option: str, words: list[str], example: str) -> None:
    """Raise ``UsageError`` for a word that is not like ``NAME=VALUE``."""
    for word in words:
        name, equals, _ = word.partition("=")
        if not equals or not name.strip():
            raise UsageError(
                f"{option} {word}: give a name and a value, as in {option} {example}",
                print_help=False,
            )
