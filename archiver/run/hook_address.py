"""Send the report to an address by POST, without the secrets of the address in any message."""

from __future__ import annotations

import base64
from http.client import HTTPException, HTTPMessage, InvalidURL
from threading import Thread
from typing import IO, Final
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

#: The time limit of an address, in seconds.
URL_TIMEOUT: Final = 30.0
_SCHEMES: Final = frozenset({"http", "https"})
#: Redirects after which a browser would send GET, without the report.
_MOVED: Final = frozenset({301, 302, 307, 308})


def is_address(url: str) -> bool:
    """True when a report can be sent to the address: http or https, ASCII, with a host."""
    if not url.isascii() or any(character <= " " or character == "\x7f" for character in url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port, or brackets around the host
        return False


class _Reposting(HTTPRedirectHandler):
    """Follows redirects to http and https only, and sends the report along."""

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


def post(url: str, body: bytes, user_agent: str) -> str | None:
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
    """Why the report could not be delivered, without parts of the address; ``None``: it was."""
    try:
        with build_opener(_Reposting).open(_request(url, body, user_agent), timeout=URL_TIMEOUT):
            return None
    except HTTPError as error:
        error.close()
        return f"it answers with status {error.code}"
    except URLError as error:
        return words_for(error.reason if isinstance(error.reason, OSError) else error)
    except (OSError, HTTPException, ValueError) as error:
        return words_for(error)


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


def words_for(error: object) -> str:
    """An exception in words. Its own text is used only when it is the system's (no address)."""
    if text := getattr(error, "strerror", None):
        return str(text)
    if isinstance(error, TimeoutError):
        return f"no answer within {URL_TIMEOUT:g} s"
    if isinstance(error, HTTPException) and not isinstance(error, InvalidURL):
        return "what it sends is no answer of a web server"
    return f"it cannot be used ({type(error).__name__})"
