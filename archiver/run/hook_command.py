"""Give the report to a command of the shell, which is killed when it does not end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Final

from archiver.environment import EXIT_STATUS

#: How long a command may take to end, in seconds.
COMMAND_TIMEOUT: Final = 60.0
#: How long a killed command may take to be gone, in seconds.
_LAST_WAIT: Final = 5.0


def run_command(command: str, body: bytes, exit_status: int) -> str | None:
    """Run the command with the report on its standard input; returns what went wrong."""
    output = _stderr()
    try:
        process = subprocess.Popen(  # noqa: S602 (a command of the user's own, for the shell)
            command,
            shell=True,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env={**os.environ, EXIT_STATUS: str(exit_status)},
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or f"it cannot be used ({type(error).__name__})"
        return f"the hook command cannot be started: {reason} (KEXUE_HOOK_COMMAND)"
    try:
        process.communicate(body, COMMAND_TIMEOUT)
    except subprocess.TimeoutExpired:
        _kill(process)
        return (
            f"the hook command did not end within {COMMAND_TIMEOUT:g} s and was killed"
            " (KEXUE_HOOK_COMMAND)"
        )
    except BaseException:
        _kill(process)  # it has a session of its own: Ctrl-C does not reach it
        raise
    if process.returncode == 0:
        return None
    return f"the hook command ended with {_status(process.returncode)} (KEXUE_HOOK_COMMAND)"


def _stderr() -> int:
    """The descriptor for the output of the command: stderr, because stdout is the run's."""
    try:
        return sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):  # closed, or no file
        return subprocess.DEVNULL


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the command and all that it has started, except processes of other users."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_LAST_WAIT)
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()


def _status(returncode: int) -> str:
    return f"status {returncode}" if returncode > 0 else f"signal {-returncode}"
