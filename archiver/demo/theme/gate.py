"""The pages that the gate answers with until the request has its cookie."""

import json

COOKIE = "kxgate"
HEAD = '<html><head><meta charset="utf-8"><script>'
FOOT = "</script></head><body></body></html>"


def gate_script(path: str, token: str) -> str:
    """The page whose script sets the cookie and asks for the path again."""
    cookie = f"document.cookie='{COOKIE}={token}; path=/';"
    return f"{HEAD}{cookie}window.location.href={quoted(path)};{FOOT}"


def gate_cookie(path: str) -> str:
    """The page that asks for the path again; the cookie came with `Set-Cookie`."""
    return f"{HEAD}window.location.href={quoted(path)};{FOOT}"


def quoted(path: str) -> str:
    """The path as a JavaScript string in single quotes, harmless inside a script element."""
    inner = json.dumps(path)[1:-1].replace("'", "\\'").replace("<", "\\u003c")
    return f"'{inner}'"
