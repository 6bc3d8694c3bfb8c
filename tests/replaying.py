"""pywb, which shows a WACZ file, from the environment that ``make browser-test`` makes for it."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.request import urlopen

import pytest
from conftest import ROOT

_PROGRAMS: Final = ROOT / ".venv-replay" / "bin"
_COLLECTION: Final = "blog"
_LONGEST_START: Final = 30


def program(name: str) -> Path:
    """A program of that environment, or a skip that says what is missing."""
    path = _PROGRAMS / name
    if not path.exists():
        pytest.skip(f"no {name}: make .venv-replay/.installed")
    return path


@contextmanager
def replaying(wacz: Path, folder: Path) -> Iterator[str]:
    """Show a WACZ file with pywb, which works in an empty folder; gives the address before pages.

    It has no way out: what is not in the file is not found.
    """
    for words in (["init", _COLLECTION], ["add", "--unpack-wacz", _COLLECTION, str(wacz)]):
        command = [str(program("wb-manager")), *words]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    port = _free_port()
    command = [str(program("wayback")), "-p", str(port), "-b", "127.0.0.1"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_for(server, f"http://127.0.0.1:{port}/", folder / "log")
        yield f"http://127.0.0.1:{port}/{_COLLECTION}"
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def _wait_for(server: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + _LONGEST_START
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(url).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"pywb did not start: {log.read_text()}")
