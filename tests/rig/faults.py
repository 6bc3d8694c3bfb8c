"""What can be wrong with an answer, and how the answer looks then. No sockets here."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from typing import Any, Final, Literal

from archiver import clock
from archiver.demo.blog import Blog
from archiver.demo.routes import LISTING, Answer, answer, text_answer
from archiver.demo.theme import gate_cookie, gate_script
from archiver.demo.theme.gate import COOKIE

Gate = Literal["script", "header", "never"]
Kind = Literal[
    "gate",
    "new-cookie",
    "status",
    "retry-after",
    "forbidden",
    "gone",
    "bare-404",
    "reset",
    "cut",
    "cut-clean",
    "length",
    "slow",
    "drip",
    "timeout",
    "invalid-utf8",
    "charset",
    "swap",
    "big",
    "not-html",
    "odd-header",
    "other-host",
    "login",
    "captive",
    "wrong-article",
    "endless-pager",
    "hook",
]
#: Faults after which the next one that matches is looked for.
PASSING: Final = frozenset({"slow", "hook"})
#: Faults of the way an answer is sent (rig/wire.py); what is sent is the right one.
ON_THE_WIRE: Final = frozenset({"reset", "cut", "length", "drip", "timeout"})

LOGIN_PAGE: Final = (
    "<html><head><title>Wi-Fi login</title></head><body><form>portal</form></body></html>"
)
SHORT_PAGE: Final = "<html><head><title>error</title></head><body><h1>error</h1></body></html>"
#: Complete, long enough not to look like the gate, with a title and a body of its own.
CAPTIVE_PAGE: Final = f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>欢迎使用无线网络</title></head>
<body><div id="content"><div class="Portal"><h1>欢迎使用无线网络</h1>
<form action="/login" method="post"><input name="user"><input type="password" name="word">
<button>登录</button></form>
<p>{"请先登录，同意使用条款后再继续浏览。" * 60}</p></div></div></body></html>
"""
#: What proxies say in place of the blog's own page.
BARE_404: Final = "404 page not found\n"


@dataclass
class Fault:
    """A rule; see `Replica.fault`. `left` is how often it still works, None for ever.

    With `rhythm` (on, off), `on` matching requests meet it, then `off` pass, and so on.
    `in_front` of the gate: what answers then has not asked for a cookie.
    """

    pattern: re.Pattern[str]
    kind: Kind
    left: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    rhythm: tuple[int, int] | None = None
    in_front: bool = False
    used: int = 0
    met: int = 0

    def take(self, target: str) -> bool:
        """Whether the rule meets this request; it counts as used then."""
        if self.left == 0 or not self.pattern.search(target):
            return False
        self.met += 1
        if self.rhythm is not None and (self.met - 1) % sum(self.rhythm) >= self.rhythm[0]:
            return False
        self.left = None if self.left is None else self.left - 1
        self.used += 1
        return True


def gate_answer(kind: Gate, status: int, target: str, cookie: str) -> Answer:
    """The page of the gate. One that never opens gives a script, with a cookie that is no use."""
    if kind == "header":
        header = ("Set-Cookie", f"{COOKIE}={cookie}; Path=/; HttpOnly")
        return replace(text_answer(status, gate_cookie(target)), headers=(header,))
    return text_answer(status, gate_script(target, cookie))


def change_status(blog: Blog, fault: Fault, target: str) -> Answer:
    """Another status, with a short page or the real one, perhaps with Retry-After."""
    full = fault.options.get("full", False)
    given = answer(blog, target) if full else text_answer(0, SHORT_PAGE)
    after = fault.options.get("retry_after")
    headers = () if after is None else (("Retry-After", str(after)),)
    return replace(given, status=fault.options["code"], headers=headers)


def change_retry_after(blog: Blog, fault: Fault, target: str) -> Answer:
    """`code` with the time to wait, as `seconds` or as the date (`date=True`) that they give."""
    seconds = fault.options.get("seconds", 1)
    after = str(seconds)
    if fault.options.get("date", False):
        moment = clock.now() + timedelta(seconds=seconds)
        whole = moment.replace(microsecond=0) + timedelta(
            seconds=math.ceil(moment.microsecond / 1e6)
        )
        after = format_datetime(whole, usegmt=True)
    given = text_answer(fault.options.get("code", 429), SHORT_PAGE)
    return replace(given, headers=(("Retry-After", after),))


def change_forbidden(blog: Blog, fault: Fault, target: str) -> Answer:
    """A short 403 that is neither the gate nor a protected article."""
    return text_answer(403, SHORT_PAGE)


def change_gone(blog: Blog, fault: Fault, target: str) -> Answer:
    """The blog's own page for what it does not have, with 410."""
    return replace(answer(blog, "/nothing-here"), status=410)


def change_bare_404(blog: Blog, fault: Fault, target: str) -> Answer:
    """A 404 that the blog has not written."""
    return text_answer(404, BARE_404, "text/plain; charset=utf-8")


def change_cut_clean(blog: Blog, fault: Fault, target: str) -> Answer:
    """The first half of the body's element, as a whole answer."""
    body = answer(blog, target).body
    start = max(body.find(b'class="PostContent"'), 0)
    end = body.find(b"<em><strong>\xe8\xbd\xac\xe8\xbd\xbd", start)
    middle = (start + (end if end > 0 else len(body))) // 2
    return replace(answer(blog, target), body=body[:middle])


def change_invalid_utf8(blog: Blog, fault: Fault, target: str) -> Answer:
    """A stray byte in the first paragraph of the body, each time in another place."""
    given = answer(blog, target)
    head, mark, rest = given.body.partition(b'class="PostContent"')
    before, start, text = rest.partition(b"<p>")
    fault.met += 1
    first = text[: fault.met % 30]
    return replace(given, body=head + mark + before + start + first + b"\xff" + text[len(first) :])


def change_charset(blog: Blog, fault: Fault, target: str) -> Answer:
    """The page in another `charset` than it says."""
    given = answer(blog, target)
    text = given.body.decode()
    return replace(given, body=text.encode(fault.options["charset"], "xmlcharrefreplace"))


def change_swap(blog: Blog, fault: Fault, target: str) -> Answer:
    """The bytes `new` in the place of `old`, which must be there."""
    given = answer(blog, target)
    old, new = fault.options["old"], fault.options["new"]
    assert old in given.body, f"{target} does not hold {old!r}"
    return replace(given, body=given.body.replace(old, new))


def change_big(blog: Blog, fault: Fault, target: str) -> Answer:
    """The page blown up by white space in the body."""
    given = answer(blog, target)
    head, mark, rest = given.body.partition(b'class="PostContent"')
    before, start, text = rest.partition(b"<p>")
    padding = b"\n" * max(0, fault.options.get("size", 30_000_000) - len(given.body))
    return replace(given, body=head + mark + before + padding + start + text)


def change_not_html(blog: Blog, fault: Fault, target: str) -> Answer:
    """Another kind of file."""
    kind = fault.options.get("content_type", "application/octet-stream")
    body = fault.options.get("body", bytes(range(256)) * 8)
    return Answer(200, body, kind, fault.options.get("headers", ()))


def change_odd_header(blog: Blog, fault: Fault, target: str) -> Answer:
    """The right page with one header more; ``name``, ``value``."""
    right = answer(blog, target)
    return replace(right, headers=(*right.headers, (fault.options["name"], fault.options["value"])))


def change_other_host(blog: Blog, fault: Fault, target: str) -> Answer:
    """A redirect to the same path elsewhere, or to another path."""
    host = fault.options.get("host", "http://127.0.0.1:9")
    path = fault.options.get("path", target)
    return Answer(302, b"", headers=(("Location", f"{host}{path}"),))


def change_login(blog: Blog, fault: Fault, target: str) -> Answer:
    """The short page of a captive portal."""
    return text_answer(200, LOGIN_PAGE)


def change_captive(blog: Blog, fault: Fault, target: str) -> Answer:
    """The full page of a captive portal."""
    return text_answer(200, CAPTIVE_PAGE)


def change_wrong_article(blog: Blog, fault: Fault, target: str) -> Answer:
    """The page of another article."""
    return answer(blog, f"/archives/{fault.options['article']}")


def change_endless_pager(blog: Blog, fault: Fault, target: str) -> Answer:
    """A listing that always has a next page."""
    endless = replace(blog, endless=True)
    return answer(endless if LISTING.fullmatch(target) else blog, target)


CHANGES: Final[dict[str, Callable[[Blog, Fault, str], Answer]]] = {
    "status": change_status,
    "retry-after": change_retry_after,
    "forbidden": change_forbidden,
    "gone": change_gone,
    "bare-404": change_bare_404,
    "cut-clean": change_cut_clean,
    "invalid-utf8": change_invalid_utf8,
    "charset": change_charset,
    "swap": change_swap,
    "big": change_big,
    "not-html": change_not_html,
    "odd-header": change_odd_header,
    "other-host": change_other_host,
    "login": change_login,
    "captive": change_captive,
    "wrong-article": change_wrong_article,
    "endless-pager": change_endless_pager,
}
