"""Memory for the extraction of one page of a megabyte, in units of its size.

Each page is extracted in a process of its own; the memory it had before is not counted.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from dataclasses import replace
from typing import Final

from archiver.demo.blog import Blog
from archiver.demo.posts import load_posts
from archiver.demo.theme import render_article
from archiver.extraction.saved_page import extract
from archiver.tree.unexpected import UnexpectedPage

_TARGET: Final = 60
_SIZE: Final = 1_000_000
#: The text that a body repeats, from ordinary pages to the worst ones.
_UNITS: Final = {
    "text": "普通的文字，没有公式。",
    "paragraphs with formulas": "<p>设$x_1$与$y$满足方程，则有如下的结论，读者可以自行推导。</p>\n",
    "entities": "&",
    "line breaks": "<br>",
    "short paragraphs": "<p>x</p>",
    "dollars": "$",
    "formulas across line breaks": "$<br>",
}


def main() -> None:
    """Measure each kind of page, and print the table."""
    print(f"memory: one page of {_SIZE // 1_000_000} MB, extracted")
    print(f"  {'':<30}{'times its size':>15}{'target':>10}")
    for name in _UNITS:
        done = subprocess.run(
            [sys.executable, __file__, name], capture_output=True, text=True, check=True
        )
        print(f"  {name:<30}{done.stdout.strip():>15}{_TARGET:>10}")


def measure(unit: str) -> str:
    """Peak memory of extracting a page, above what the process had before, by the page's size.

    A page of nothing but tags is refused.
    """
    extract(_page(unit, 1000))  # what is loaded at the first page is not the page's
    page = _page(unit, _SIZE)
    before = _peak()
    try:
        extract(page)
    except UnexpectedPage:
        return "refused"
    return f"{(_peak() - before) / len(page):.1f}"


def _page(unit: str, size: int) -> bytes:
    model = next(post for post in load_posts() if post.state == "published")
    post = replace(model, body=unit * (size // len(unit.encode())))
    return render_article(Blog((post,)), post).encode()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(measure(_UNITS[sys.argv[1]]))
    else:
        main()
