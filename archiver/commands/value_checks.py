"""Checks of the values of spider arguments and settings, before a crawl begins."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from scrapy.exceptions import UsageError

from archiver.commands.misplaced_words import hint_for_argument
from archiver.environment import with_origin
from archiver.network.retry_policy import RetryPolicy
from archiver.planning.plan import Plan
from archiver.run.archive_files import files_of
from archiver.run.archive_run import ArchiveRun
from archiver.run.hooks import check_hooks
from archiver.site import Base

if TYPE_CHECKING:
    from scrapy.settings import Settings

_SECONDS = (
    "DOWNLOAD_DELAY", "DOWNLOAD_TIMEOUT", "KEXUE_GATE_DELAY", "KEXUE_BACKOFF",
    "KEXUE_BACKOFF_MOST", "KEXUE_PATIENCE",
)  # fmt: skip
_COUNTS = (
    "KEXUE_RECHECK", "KEXUE_MOST_PAGES", "KEXUE_BREAKER", "KEXUE_WARC_SIZE", "RETRY_TIMES",
    "CONCURRENT_REQUESTS", "KEXUE_PICTURES_PER_RUN", "KEXUE_PICTURE_DAYS", "KEXUE_FILE_SIZE",
)  # fmt: skip
_SWITCHES = (
    "KEXUE_JSONL_COUNTS", "KEXUE_JSONL_COMMENTS", "KEXUE_WARC", "KEXUE_PICTURES",
    "KEXUE_ATTACHMENTS",
)  # fmt: skip
_ON_OR_OFF = frozenset({"1", "0", "true", "false"})
_NEVER_EMPTY = ("KEXUE_DATA_DIR", "KEXUE_NAME")
_NEEDED_ADDONS = (RetryPolicy, ArchiveRun)


def parse_since(text: str | None) -> str | None:
    """The day of an option ``--since``; raises ``UsageError`` for anything else."""
    try:
        return None if text is None else date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise UsageError(f"--since {text}: give a day like 2024-01-31", print_help=False) from None


def parse_ids(text: str | None) -> tuple[int, ...] | None:
    """The ids of an option ``--ids``; raises ``UsageError`` for anything else."""
    try:
        return None if text is None else Plan.parse(ids=text).ids
    except ValueError as error:
        raise UsageError(f"--{error}", print_help=False) from None


def check_arguments(arguments: dict[str, Any]) -> None:
    """Raise ``UsageError`` for unknown spider arguments and wrong values."""
    try:
        Plan.parse(**arguments)
    except ValueError as error:
        hint = next(filter(None, map(hint_for_argument, arguments)), None)
        raise UsageError(hint or str(error), print_help=False) from error


def check_settings(settings: Settings) -> None:
    """Raise ``UsageError`` for a setting whose value cannot be used."""
    for name, sentence in _complaints(settings):
        raise UsageError(with_origin(sentence, settings, name), print_help=False)


def _complaints(settings: Settings) -> Iterator[tuple[str, str]]:
    """The settings that cannot be used, each with the sentence that says why."""
    for name in _NEVER_EMPTY:
        if not str(settings[name] or "").strip():
            yield name, f"{name} is empty"
    yield from _wrong_places(settings)
    yield from _wrong_numbers(settings)
    for name in _SWITCHES:
        if str(settings[name]).lower() not in _ON_OR_OFF:
            yield name, f"{name}={settings[name]} is neither 1 nor 0"
    addons = {key for key, order in settings.getdict("ADDONS").items() if order is not None}
    for addon in _NEEDED_ADDONS:
        path = f"{addon.__module__}.{addon.__qualname__}"
        if not addons & {addon, path}:
            yield "ADDONS", f"ADDONS lacks {path}; add yours to those of archiver/settings.py"
    try:
        check_hooks(settings)
    except ValueError as error:  # its sentence begins with the name
        yield re.split(r"\W", str(error), maxsplit=1)[0], str(error)


def _wrong_places(settings: Settings) -> Iterator[tuple[str, str]]:
    """The complaints about the data folder and the blog's address."""
    try:
        files_of(settings)
    except RuntimeError:
        folder = settings["KEXUE_DATA_DIR"]
        yield "KEXUE_DATA_DIR", f"KEXUE_DATA_DIR={folder}: there is no home folder like this"
    try:
        Base.parse(settings["KEXUE_BASE_URL"])
    except ValueError as error:
        yield "KEXUE_BASE_URL", f"KEXUE_BASE_URL: {error}"


def _wrong_numbers(settings: Settings) -> Iterator[tuple[str, str]]:
    """The complaints about what is no number of seconds, or of things."""
    for name in _SECONDS:
        if not _is_number(settings.getfloat, name):
            yield name, f"{name}={settings[name]} is not a number from 0 on"
    for name in _COUNTS:
        if not _is_number(settings.getint, name):
            yield name, f"{name}={settings[name]} is not a whole number from 0 on"


def _is_number(read: Callable[[str], float], name: str) -> bool:
    """True when a setting can be read as a finite number from 0 on."""
    try:
        value = read(name)
    except (TypeError, ValueError, OverflowError):
        return False
    return math.isfinite(value) and value >= 0
