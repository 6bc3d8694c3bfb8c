"""`scrapy` and `kexue` commands for tests: forked from a zygote, which is quick, or started cold.

`run` and `Command` are used as `subprocess.run` and `subprocess.Popen` are. Standard output and
error of a command go to files without names, so that no command waits for a reader, and what it has
said so far can be looked at.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any, Final, Self

from rig.zygote import ROOT, Order, environment

#: Seconds after which a command that should have ended is taken for one that hangs. A busy machine
#: is ten times as slow as a quiet one, and no command takes ten seconds there.
LONGEST: Final = 120.0


#: For commands of rigs: with coverage they would be as slow again, and a kill saves nothing.
UNMEASURED: Final = {"COVERAGE_PROCESS_CONFIG": ""}
#: Standard input, output and error.
Files = tuple[int | None, int | None, int | None]


def surroundings(given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a command: that of the tests, no proxy, UTF-8, and what is given."""
    return {**os.environ, "PYTHONIOENCODING": "utf-8", "no_proxy": "*", **(given or {})}


class Zygote:
    """The process that forks commands, seen from the tests; it ends with them."""

    def __init__(self) -> None:
        self._orders, other = socket.socketpair()
        self._one_at_a_time = threading.Lock()
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "rig.zygote", str(other.fileno())],
                cwd=ROOT,
                env=environment(),
                pass_fds=[other.fileno()],
                start_new_session=True,  # Ctrl-C is for the tests
            )

    def close(self) -> None:
        """Let the process end."""
        self._orders.close()
        self._process.wait()

    def order(self, order: Order, files: list[int]) -> socket.socket:
        """Have a command forked, with its three files; the answers come on what is returned."""
        answers, other = socket.socketpair()
        with other, self._one_at_a_time:
            message = json.dumps(asdict(order)).encode()
            socket.send_fds(self._orders, [message], [*files, other.fileno()])
        return answers


@cache
def zygote() -> Zygote:
    """The zygote of this process."""
    found = Zygote()
    atexit.register(found.close)
    return found


class Command:
    """Context manager: a forked command that goes on; it is killed at the end.

    `name` is its program, `scrapy` or `kexue`; `program` is Python code that runs before it.

    `files` are its standard input, output and error: descriptors, or None for nothing to read, and
    for files that `stdout` and `stderr` read.
    """

    def __init__(
        self,
        *words: object,
        cwd: Path = ROOT,
        env: Mapping[str, str] | None = None,
        files: Files = (None, None, None),
        largest_file: int | None = None,
        program: str = "",
        name: str = "scrapy",
    ) -> None:
        self.returncode: int | None = None
        #: From the fork to the end, in seconds.
        self.seconds = 0.0
        self._files = [tempfile.TemporaryFile() for _ in files]  # noqa: SIM115
        used = [
            file.fileno() if given is None else given
            for given, file in zip(files, self._files, strict=True)
        ]
        if largest_file is not None:  # what coverage writes at the end would be too large as well
            env = {**UNMEASURED, **(env or {})}
        order = Order(
            list(map(str, words)), str(cwd), surroundings(env), largest_file, program, name
        )
        self._answers = zygote().order(order, used)
        self._unread = b""
        self.pid: int = self._answer(LONGEST)["pid"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.kill()
        self.wait()
        self._answers.close()
        for file in self._files:
            file.close()

    def _answer(self, timeout: float) -> dict[str, Any]:
        """What the zygote says next of this command; `TimeoutError` when it says nothing."""
        self._answers.settimeout(timeout)
        while b"\n" not in self._unread:
            received = self._answers.recv(1024)
            if not received:
                raise RuntimeError("the zygote has ended; its standard error says why")
            self._unread += received
        line, _, self._unread = self._unread.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found

    def wait(self, timeout: float = LONGEST) -> int:
        """The exit status, negative for a signal; `TimeoutError` when it goes on for longer."""
        if self.returncode is None:
            ended = self._answer(timeout)
            self.returncode, self.seconds = ended["status"], ended["seconds"]
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to a command that has not been waited for."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once (SIGKILL)."""
        self.send_signal(signal.SIGKILL)

    @property
    def stdout(self) -> bytes:
        """What it has printed so far."""
        return self._read(1)

    @property
    def stderr(self) -> bytes:
        """What it has said on standard error so far."""
        return self._read(2)

    def _read(self, number: int) -> bytes:
        # Not with read(): the command shares the place at which the file is read and written.
        file = self._files[number].fileno()
        return os.pread(file, os.fstat(file).st_size, 0)


def is_alive(pid: int) -> bool:
    """True while a process of this number goes on."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text("ascii")


def run_bytes(
    *words: object,
    page: bytes = b"",
    stdout: int | None = None,
    stderr: int | None = None,
    **options: Any,
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end; `page` is its standard input, the rest as for `Command`."""
    with tempfile.TemporaryFile() as file:
        file.write(page)
        file.seek(0)
        with Command(*words, files=(file.fileno(), stdout, stderr), **options) as command:
            status = command.wait()
            return subprocess.CompletedProcess(
                list(map(str, words)), status, command.stdout, command.stderr
            )


def run(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; what it says is UTF-8. Options as for `run_bytes`."""
    ended = run_bytes(*words, **options)
    said = (text.decode("utf-8", "replace") for text in (ended.stdout, ended.stderr))
    return subprocess.CompletedProcess(ended.args, ended.returncode, *said)


def run_cold(
    *words: object, env: Mapping[str, str] | None = None, **streams: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run a command in an interpreter of its own, with `env` as its whole environment."""
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *map(str, words)],
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
        cwd=ROOT,
        env=surroundings() if env is None else env,
        timeout=LONGEST,
        check=False,
    )
