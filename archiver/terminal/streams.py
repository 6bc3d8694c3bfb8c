"""Standard output and standard error with an encoding that has Chinese characters."""

from __future__ import annotations

import codecs
import io
import os
import sys
from typing import Final

_ASCII: Final = "ascii"


def prepare_streams() -> None:
    """Make both write UTF-8 where the locale has ASCII only (``C``, ``POSIX``).

    Another encoding, of the locale or of ``PYTHONIOENCODING``, is kept: a character that it does
    not have is written as ``\\u4e00``, so that no command ends in the middle of its output.
    """
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue  # closed by the shell, or a test's
        encoding = codecs.lookup(stream.encoding).name
        if encoding == _ASCII and not os.environ.get("PYTHONIOENCODING"):
            # Names of files came in as surrogates, and go out as the bytes that they are.
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
        elif encoding != "utf-8":
            stream.reconfigure(errors="backslashreplace")


def output_encoding() -> str:
    """The encoding of standard output."""
    return getattr(sys.stdout, "encoding", None) or "utf-8"
