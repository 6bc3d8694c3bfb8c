"""The theme geekg of the demo blog: pure functions that render each kind of page."""

from archiver.demo.theme.archives import render_archives
from archiver.demo.theme.article import render_article
from archiver.demo.theme.errors import render_not_found
from archiver.demo.theme.feed import render_feed
from archiver.demo.theme.gate import gate_cookie, gate_script
from archiver.demo.theme.listing import render_listing

ROBOTS = "User-agent: *\nDisallow: /search/\n"

__all__ = [
    "ROBOTS",
    "gate_cookie",
    "gate_script",
    "render_archives",
    "render_article",
    "render_feed",
    "render_listing",
    "render_not_found",
]
