"""The demo blog as it was on a day of its last weeks: what stood there, and how often it was read.

Post files show the blog at `LAST_DAY`. Before that, its newest posts were not written yet, some
were not deleted or had no addition yet, and all had fewer readers. The counts follow a model,
because nobody has read these posts: many read an article in its first weeks, fewer and fewer later,
and some come along when a new article leads to it.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from math import log1p

from archiver.demo.posts import SHANGHAI, Post, listing_order

LAST_DAY = date(2026, 9, 27)
#: The time of day at which the demo blog is crawled, in Asia/Shanghai.
MORNING = time(8, tzinfo=SHANGHAI)

#: The share of its readers that an article gets in its first weeks.
FIRST_SHARE = 0.5
#: In days: half of these have come, by the article (ids differ), and half of a mention's.
FASTEST, SLOWEST = 6, 20
MENTION_HALF = 4.0
#: The readers that a mention brings, as a share of the article's.
MENTION_SHARE = 0.01
#: From so many days on the later readers come more slowly.
LATER = 30
LINK = re.compile(r"/archives/(\d+)")


def moment_of(day: date) -> datetime:
    """The moment of a day at which the demo blog is crawled."""
    return datetime.combine(day, MORNING)


def days_before(count: int, step: int) -> list[date]:
    """Every `step`-th of the last `count` days and `LAST_DAY`, in order."""
    return sorted(LAST_DAY - timedelta(days=back) for back in range(0, count + 1, step))


def posts_as_of(posts: Iterable[Post], day: date) -> list[Post]:
    """The posts as they were on the morning of a day, in listing order.

    Drafts are left out: nobody sees them. On `LAST_DAY` posts are as their files have them.
    """
    files = list(posts)
    moment = moment_of(day)
    mentions = recent_mentions(files)
    return listing_order(
        post_as_of(post, moment, mentions.get(post.id, []))
        for post in files
        if post.published <= moment and post.state != "draft"
    )


def recent_mentions(posts: Iterable[Post]) -> dict[int, list[datetime]]:
    """Id of an article → when posts of the last two months that lead to it were published."""
    found: dict[int, list[datetime]] = {}
    first = moment_of(LAST_DAY - timedelta(days=60))
    for post in posts:
        if post.state == "published" and post.published >= first:
            for target in {int(number) for number in LINK.findall(post.body)} - {post.id}:
                found.setdefault(target, []).append(post.published)
    return found


def post_as_of(post: Post, moment: datetime, mentions: Iterable[datetime]) -> Post:
    """One post as it was at a moment, with fewer readers and comments than it has now."""
    share = growth(post, moment, mentions) / growth(post, moment_of(LAST_DAY), mentions)
    earlier = replace(
        post,
        readers=None if post.readers is None else round(post.readers * share),
        comments=round(post.comments * share),
    )
    if post.deleted is not None and moment < post.deleted:
        earlier = replace(earlier, state="published")
    if post.added is not None and moment < post.added:
        earlier = replace(earlier, body=post.body.removesuffix(post.addition))
    return earlier


def growth(post: Post, moment: datetime, mentions: Iterable[datetime]) -> float:
    """How many of its readers an article has had at a moment, in a measure of its own."""
    age = in_days(moment - post.published)
    half = FASTEST + post.id % (SLOWEST - FASTEST + 1)
    first = FIRST_SHARE * arrived(age, half)
    later = (1 - FIRST_SHARE) * log1p(age / LATER) / log1p(3000 / LATER)
    brought = sum(arrived(in_days(moment - mention), MENTION_HALF) for mention in mentions)
    return first + later + MENTION_SHARE * brought


def arrived(days: float, half: float) -> float:
    """The share of a first rush that has come after so many days, half of it after `half`."""
    return 1 - 2 ** (-days / half)


def in_days(span: timedelta) -> float:
    """A length of time in days, none for a time to come."""
    return max(span / timedelta(days=1), 0.0)
