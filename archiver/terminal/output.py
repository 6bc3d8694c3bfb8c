"""Printing to standard output, which may be closed or full: ``scrapy verify | head -1``."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol

from archiver.terminal.printable import printable, printable_json
from archiver.terminal.program import program_name
from archiver.terminal.streams import output_encoding
from archiver.terminal.text_width import screen_width, wrap


class Ending(Protocol):
    """What the process ends with: a command of Scrapy's, for instance."""

    exitcode: int


@contextmanager
def checked_output(command: Ending, name: str) -> Iterator[None]:
    """Let a command print; output that cannot be written ends it with exit status 1.

    A full disk is told in one sentence on stderr, a closed pipe is not told. Only printing may
    raise ``OSError`` inside.
    """
    try:
        yield
        flush()
    except BrokenPipeError:
        _give_up(command)
    except KeyboardInterrupt:
        _say(name, "interrupted")
        _give_up(command)
    except OSError as error:
        _say(name, f"cannot write to standard output: {error.strerror or error}")
        _give_up(command)
    except UnicodeEncodeError as error:
        _say(name, f"standard output takes {error.encoding} only; set PYTHONIOENCODING=utf-8")
        _give_up(command)


def show(*lines: str) -> None:
    """Print lines for a person."""
    print(*map(printable, lines), sep="\n")


def show_json(value: object) -> None:
    """Print one JSON object for a program; in ASCII where the output is not in UTF-8 or UTF-16."""
    is_unicode = output_encoding().lower().startswith("utf")
    print(printable_json(value, indent=2, ascii_only=not is_unicode))


def complain(name: str, sentence: str) -> None:
    """Print a sentence on stderr: on one line, on a terminal wrapped to its width.

    It begins with the program and the ``name`` of its command, which may be empty.
    """
    text = printable(f"{' '.join(filter(None, (program_name(), name)))}: {sentence}")
    if sys.stderr is not None and sys.stderr.isatty():
        text = "\n".join(wrap(text, screen_width(sys.stderr)))
    print(text, file=sys.stderr)


def is_on_terminal() -> bool:
    """True when standard output is a terminal; False when it is closed."""
    return sys.stdout is not None and sys.stdout.isatty()


def flush() -> None:
    """Write what has been printed, so that a line on stderr comes after it.

    Raises ``OSError`` when standard output is closed or cannot be written to.
    """
    if sys.stdout is None:  # the shell closed it: >&-
        raise OSError(errno.EBADF, "it is closed")
    sys.stdout.flush()


def _say(name: str, sentence: str) -> None:
    with suppress(OSError):  # stderr may go to the same place
        complain(name, sentence)


def _give_up(command: Ending) -> None:
    """Set exit status 1, and drop what cannot be written: Python would report it when it ends."""
    command.exitcode = 1
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
