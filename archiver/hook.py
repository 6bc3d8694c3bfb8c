"""Tell somebody how a run ended: a POST to an address, a command of the shell, or both.

An address may carry a secret in its user, path or query, as those of chat services do, and a
command anywhere: of the one only scheme and host are ever named, of the other nothing.
"""

from __future__ import annotations

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPException, HTTPMessage, InvalidURL
from threading import Thread
from typing import IO, TYPE_CHECKING, Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

#: How long an address may take to answer, and a command to end, in seconds.
URL_TIMEOUT: Final = 30.0
COMMAND_TIMEOUT: Final = 60.0
#: How long a killed command may take to be gone, in seconds.
_LAST_WAIT: Final = 5.0
_SCHEMES: Final = frozenset({"http", "https"})
_WHEN: Final = ("always", "failure")
#: Answers after which a browser would ask with GET: the report would be lost on the way.
_MOVED: Final = frozenset({301, 302, 307, 308})


def check_hooks(settings: BaseSettings) -> None:
    """Raise ``ValueError`` with a sentence that names the setting that cannot be right."""
    if (when := _when(settings)) not in _WHEN:
        raise ValueError(f"KEXUE_HOOK_WHEN={when} is neither always nor failure")
    url = settings.get("KEXUE_HOOK_URL") or ""
    if url and not _is_address(url):
        raise ValueError(
            "KEXUE_HOOK_URL is not an address like https://example.org/hook"
            " (http or https, other characters than ASCII as %XX)"
        )


def call_hooks(report: Mapping[str, Any], settings: BaseSettings) -> list[str]:
    """Send the report of a run where the settings say; returns what went wrong, in sentences.

    ``report`` goes out as JSON; its ``exit_status`` decides whether ``KEXUE_HOOK_WHEN=failure``
    is the case. Never raises for an address, a network or a command that does not work.
    """
    try:
        check_hooks(settings)
    except ValueError as error:
        return [str(error)]
    if _when(settings) == "failure" and report["exit_status"] == 0:
        return []
    body = json.dumps(report, ensure_ascii=False, default=str).encode("utf-8", "replace")
    problems = []
    if url := settings.get("KEXUE_HOOK_URL"):
        problems.append(_post(url, body, settings.get("USER_AGENT") or ""))
    if command := settings.get("KEXUE_HOOK_COMMAND"):
        problems.append(_run(command, body, report["exit_status"]))
    return [problem for problem in problems if problem is not None]


def _when(settings: BaseSettings) -> str:
    return settings.get("KEXUE_HOOK_WHEN") or "always"


def _is_address(url: str) -> bool:
    if not url.isascii() or any(character <= " " or character == "\x7f" for character in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port, or brackets around the host
        return False


# --- The address ----------------------------------------------------------------------------------


class _Reposting(HTTPRedirectHandler):
    """Follows to http and https only, and brings the report along."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        if urlsplit(newurl).scheme not in _SCHEMES:
            raise HTTPError(req.full_url, code, msg, headers, fp)
        if code in _MOVED:
            return Request(newurl, req.data, dict(req.headers), method="POST")  # noqa: S310
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _post(url: str, body: bytes, user_agent: str) -> str | None:
    """POST the report; returns what went wrong.

    In a thread of its own, as the library's limit of time is for one step, of which there are many.
    """
    outcome: list[str | None] = []
    thread = Thread(target=lambda: outcome.append(_reason(url, body, user_agent)), daemon=True)
    thread.start()
    thread.join(URL_TIMEOUT)
    reason = outcome[0] if outcome else f"no answer within {URL_TIMEOUT:g} s"
    if reason is None:
        return None
    parts = urlsplit(url)
    return f"the hook at {parts.scheme}://{parts.hostname} failed: {reason} (KEXUE_HOOK_URL)"


def _reason(url: str, body: bytes, user_agent: str) -> str | None:
    """Why the report could not be delivered, without a word of the address; or ``None``."""
    try:
        with build_opener(_Reposting).open(_request(url, body, user_agent), timeout=URL_TIMEOUT):
            return None
    except HTTPError as error:
        error.close()
        return f"it answers with status {error.code}"
    except URLError as error:
        return _words(error.reason if isinstance(error.reason, OSError) else error)
    except (OSError, HTTPException, ValueError) as error:
        return _words(error)


def _request(url: str, body: bytes, user_agent: str) -> Request:
    parts = urlsplit(url)
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": user_agent}
    request = Request(plain, body, headers, method="POST")  # noqa: S310 (the scheme is checked)
    if parts.username is not None:
        request.add_unredirected_header("Authorization", f"Basic {_credentials(parts)}")
    return request


def _credentials(parts: SplitResult) -> str:
    words = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    return base64.b64encode(words.encode()).decode()


def _words(error: object) -> str:
    """What an exception says; of texts only the system's, which cannot hold the address."""
    if text := getattr(error, "strerror", None):
        return str(text)
    if isinstance(error, TimeoutError):
        return f"no answer within {URL_TIMEOUT:g} s"
    if isinstance(error, HTTPException) and not isinstance(error, InvalidURL):
        return "what it sends is no answer of a web server"
    return f"it cannot be used ({type(error).__name__})"


# --- The command ----------------------------------------------------------------------------------


def _run(command: str, body: bytes, exit_status: int) -> str | None:
    """Run the command with the report on its standard input; returns what went wrong."""
    output = _stderr()
    try:
        process = subprocess.Popen(  # noqa: S602 (a command of the user's own, for the shell)
            command,
            shell=True,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            env={**os.environ, "KEXUE_EXIT_STATUS": str(exit_status)},
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"the hook command cannot be started: {_words(error)} (KEXUE_HOOK_COMMAND)"
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
    """Where the output of the command goes: what is printed on stdout is the run's."""
    try:
        return sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):  # closed, or no file
        return subprocess.DEVNULL


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the command and all that it has started; another user's process cannot be."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_LAST_WAIT)
    if process.stdin is not None:
        with suppress(OSError):
            process.stdin.close()


def _status(returncode: int) -> str:
    return f"status {returncode}" if returncode > 0 else f"signal {-returncode}"
