"""The articles of the demo blog: their class, and how they are read from a folder.

A post file is `<id>.html`: an HTML comment with a JSON object (the meta), then the body as its
author stored it, which may hold one `<!--more-->`. What stands behind an `<!--added-->` its author
added later, at the time `added` of the meta. Times in the meta carry their UTC offset.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal, get_args

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
MORE = "<!--more-->"
ADDED = "<!--added-->"
DEMO_POSTS = Path(__file__).parent / "articles"

#: A hidden post has its page, but stands in no index, listing or feed.
State = Literal["published", "protected", "hidden", "draft", "deleted"]
Byline = Literal["spans", "plain", "no-by", "no-readers"]
Heading = Literal["h1", "h2"]


@dataclass(frozen=True)
class Category:
    """A category: the slug of its address and its name."""

    slug: str
    name: str


CATEGORIES = {
    slug: Category(slug, name)
    for slug, name in (
        ("Big-Data", "信息时代"),
        ("Mathematics", "数学研究"),
        ("Phy-chem", "物理化学"),
        ("Astronomy", "天文探索"),
        ("Everything", "千奇百怪"),
        ("Life-Feeling", "生活/情感"),
        ("Resources", "资源共享"),
        ("Questions", "问题百科"),
    )
}


@dataclass(frozen=True)
class Post:
    """One article.

    `listed` is the time a re-dated article is sorted by, None for its own. `deleted` is when a
    deleted one was, None for before anybody looked. `addition` is the end of the body that was
    written at the time `added`.
    """

    id: int
    title: str
    author: str
    published: datetime
    readers: int | None
    category: Category
    tags: tuple[str, ...]
    body: str
    comments: int = 0
    state: State = "published"
    sticky: bool = False
    byline: Byline = "spans"
    heading: Heading = "h1"
    footer_in_quote: bool = False
    listed: datetime | None = None
    deleted: datetime | None = None
    added: datetime | None = None
    addition: str = ""

    @property
    def excerpt(self) -> str | None:
        """The body before its "more" mark; None when it has no mark."""
        head, mark, _ = self.body.partition(MORE)
        return head if mark else None


def listing_order(posts: Iterable[Post]) -> list[Post]:
    """Posts in the order of the listings: sticky ones, then the latest first."""
    newest = sorted(posts, key=lambda post: (post.listed or post.published, post.id), reverse=True)
    return sorted(newest, key=lambda post: not post.sticky)


def load_posts(folder: Path = DEMO_POSTS) -> list[Post]:
    """All posts of a folder, in listing order. ValueError names the file that is wrong."""
    return listing_order(read_post(path) for path in sorted(folder.glob("*.html")))


def read_post(path: Path) -> Post:
    """The post of one file. ValueError names the file when its meta is wrong."""
    try:
        meta, body = split_meta(path.read_text(encoding="utf-8"))
        post = build_post(meta, body)
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: bad post meta: {error!r}") from error
    if path.stem != str(post.id):
        raise ValueError(f"{path}: bad post meta: id {post.id} is not the file's name")
    return post


def split_meta(text: str) -> tuple[dict[str, Any], str]:
    """The meta object and the body (without its last newline) of a post file's text."""
    comment, mark, body = text.partition("-->\n")
    if not mark or not comment.startswith("<!--"):
        raise ValueError("the file does not start with <!-- {...} -->")
    meta = json.loads(comment.removeprefix("<!--"))
    if not isinstance(meta, dict):
        raise TypeError("the meta is not a JSON object")
    return meta, body.removesuffix("\n")


def build_post(meta: dict[str, Any], body: str) -> Post:
    """A post from its meta. Unknown keys and values raise ValueError, missing keys KeyError."""
    fields = dict(meta)
    for key in ("published", "listed", "deleted", "added"):
        if key == "published" or fields.get(key) is not None:
            fields[key] = parse_time(fields[key])
    first, mark, addition = body.partition(ADDED)
    if bool(mark) != (fields.get("added") is not None):
        raise ValueError(f"{ADDED} and added stand without one another")
    fields["category"] = CATEGORIES[fields["category"]]
    fields["tags"] = tuple(fields.get("tags", ()))
    check_choice(fields, "state", get_args(State))
    check_choice(fields, "byline", get_args(Byline))
    check_choice(fields, "heading", get_args(Heading))
    return Post(**{"author": "苏剑林", "body": first + addition, "addition": addition, **fields})


def parse_time(text: str) -> datetime:
    """An ISO 8601 time with offset, in Asia/Shanghai."""
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"{text} has no UTC offset")
    return time.astimezone(SHANGHAI)


def check_choice(fields: dict[str, Any], key: str, choices: tuple[str, ...]) -> None:
    """ValueError when the meta's `key` is there and is none of the choices."""
    if key in fields and fields[key] not in choices:
        raise ValueError(f"{key} {fields[key]!r} is none of {', '.join(choices)}")
