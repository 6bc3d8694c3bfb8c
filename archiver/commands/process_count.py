"""The option ``--processes`` of commands: how many processes do the work."""

from __future__ import annotations

from scrapy.exceptions import UsageError

from archiver.processes import count_processors

_MOST = 256


def parse_processes(text: str | None) -> int:
    """The number of ``--processes``, where none is given that of the processors.

    Raises ``UsageError`` for a text that is no number from 1 to 256.
    """
    if text is None:
        return count_processors()
    is_number = text.isascii() and text.isdecimal() and len(text) < 4
    if not is_number or not 0 < int(text) <= _MOST:
        raise UsageError(f"--processes {text}: give a number from 1 to {_MOST}", print_help=False)
    return int(text)
