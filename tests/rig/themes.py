"""Changes of the blog's theme that an archiver has not seen before, on the pages of articles."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal

from archiver.demo.blog import Blog
from archiver.demo.posts import Post
from archiver.demo.routes import ARTICLE, Answer, answer

#: `renamed`: the body's element has another name; `empty`: it is there, without the author's text;
#: `pictures`: its formulas are pictures.
ThemeChange = Literal["renamed", "empty", "pictures"]

_FORMULA: Final = re.compile(r"\$[^$]+\$|\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)
_OLD_ELEMENT: Final = b'class="PostContent" id="PostContent"'
_NEW_ELEMENT: Final = b'class="EntryText" id="EntryText"'


def themed_answer(blog: Blog, target: str, change: ThemeChange | None) -> Answer:
    """The blog's answer, an article's page by the changed theme."""
    if change is None or not ARTICLE.fullmatch(target.partition("?")[0]):
        return answer(blog, target)
    if change == "renamed":
        given = answer(blog, target)
        return replace(given, body=given.body.replace(_OLD_ELEMENT, _NEW_ELEMENT))
    shown = BODIES[change]
    return answer(replace(blog, posts=tuple(shown(post) for post in blog.posts)), target)


def without_body(post: Post) -> Post:
    """The post as the theme shows it whose text is filled in by a script."""
    return replace(post, body="")


def with_pictures(post: Post) -> Post:
    """The post with a picture in place of each formula."""
    return replace(post, body=_FORMULA.sub('<img class="tex" src="/tex.svg" alt="">', post.body))


BODIES: Final[dict[str, Callable[[Post], Post]]] = {
    "empty": without_body,
    "pictures": with_pictures,
}
