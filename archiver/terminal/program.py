"""The program that was started, ``kexue`` or ``scrapy``, and how its commands are typed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

KEXUE: Final = "kexue"
SCRAPY: Final = "scrapy"
#: What ``scrapy crawl`` must be told, and ``kexue crawl`` knows.
SPIDER: Final = "kexue"


def program_of(path: str) -> str | None:
    """The program behind this ``sys.argv[0]``, also of ``python -m``; ``None``: another one."""
    words = Path(path)
    if words.name == KEXUE or (words.parent.name, words.name) == ("archiver", "__main__.py"):
        return KEXUE
    return SCRAPY if SCRAPY in {words.name, words.parent.name} else None


def program_name() -> str:
    """The program that was started; ``scrapy`` where it is neither, as in a test."""
    return program_of(sys.argv[0]) or SCRAPY


def same_program() -> list[str]:
    """The words that start the same program again, for a process of its own."""
    if program_name() == KEXUE:
        return [sys.executable, "-P", "-m", "archiver"]  # nothing of the working folder is run
    return [sys.executable, "-m", SCRAPY]


def typed(command: str) -> str:
    """A command as it is typed: ``crawl -a full=1`` → ``scrapy crawl kexue -a full=1``."""
    name = program_name()
    word, space, others = command.partition(" ")
    spider = f" {SPIDER}" if (name, word) == (SCRAPY, "crawl") else ""
    return f"{name} {word}{spider}{space}{others}"
