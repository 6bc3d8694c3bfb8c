"""Standard output that may be closed or full, as in ``scrapy verify | head -1``."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from scrapy.commands import ScrapyCommand

from archiver.terminal.printable import printable, printable_json
from archiver.terminal.streams import output_encoding
from archiver.terminal.text_width import screen_width, wrap


@contextmanager
def checked_output(command: ScrapyCommand, name: str) -> Iterator[None]:
    """Let a command print; output that cannot be written ends it with exit status 1.

    A reader that has gone away is no error to speak of; a full disk is, in one sentence on stderr.
    Nothing but printing may raise ``OSError`` inside.
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
    """Print one JSON object for a program; with escapes alone where the output is no Unicode."""
    is_unicode = output_encoding().lower().startswith("utf")
    print(printable_json(value, indent=2, ascii_only=not is_unicode))


def complain(name: str, sentence: str) -> None:
    """Print on stderr what is wrong: one line, or on a terminal as many as it needs."""
    text = printable(f"scrapy {name}: {sentence}")
    if sys.stderr is not None and sys.stderr.isatty():
        text = "\n".join(wrap(text, screen_width(sys.stderr)))
    print(text, file=sys.stderr)


def is_on_terminal() -> bool:
    """True when a person sees what is printed; a closed output is no terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def flush() -> None:
    """Write what has been printed, so that a line on stderr comes behind it; ``OSError``."""
    if sys.stdout is None:  # the shell closed it: >&-
        raise OSError(errno.EBADF, "it is closed")
    sys.stdout.flush()


def _say(name: str, sentence: str) -> None:
    with suppress(OSError):  # stderr may go to the same place
        complain(name, sentence)


def _give_up(command: ScrapyCommand) -> None:
    """What a stream cannot write goes nowhere: Python would complain about it when it ends."""
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
