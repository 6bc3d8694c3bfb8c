"""The machine and the versions that figures belong to, in words."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Final

from commands import ROOT

import archiver
from archiver.processes import count_processors

#: What the figures depend on most.
_PACKAGES: Final = ("scrapy", "lxml", "selectolax", "parsel", "nh3", "sqlite-utils")
_MODEL: Final = re.compile(r"^model name\s*:\s*(.+)$", re.MULTILINE)
#: So much work of other programs is told before a run, in processors.
QUIET: Final = 0.5


def machine() -> str:
    """Processors, memory and operating system: figures of two machines are not compared."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release()}"
    return f"{count_processors()} × {_processor()}, {gigabytes:.0f} GB, {system}"


def _processor() -> str:
    """The model of the processor, where the system tells it."""
    info = Path("/proc/cpuinfo")
    model = _MODEL.search(info.read_text("utf-8")) if info.exists() else None
    return model[1] if model else platform.machine()


def versions() -> str:
    """The archiver with its commit, Python, SQLite and the packages that matter most."""
    own = f"kexue-archiver {archiver.__version__} ({_commit()}, parser {archiver.PARSER_VERSION})"
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    python = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{own}, {python}, {packages}"


def _commit() -> str:
    """The commit that is checked out, with ``-dirty`` for one that was changed."""
    words = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    try:
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return "no commit"
    return done.stdout.strip() or "no commit"


def load() -> float:
    """How many processors were busy in the last minute."""
    return os.getloadavg()[0]
