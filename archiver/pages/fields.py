"""Fields that listing and article pages show in the same way."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archiver import site
from archiver.items import Byline
from archiver.numbers import MOST_PEOPLE, narrow, parse_number
from archiver.pages.byline import parse_byline
from archiver.tree.css_selection import first
from archiver.tree.document import one_line_text

#: Looked for from the first digit on only: a million of them are read once.
_COUNT = re.compile(r"(?<![0-9])(?<![0-9],)([0-9][0-9,]*+)\s*+条?评论")
_NONE_YET = re.compile(r"(?:暂无|没有|尚无)评论")
#: Typecho's own themes say so: ``仅有一条评论``.
_ONLY_ONE = re.compile(r"一条评论")


def find_heading(post: HtmlElement) -> HtmlElement | None:
    """The heading with the title; ``None`` when the page has none."""
    return first(post, site.TITLE)


def parse_title(heading: HtmlElement | None) -> str | None:
    """The title as text; ``None`` when the page has none."""
    return (one_line_text(heading) or None) if heading is not None else None


def parse_id(heading: HtmlElement | None, base: site.Base | None) -> int | None:
    """The archive id that the title links to; ``None`` when it links to no article."""
    if heading is None:
        return None
    ids = (site.article_id(link.get("href", ""), base) for link in heading.iter("a"))
    return next((found for found in ids if found is not None), None)


def parse_post_byline(post: HtmlElement) -> Byline:
    """Author, date and reader count as text."""
    return parse_byline(first(post, site.BYLINE))


def parse_category(tools: HtmlElement | None) -> str | None:
    """The name of the first category; ``None`` when there is none."""
    return next(iter(_linked_names(tools, "/category/")), None)


def parse_tags(tools: HtmlElement | None) -> list[str]:
    """The names of the tags in the page's order, each once."""
    return list(dict.fromkeys(_linked_names(tools, "/tag/")))


def _linked_names(tools: HtmlElement | None, kind: str) -> list[str]:
    """The texts of the links whose path holds ``kind``, in the page's order."""
    if tools is None:
        return []
    links = tools.iter("a")
    return [one_line_text(link) for link in links if kind in _path(link.get("href") or "")]


def _path(href: str) -> str:
    """The path of an address, with a slash in front, which a page with a ``<base>`` may omit."""
    try:
        return f"/{urlsplit(href).path}"
    except ValueError:
        return ""


def parse_comment_count(text: str) -> int | None:
    """``46 条评论`` → 46, ``仅有一条评论`` → 1, ``暂无评论`` → 0; ``None``: it tells none."""
    match = _COUNT.search(narrow(text))
    if match:
        return parse_number(match[1], MOST_PEOPLE)
    if _ONLY_ONE.search(text):
        return 1
    return 0 if _NONE_YET.search(text) else None
