"""Why a server's certificate is refused, in words for the report."""

from __future__ import annotations

import socket
import ssl
from typing import Final

from OpenSSL import SSL
from service_identity import VerificationError

#: The time limit of one connection that finds out what is wrong, in seconds.
_TIMEOUT: Final = 3.0
#: The results of OpenSSL (``X509_V_ERR_…``) that a person can do something about.
_WORDS: Final = {
    9: "is not valid yet; is the clock of this machine right?",
    10: "has expired",
    62: "is for another host",
    64: "is for another host",
}


def is_refused(error: BaseException) -> bool:
    """True when a download failed because the server's certificate was refused."""
    return any(
        isinstance(cause, VerificationError)
        or (isinstance(cause, SSL.Error) and "certificate verify failed" in str(cause))
        for cause in causes_of(error)
    )


def causes_of(error: BaseException) -> list[BaseException]:
    """The exceptions that Twisted names as the reasons of a failed download."""
    return [failure.value for failure in getattr(error.__cause__, "reasons", ())]


def fault_of(host: str, port: int) -> str:
    """What is wrong with the certificate of a server, in words.

    Opens one more connection, because Twisted tells only that the certificate is refused. Blocks
    for ``_TIMEOUT`` seconds at most.
    """
    problem = "is not trusted"
    try:
        with socket.create_connection((host, port), _TIMEOUT) as connection:
            context = ssl.create_default_context()
            context.wrap_socket(connection, server_hostname=host).close()
    except ssl.SSLCertVerificationError as error:
        problem = _WORDS.get(error.verify_code, f"{problem} ({error.verify_message})")
    except (OSError, ValueError):
        pass  # it does not answer a second time
    return f"the certificate of {host} {problem}"
