"""The program ``kexue``: Scrapy's command line with the settings of this project, in any folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from scrapy.cmdline import execute
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

from archiver import __version__, commands
from archiver import settings as own_settings
from archiver.terminal.output import checked_output, complain, show
from archiver.terminal.program import KEXUE
from archiver.terminal.streams import prepare_streams
from archiver.terminal.text_width import wrap

_HELP: Final = frozenset({"-h", "--help", "help"})
_VERSION: Final = frozenset({"--version", "version"})
_COLUMNS: Final = 80
_PURPOSE: Final = "keeps a complete copy of the blog 科学空间 (kexue.fm) in SQLite and JSONL"


class _Ending:
    """The exit status of what is printed here."""

    exitcode = 0


def main() -> None:
    """Run the command that ``sys.argv`` names, and exit with its status."""
    try:
        _run()
    except KeyboardInterrupt:  # while it loads, which takes a second
        complain("", "interrupted")
        sys.exit(1)


def _run() -> None:
    sys.argv[0] = KEXUE  # also for a link of another name: sentences begin with it
    prepare_streams()
    word = sys.argv[1] if len(sys.argv) > 1 else "--help"
    if word in _HELP:
        sys.exit(_print(*help_lines()))
    if word in _VERSION:
        sys.exit(_print(f"{own_settings.BOT_NAME} {__version__}"))
    names = list(own_commands())
    if word not in names:
        complain("", _complaint(word, names))
        sys.exit(2)
    execute(sys.argv, project_settings())


def project_settings() -> Settings:
    """The settings of this project, whatever a ``scrapy.cfg`` or the environment names."""
    os.environ["SCRAPY_SETTINGS_MODULE"] = own_settings.__name__  # Scrapy: commands of a project
    settings = Settings()
    settings.setmodule(own_settings, priority="project")
    return settings


def own_commands() -> dict[str, ScrapyCommand]:
    """The commands of this project by name: one for each module that has a ``Command``."""
    names = sorted(found.name for found in iter_modules(commands.__path__))
    modules = {name: import_module(f"{commands.__name__}.{name}") for name in names}
    return {
        name: module.Command() for name, module in modules.items() if hasattr(module, "Command")
    }


def help_lines() -> Iterator[str]:
    """What the program is for, and its commands, in lines of 80 columns."""
    yield f"{KEXUE} {_PURPOSE}"
    yield from ("", f"Usage: {KEXUE} COMMAND [options]", "")
    found = own_commands()
    indent = max(map(len, found)) + 4
    for name, command in found.items():
        first, *others = wrap(command.short_desc(), _COLUMNS - indent)
        yield f"  {name:<{indent - 2}}{first}"
        yield from (f"{'':{indent}}{line}" for line in others)
    yield from (
        "",
        f"{KEXUE} COMMAND --help tells its options. The archive is in the folder data, or",
        "where KEXUE_DATA_DIR says. A setting is an option or an environment variable:",
        "",
        f"  {KEXUE} crawl -s KEXUE_CONTACT=you@example.org",
        f"  KEXUE_CONTACT=you@example.org {KEXUE} crawl",
    )


def _complaint(word: str, names: list[str]) -> str:
    if word.startswith("-"):
        return f"{word} stands before the command; options stand behind it"
    near = get_close_matches(word, names, n=1)
    advice = f"did you mean {near[0]}?" if near else f"{KEXUE} --help lists them"
    return f"there is no command {word}; {advice}"


def _print(*lines: str) -> int:
    """Print lines; the exit status, 1 for output that cannot be written."""
    ending = _Ending()
    with checked_output(ending, ""):
        show(*lines)
    return ending.exitcode
