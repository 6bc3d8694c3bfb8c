"""A local blog for end-to-end tests: the demo blog with posts that change, a log, and faults.

    with Replica(make_posts(25)) as replica:
        replica.fault(r"^/archives/110$", kind="status", code=503, retry_after=1, times=2)
        ... crawl replica.base_url ...
        assert [seen.path for seen in replica.log] == [...]

A fault meets the requests in whose path (with query) its regular expression is found; `times=None`
is for ever. Of several that match, the first one is used; `slow` and `hook` pass on to the next.
"""

import math
import os
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from archiver.demo.blog import SITE_URL
from archiver.demo.posts import CATEGORIES, SHANGHAI, Byline, Post
from archiver.demo.routes import LISTING, Answer, answer, text_answer
from archiver.demo.server import COOKIE_VALUE, BlogHandler, DemoServer, shows_cookie
from archiver.demo.theme import gate_cookie, gate_script
from archiver.demo.theme.gate import COOKIE

Gate = Literal["script", "header", "never"]
Kind = Literal[
    "gate",
    "status",
    "reset",
    "cut",
    "cut-clean",
    "slow",
    "invalid-utf8",
    "big",
    "not-html",
    "other-host",
    "login",
    "wrong-article",
    "endless-pager",
    "hook",
]
LOGIN_PAGE = "<html><head><title>Wi-Fi login</title></head><body><form>portal</form></body></html>"
SHORT_PAGE = "<html><head><title>error</title></head><body><h1>error</h1></body></html>"


@dataclass
class Seen:
    """One request; times are of `time.monotonic`, `end` is infinite and `status` 0 until answered.

    A reset request keeps status 0.
    """

    path: str
    headers: dict[str, str]
    start: float
    end: float = math.inf
    status: int = 0


@dataclass
class Fault:
    """A rule; see `Replica.fault`. `left` is how often it still works, None for ever."""

    pattern: re.Pattern[str]
    kind: Kind
    left: int | None = None
    options: dict[str, Any] = field(default_factory=dict)
    used: int = 0

    def take(self, target: str) -> bool:
        """Whether the rule meets this request; it counts as used then."""
        if self.left == 0 or not self.pattern.search(target):
            return False
        self.left = None if self.left is None else self.left - 1
        self.used += 1
        return True


class ReplicaHandler(BlogHandler):
    """Answers through the replica, which may break the answer on its way out."""

    seen: Seen

    def do_GET(self) -> None:  # noqa: N802 - the name that http.server calls
        """Log the request and send its answer, broken or not."""
        replica = self.server.site
        assert isinstance(replica, Replica)
        self.seen = replica.enter(self.path, dict(self.headers.items()))
        try:
            fault = replica.take_fault(self.path)
            given = replica.answer_with(fault, self.path, self.headers.get("Cookie", ""))
            self.send_broken(given, fault)
        finally:
            replica.leave(self.seen)

    def send_head(self, given: Answer, length: int) -> None:
        """As the demo's; the log has it before the client does."""
        self.seen.status, self.seen.end = given.status, time.monotonic()
        super().send_head(given, length)

    def send_broken(self, given: Answer, fault: Fault | None) -> None:
        """Send the answer whole, or cut, or not at all."""
        if fault and fault.kind == "reset":
            self.reset()
        elif fault and fault.kind == "cut":
            self.send_head(given, len(given.body))
            self.wfile.write(given.body[: len(given.body) // 2])
            self.close_connection = True
        else:
            self.send(given)

    def reset(self) -> None:
        """Close the connection with RST."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


class Replica(DemoServer):
    """Context manager: a blog on `base_url` whose posts, theme and faults a test may change.

    `gate` is None for no gate, `script` or `header` for the way the cookie is given, `never` for
    one that no cookie opens; `gate_status` is the status of its page. `theme` are fields of `Blog`:
    `byline`, `article_slash`, `article_host`, `endless`.
    """

    handler = ReplicaHandler

    def __init__(
        self,
        posts: Iterable[Post],
        *,
        gate: Gate | None = None,
        gate_status: int = 403,
        site_url: str = SITE_URL,
        byline: Byline | None = None,
        article_slash: bool = False,
        article_host: str | None = None,
    ) -> None:
        super().__init__(posts, site_url=site_url)
        self.set_theme(byline=byline, article_slash=article_slash, article_host=article_host)
        self.gate_kind = gate
        self.gate_status = gate_status
        self.peak = 0
        self._now = 0
        self._lock = threading.RLock()
        self._log: list[Seen] = []
        self._faults: list[Fault] = []

    # What a test changes.

    @property
    def posts(self) -> list[Post]:
        """The posts as they are now."""
        return list(self.blog.posts)

    def set_theme(self, **options: Any) -> None:
        """Change fields of the blog's theme."""
        self.blog = replace(self.blog, **options)

    def set_posts(self, posts: Iterable[Post]) -> None:
        """Put other posts in place of all."""
        self.blog = replace(self.blog, posts=tuple(posts))

    def publish(self, *posts: Post) -> None:
        """Add posts, or put them in place of those of the same id."""
        with self._lock:
            new = {post.id for post in posts}
            self.set_posts([*posts, *(post for post in self.posts if post.id not in new)])

    def edit(self, post_id: int, **changes: Any) -> None:
        """Change fields of one post."""
        with self._lock:
            if post_id not in (post.id for post in self.posts):
                raise KeyError(post_id)
            self.set_posts(
                replace(post, **changes) if post.id == post_id else post for post in self.posts
            )

    def delete(self, post_id: int) -> None:
        """Take one post off the blog; its address answers 404."""
        self.edit(post_id, state="deleted")

    def protect(self, post_id: int) -> None:
        """Put a password on one post; its address answers 403."""
        self.edit(post_id, state="protected")

    def fault(self, pattern: str, *, kind: Kind, times: int | None = None, **options: Any) -> Fault:
        """Switch a fault on, behind the gate, for paths in which `pattern` is found.

        Kinds and their options: `gate` (cookie or not), `status` (`code`, `retry_after`, `full`:
        body is the page in place of a short one), `reset`, `cut` (less than the length says),
        `cut-clean` (half a page, the length is right), `slow` (`seconds`), `invalid-utf8`, `big`
        (`size` in bytes), `not-html` (`content_type`, `body`), `other-host` (`host`, with scheme),
        `login`, `wrong-article` (`article`, an id), `endless-pager`, `hook` (`call`, before the
        answer is made).
        """
        fault = Fault(re.compile(pattern), kind, times, options)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear_faults(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._faults.clear()

    # What a test reads.

    @property
    def log(self) -> list[Seen]:
        """The requests so far, in the order in which they came."""
        with self._lock:
            return list(self._log)

    @property
    def paths(self) -> list[str]:
        """The paths of the log."""
        return [seen.path for seen in self.log]

    def clear_log(self) -> None:
        """Forget the requests so far, and the peak."""
        with self._lock:
            self._log.clear()
            self.peak = 0

    # What the handler calls.

    def enter(self, path: str, headers: dict[str, str]) -> Seen:
        """Log a request that begins, and count it in."""
        with self._lock:
            self._now += 1
            self.peak = max(self.peak, self._now)
            self._log.append(seen := Seen(path, headers, time.monotonic()))
        return seen

    def leave(self, seen: Seen) -> None:
        """Count a request out."""
        with self._lock:
            self._now -= 1
            seen.end = time.monotonic()

    def take_fault(self, target: str) -> Fault | None:
        """The fault for this request; waits and calls hooks on the way."""
        with self._lock:
            taken: list[Fault] = []
            for fault in self._faults:
                if fault.take(target):
                    taken.append(fault)
                    if fault.kind not in ("slow", "hook"):
                        break
        for fault in taken:
            if fault.kind == "slow":
                time.sleep(fault.options["seconds"])
            elif fault.kind == "hook":
                fault.options["call"]()
        last = taken[-1] if taken else None
        return last if last and last.kind not in ("slow", "hook") else None

    def answer_with(self, fault: Fault | None, target: str, cookies: str) -> Answer:
        """The answer to a request: the gate, or the blog's, changed by the fault."""
        if self.gate_kind and (self.gate_kind == "never" or not shows_cookie(cookies)):
            return gate_answer(self.gate_kind, self.gate_status, target)
        if fault is None:
            return answer(self.blog, target)
        change = CHANGES.get(fault.kind)
        return change(self, fault, target) if change else answer(self.blog, target)


def gate_answer(kind: Gate, status: int, target: str) -> Answer:
    """The page of the gate. One that never opens gives a script, with a cookie that is no use."""
    if kind == "header":
        cookie = ("Set-Cookie", f"{COOKIE}={COOKIE_VALUE}; Path=/; HttpOnly")
        return replace(text_answer(status, gate_cookie(target)), headers=(cookie,))
    return text_answer(status, gate_script(target, COOKIE_VALUE))


def change_gate(replica: Replica, fault: Fault, target: str) -> Answer:
    """The gate once more, though the cookie was shown."""
    status = fault.options.get("status", replica.gate_status)
    return gate_answer(fault.options.get("gate", "script"), status, target)


def change_status(replica: Replica, fault: Fault, target: str) -> Answer:
    """Another status, with a short page or the real one, perhaps with Retry-After."""
    full = fault.options.get("full", False)
    given = answer(replica.blog, target) if full else text_answer(0, SHORT_PAGE)
    after = fault.options.get("retry_after")
    headers = () if after is None else (("Retry-After", str(after)),)
    return replace(given, status=fault.options["code"], headers=headers)


def change_cut_clean(replica: Replica, fault: Fault, target: str) -> Answer:
    """The first half of the body's element, as a whole answer."""
    body = answer(replica.blog, target).body
    start = max(body.find(b'class="PostContent"'), 0)
    end = body.find(b"<em><strong>\xe8\xbd\xac\xe8\xbd\xbd", start)
    middle = (start + (end if end > 0 else len(body))) // 2
    return replace(answer(replica.blog, target), body=body[:middle])


def change_invalid_utf8(replica: Replica, fault: Fault, target: str) -> Answer:
    """A stray byte at the beginning of the first paragraph of the body."""
    given = answer(replica.blog, target)
    head, mark, rest = given.body.partition(b'class="PostContent"')
    before, start, text = rest.partition(b"<p>")
    return replace(given, body=head + mark + before + start + b"\xff" + text)


def change_big(replica: Replica, fault: Fault, target: str) -> Answer:
    """The page blown up by white space in the body."""
    given = answer(replica.blog, target)
    head, mark, rest = given.body.partition(b'class="PostContent"')
    before, start, text = rest.partition(b"<p>")
    padding = b"\n" * max(0, fault.options.get("size", 30_000_000) - len(given.body))
    return replace(given, body=head + mark + before + padding + start + text)


def change_not_html(replica: Replica, fault: Fault, target: str) -> Answer:
    """Another kind of file."""
    kind = fault.options.get("content_type", "application/octet-stream")
    return Answer(200, fault.options.get("body", bytes(range(256)) * 8), kind)


def change_other_host(replica: Replica, fault: Fault, target: str) -> Answer:
    """A redirect to the same path elsewhere."""
    host = fault.options.get("host", "http://127.0.0.1:9")
    return Answer(302, b"", headers=(("Location", f"{host}{target}"),))


def change_login(replica: Replica, fault: Fault, target: str) -> Answer:
    """The page of a captive portal."""
    return text_answer(200, LOGIN_PAGE)


def change_wrong_article(replica: Replica, fault: Fault, target: str) -> Answer:
    """The page of another article."""
    return answer(replica.blog, f"/archives/{fault.options['article']}")


def change_endless_pager(replica: Replica, fault: Fault, target: str) -> Answer:
    """A listing that always has a next page."""
    endless = replace(replica.blog, endless=True)
    return answer(endless if LISTING.fullmatch(target) else replica.blog, target)


CHANGES: dict[str, Callable[[Replica, Fault, str], Answer]] = {
    "gate": change_gate,
    "status": change_status,
    "cut-clean": change_cut_clean,
    "invalid-utf8": change_invalid_utf8,
    "big": change_big,
    "not-html": change_not_html,
    "other-host": change_other_host,
    "login": change_login,
    "wrong-article": change_wrong_article,
    "endless-pager": change_endless_pager,
}

BODY = """<p>这是第{n}篇短文，讨论$x^2={n}$的解，参考<a href="/archives/{other}">另一篇</a>。</p>
<!--more-->
<h2 id="推导">推导</h2>
<p>两边开方即得<br />
\\begin{{equation}}x=\\pm\\sqrt{{{n}}}\\label{{eq:{n}}}\\end{{equation}}<br />
见式$\\eqref{{eq:{n}}}$。</p>
<div class="pic-container"><a href="/usr/uploads/2020/01/{n}.png" target="_blank">\
<img alt="图{n}" src="/usr/uploads/2020/01/{n}.png" /></a></div>
<blockquote><p>第{n}句引文。</p></blockquote>"""


def make_posts(count: int, first_id: int = 101) -> list[Post]:
    """`count` small posts with consecutive ids, a day apart, the latest (largest id) first."""
    return [make_post(first_id + n, n) for n in range(count)][::-1]


def make_post(post_id: int, day: int = 0, **changes: Any) -> Post:
    """One small post with every field set, `day` days after 2020-01-01."""
    slugs: Sequence[str] = list(CATEGORIES)
    published = datetime(2020, 1, 1, 8, 30, 15, tzinfo=SHANGHAI) + timedelta(days=day)
    post = Post(
        id=post_id,
        title=f"短文{post_id}",
        author="苏剑林",
        published=published,
        readers=1000 + post_id,
        category=CATEGORIES[slugs[post_id % len(slugs)]],
        tags=("测试", f"标签{post_id % 3}"),
        body=BODY.format(n=post_id, other=post_id - 1),
        comments=post_id % 4,
    )
    return replace(post, **changes)
