"""A local blog for end-to-end tests: the demo blog with posts that change, a log, and faults.

    with Replica(make_posts(25)) as replica:
        replica.fault(r"^/archives/110$", kind="status", code=503, retry_after=1, times=2)
        replica.storm(7, {"429": 0.1, "reset": 0.03}, burst=(200, 10))
        ... crawl replica.base_url ...
        assert [seen.path for seen in replica.log] == [...]

A fault meets the requests in whose path (with query) its regular expression is found; `times=None`
is for ever. Of several that match, the first one is used; `slow` and `hook` pass on to the next.
A request that meets no fault may meet the storm.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal

from rig.faults import CHANGES, ON_THE_WIRE, PASSING, Fault, Gate, Kind, gate_answer
from rig.seen import Seen, requests_of_day
from rig.storm import Storm, fault_of
from rig.themes import ThemeChange, themed_answer
from rig.wire import ReplicaHandler

from archiver.demo.blog import SITE_URL
from archiver.demo.posts import CATEGORIES, SHANGHAI, Byline, Post
from archiver.demo.routes import Answer
from archiver.demo.server import COOKIE_VALUE, DemoServer
from archiver.demo.theme.gate import COOKIE

__all__ = ["Fault", "Gate", "Kind", "Replica", "Seen", "Storm", "make_post", "make_posts"]


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
        #: Set when the replica stops serving: silent connections end.
        self.ended = threading.Event()
        self._cookies = 0
        self._change: ThemeChange | None = None
        self._closed: Fault | None = None
        self._storm: Storm | None = None
        self._now = 0
        self._lock = threading.RLock()
        self._log: list[Seen] = []
        self._attempts: dict[str, int] = {}
        self._faults: list[Fault] = []

    def __exit__(self, *exc_info: object) -> None:
        self.ended.set()
        super().__exit__(*exc_info)

    # What a test changes.

    @property
    def posts(self) -> list[Post]:
        """The posts as they are now."""
        return list(self.blog.posts)

    def set_theme(self, **options: Any) -> None:
        """Change fields of the blog's theme."""
        self.blog = replace(self.blog, **options)

    def change_theme(self, change: ThemeChange | None) -> None:
        """Show articles by another theme (see `ThemeChange`), or by the old one again."""
        self._change = change

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

    def hide(self, post_id: int) -> None:
        """Take one post out of index, listings and feed; its address still shows it."""
        self.edit(post_id, state="hidden")

    def show(self, post_id: int) -> None:
        """Bring back a post that was deleted, protected or hidden."""
        self.edit(post_id, state="published")

    def fault(
        self,
        pattern: str,
        *,
        kind: Kind,
        times: int | None = None,
        rhythm: tuple[int, int] | None = None,
        **options: Any,
    ) -> Fault:
        """Switch a fault on, behind the gate, for paths in which `pattern` is found.

        Kinds and their options: `gate` (cookie or not), `new-cookie` (the gate, and the cookie of
        before is no use any more), `status` (`code`, `retry_after`, `full`: body is the page in
        place of a short one), `retry-after` (`code`, `seconds`, `date=True`: as an HTTP date),
        `forbidden` (a short 403), `gone` (410), `bare-404` (a proxy's, no page), `reset`, `cut`
        (less than the length says), `cut-clean` (half a page, the length is right), `length`
        (said to be `off` bytes more or fewer than sent), `slow` (`seconds` before the answer),
        `drip` (the answer takes `seconds`; `then` it may `stop` or fall `silent` in the middle),
        `timeout` (never an answer), `invalid-utf8`, `charset` (`charset`, another than it says),
        `swap` (bytes `new` in the place of `old`), `big` (`size` in bytes), `not-html`
        (`content_type`, `body`, `headers`), `other-host` (`host`, with scheme; `path`), `login`
        (short), `captive` (a full login page), `wrong-article` (`article`, an id),
        `endless-pager`, `hook` (`call`, before the answer is made).

        With `rhythm` (on, off) the fault comes and goes: `on` requests meet it, `off` do not.
        """
        fault = Fault(re.compile(pattern), kind, times, options, rhythm)
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear_faults(self) -> None:
        """Switch all faults off, and the storm."""
        with self._lock:
            self._faults.clear()
            self._storm = None

    def storm(
        self, seed: int, shares: Mapping[str, float], burst: tuple[int, int] | None = None
    ) -> Storm:
        """Let every request, robots.txt too, meet faults by chance; see `rig.storm.Storm`."""
        self._storm = Storm(seed, shares, burst)
        return self._storm

    def closed(self, kind: Literal["503", "reset"] = "503") -> None:
        """Close the whole blog: every request gets 503, or a reset."""
        self._closed = fault_of(kind)

    def open(self) -> None:
        """Open the blog again."""
        self._closed = None

    def change_cookie(self) -> None:
        """The gate wants another cookie from now on."""
        self._cookies += 1

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

    def requests_of_day(self, day: date) -> list[Seen]:
        """The requests of one day in UTC, by `archiver.clock`."""
        return requests_of_day(self.log, day)

    def clear_log(self) -> None:
        """Forget the requests so far, and the peak."""
        with self._lock:
            self._log.clear()
            self._attempts.clear()
            self.peak = 0

    # What the handler calls.

    def enter(self, path: str, headers: dict[str, str]) -> Seen:
        """Log a request that begins, and count it in."""
        with self._lock:
            self._now += 1
            self.peak = max(self.peak, self._now)
            attempt = self._attempts[path] = self._attempts.get(path, 0) + 1
            self._log.append(seen := Seen(path, headers, time.monotonic(), attempt=attempt))
        return seen

    def leave(self, seen: Seen) -> None:
        """Count a request out."""
        with self._lock:
            self._now -= 1
            seen.end = time.monotonic()

    def take_fault(self, target: str) -> Fault | None:
        """The fault for this request; waits and calls hooks on the way."""
        with self._lock:
            taken = self._matching(target)
        for fault in taken:
            if fault.kind == "slow":
                self.ended.wait(fault.options["seconds"])
            elif fault.kind == "hook":
                fault.options["call"]()
        last = taken[-1] if taken else None
        if last is not None and last.kind not in PASSING:
            return last
        with self._lock:
            return self._storm.draw() if self._storm else None

    def _matching(self, target: str) -> list[Fault]:
        """The faults that meet a request: those that pass on, then one that does not."""
        if self._closed is not None:
            return [self._closed]
        taken: list[Fault] = []
        for fault in self._faults:
            if fault.take(target):
                taken.append(fault)
                if fault.kind not in PASSING:
                    break
        return taken

    def answer_with(self, fault: Fault | None, target: str, cookies: str) -> Answer:
        """The answer to a request: the gate, or the blog's, changed by the fault."""
        changed = fault is not None and fault.kind not in ON_THE_WIRE
        before_gate = changed and fault is not None and fault.in_front
        if self.gate_kind and not before_gate and not self._opens(cookies):
            return gate_answer(self.gate_kind, self.gate_status, target, self.cookie)
        if fault is None or not changed:
            return themed_answer(self.blog, target, self._change)
        if fault.kind in ("gate", "new-cookie"):
            return self._gate_again(fault, target)
        return CHANGES[fault.kind](self.blog, fault, target)

    @property
    def cookie(self) -> str:
        """The value of the cookie that opens the gate now."""
        return f"{COOKIE_VALUE}{self._cookies or ''}"

    def _opens(self, cookies: str) -> bool:
        try:
            morsel = SimpleCookie(cookies).get(COOKIE)
        except CookieError:
            return False
        return self.gate_kind != "never" and morsel is not None and morsel.value == self.cookie

    def _gate_again(self, fault: Fault, target: str) -> Answer:
        """The gate once more, though the cookie was shown."""
        if fault.kind == "new-cookie":
            self.change_cookie()
        gate: Gate = fault.options.get("gate", self.gate_kind or "script")
        status = fault.options.get("status", self.gate_status)
        return gate_answer(gate, status, target, self.cookie)


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
