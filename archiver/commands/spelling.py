"""Slips in a command line: the sentence that puts each right; and the help of ``scrapy crawl``."""

from __future__ import annotations

import argparse
from textwrap import fill, indent
from typing import Final

from scrapy.commands import ScrapyHelpFormatter
from scrapy.exceptions import UsageError

from archiver.planning.plan import ARGUMENTS
from archiver.setting_names import own_settings

#: Columns of the text of a meaning.
_WIDTH: Final = 72


class _Help(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Scrapy's help, with descriptions whose lines are kept."""


def add_help(parser: argparse.ArgumentParser) -> None:
    """Add the spider arguments and the settings of this project to ``--help``."""
    parser.formatter_class = _Help
    arguments = [(f"-a {entry.name}={entry.example}", entry.meaning) for entry in ARGUMENTS]
    parser.add_argument_group("Spider Arguments", _list(arguments))
    settings = [(f"-s {one.name}={_shown(one.default)}", one.meaning) for one in own_settings()]
    parser.add_argument_group("Settings, With Their Defaults", _list(settings))


def check_words(args: list[str], spiders: list[str]) -> None:
    """Raise ``UsageError`` for anything but the name of one spider."""
    known = " or ".join(spiders)
    for word in args:
        if hint := _hint(word, args):
            raise UsageError(hint, print_help=False)
    if not args:
        raise UsageError(f"give the name of the spider: scrapy crawl {known}", print_help=False)
    if args[0] not in spiders:
        raise UsageError(f"there is no spider {args[0]}; there is {known}", print_help=False)
    if len(args) > 1:
        raise UsageError(f"{args[1]}: give one spider and options only", print_help=False)


def argument_slip(name: str) -> str | None:
    """The sentence for a spider argument that was given as a setting; ``None`` for another name."""
    for entry in ARGUMENTS:
        if name == entry.name:
            return f"{name} is a spider argument: give it as -a {name}={entry.example}"
    return None


def setting_slip(name: str) -> str | None:
    """The sentence for a setting that was given as a spider argument; ``None`` for another name."""
    if name.upper() in {setting.name for setting in own_settings()}:
        return f"{name} is a setting: give it as -s {name.upper()}=…"
    return None


def _hint(word: str, args: list[str]) -> str | None:
    """The sentence for an unknown option or a spider argument without ``-a``; else ``None``."""
    name, equals, value = word.lstrip("-").partition("=")
    for entry in ARGUMENTS:
        if name == entry.name and (equals or word.startswith("-")):
            behind = args[args.index(word) + 1 :][:1]
            follows = behind and entry.example != "1" and not behind[0].startswith("-")
            value = value or (behind[0] if follows else entry.example)
            return f"{word}: give it as -a {name}={value}"
    return f"unknown option {word}" if word.startswith("-") else None


def _list(rows: list[tuple[str, str]]) -> str:
    """The words, each with its meaning on the lines below."""
    return "\n".join(f"{words}\n{indent(fill(meaning, _WIDTH), '    ')}" for words, meaning in rows)


def _shown(default: object) -> str:
    """A default as it is written behind ``-s``."""
    return str(int(default)) if isinstance(default, bool) else str(default)
