"""The demo blog at one moment: its posts and how its theme writes links."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from archiver.demo.posts import Byline, Post, listing_order

PAGE_SIZE = 10
SITE_URL = "https://kexue.fm"


@dataclass(frozen=True)
class Blog:
    """Posts and theme options.

    `site_url` stands in front of the absolute links, whatever host serves the pages;
    `article_host` replaces it in links to articles; `article_slash` ends those with a slash;
    `byline` overrides the style that each post asks for; `endless` keeps a next link on the
    last page of the listing; `extra_pages` is how many pages too many the pager promises;
    without `sidebars` a page has its content only.
    """

    posts: tuple[Post, ...]
    site_url: str = SITE_URL
    article_host: str | None = None
    article_slash: bool = False
    byline: Byline | None = None
    endless: bool = False
    extra_pages: int = 0
    sidebars: bool = True

    @cached_property
    def listed(self) -> list[Post]:
        """The posts that the listings show, published and protected ones, in their order."""
        return listing_order(p for p in self.posts if p.state in ("published", "protected"))

    @cached_property
    def by_date(self) -> list[Post]:
        """The listed posts, the latest first, sticky or re-dated or not."""
        return sorted(self.listed, key=lambda post: (post.published, post.id), reverse=True)

    @property
    def pages(self) -> int:
        """How many listing pages there are; an empty blog has one."""
        return max(1, math.ceil(len(self.listed) / PAGE_SIZE))

    def page(self, number: int) -> list[Post]:
        """The posts of a listing page, from 1."""
        return self.listed[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]

    def find(self, post_id: int) -> Post | None:
        """The post of this id that has a page: a listed or a hidden one."""
        hidden = (post for post in self.posts if post.state == "hidden")
        return next((post for post in (*self.listed, *hidden) if post.id == post_id), None)

    def neighbours(self, post: Post) -> tuple[Post | None, Post | None]:
        """The posts before and after one in time; none for a hidden one."""
        if post.state == "hidden":
            return None, None
        place = self.by_date.index(post)
        older = self.by_date[place + 1] if place + 1 < len(self.by_date) else None
        return older, self.by_date[place - 1] if place else None

    def similar(self, post: Post) -> list[Post]:
        """Five posts of the same category at most, the latest first."""
        same = (p for p in self.by_date if p.category == post.category and p != post)
        return [p for p in same if p.state == "published"][:5]

    def article_url(self, post_id: int) -> str:
        """The absolute address of an article, in the form that the theme uses."""
        slash = "/" if self.article_slash else ""
        return f"{self.article_host or self.site_url}/archives/{post_id}{slash}"

    def sample(self, posts: Sequence[Post], count: int, seed: str) -> list[Post]:
        """Up to `count` of the posts, drawn by chance, the same ones for the same seed."""
        chance = random.Random(seed)  # noqa: S311 - nothing secret
        return chance.sample(list(posts), min(count, len(posts)))
