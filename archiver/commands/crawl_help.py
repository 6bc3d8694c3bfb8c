"""The help of ``scrapy crawl``: the spider arguments and the settings of this project."""

from __future__ import annotations

import argparse
from textwrap import fill, indent
from typing import Final

from scrapy.commands import ScrapyHelpFormatter

from archiver.planning.plan import ARGUMENTS
from archiver.setting_names import own_settings
from archiver.terminal.program import typed

#: Columns of a meaning, which is indented by six.
_WIDTH: Final = 72


class _HelpFormatter(ScrapyHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Scrapy's formatter, which keeps the lines of descriptions."""


def add_help(parser: argparse.ArgumentParser) -> None:
    """Let ``--help`` list the spider arguments and the settings of this project."""
    parser.formatter_class = _HelpFormatter
    arguments = [(f"-a {entry.name}={entry.example}", entry.meaning) for entry in ARGUMENTS]
    parser.add_argument_group("Spider Arguments", _list(arguments))
    settings = [(f"-s {one.name}={_written(one.default)}", one.meaning) for one in own_settings()]
    variables = (
        f"Each may be an environment variable, as in KEXUE_RECHECK=50 {typed('crawl')};"
        " what is given with -s counts more."
    )
    text = f"{fill(variables, _WIDTH)}\n\n{_list(settings)}"
    parser.add_argument_group("Settings, With Their Defaults", text)


def _list(rows: list[tuple[str, str]]) -> str:
    """The words, each with its meaning on the lines below."""
    return "\n".join(f"{words}\n{indent(fill(meaning, _WIDTH), '    ')}" for words, meaning in rows)


def _written(default: object) -> str:
    """A default as it is written after ``-s``."""
    return str(int(default)) if isinstance(default, bool) else str(default)
