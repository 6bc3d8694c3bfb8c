"""Words of a command line in the wrong place, and the hints that name the right one."""

from __future__ import annotations

from scrapy.exceptions import UsageError

from archiver.planning.plan import ARGUMENTS
from archiver.setting_names import own_settings
from archiver.terminal.program import SCRAPY


def check_words(args: list[str], spiders: list[str]) -> None:
    """Raise ``UsageError`` for anything but the name of one spider."""
    known = " or ".join(spiders)
    for word in args:
        if hint := _hint_for_word(word, args):
            raise UsageError(hint, print_help=False)
    if not args:
        raise UsageError(f"give the name of the spider: {SCRAPY} crawl {known}", print_help=False)
    if args[0] not in spiders:
        raise UsageError(f"there is no spider {args[0]}; there is {known}", print_help=False)
    if len(args) > 1:
        raise UsageError(f"{args[1]}: give one spider and options only", print_help=False)


def hint_for_setting(name: str) -> str | None:
    """The hint for a name behind ``-s`` that is a spider argument, or ``None``."""
    for entry in ARGUMENTS:
        if name == entry.name:
            return f"{name} is a spider argument: give it as -a {name}={entry.example}"
    return None


def hint_for_argument(name: str) -> str | None:
    """The hint for a name behind ``-a`` that is a setting, or ``None``."""
    if name.upper() in {setting.name for setting in own_settings()}:
        return f"{name} is a setting: give it as -s {name.upper()}=…"
    return None


def _hint_for_word(word: str, args: list[str]) -> str | None:
    """The hint for an unknown option or a spider argument without ``-a``, or ``None``."""
    name, equals, value = word.lstrip("-").partition("=")
    for entry in ARGUMENTS:
        if name == entry.name and (equals or word.startswith("-")):
            behind = args[args.index(word) + 1 :][:1]
            follows = behind and entry.example != "1" and not behind[0].startswith("-")
            value = value or (behind[0] if follows else entry.example)
            return f"{word}: give it as -a {name}={value}"
    return f"unknown option {word}" if word.startswith("-") else None
