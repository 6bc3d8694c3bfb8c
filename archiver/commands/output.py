"""Standard output that may be closed or full, as in ``scrapy verify | head -1``."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from scrapy.commands import ScrapyCommand


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
        _say(f"scrapy {name}: interrupted")
        _give_up(command)
    except OSError as error:
        _say(f"scrapy {name}: cannot write to standard output: {error.strerror or error}")
        _give_up(command)
    except UnicodeEncodeError as error:
        _say(
            f"scrapy {name}: standard output takes {error.encoding} only;"
            " set PYTHONIOENCODING=utf-8"
        )
        _give_up(command)


def flush() -> None:
    """Write what has been printed, so that a line on stderr comes behind it; ``OSError``."""
    if sys.stdout is None:  # the shell closed it: >&-
        raise OSError(errno.EBADF, "it is closed")
    sys.stdout.flush()


def _say(sentence: str) -> None:
    with suppress(OSError):  # stderr may go to the same place
        print(sentence, file=sys.stderr)


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
