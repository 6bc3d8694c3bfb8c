"""Write everything that is extracted from many pages as JSON lines, to compare two versions.

    python benchmarks/extracted.py /tmp/before.jsonl               # in a checkout of main
    python benchmarks/extracted.py /tmp/after.jsonl                # in the changed checkout
    cmp /tmp/before.jsonl /tmp/after.jsonl && echo the same

The pages are all fixtures, every page that the demo blog shows in its last 28 days, and 2,000 odd
ones (benchmarks/odd_pages.py). More files or folders with saved pages or bodies may be named behind
the first one. Of a page there are: its kind, the record that is stored, all fields of the items as
refined, the texts that were not understood, the reason of a refusal; then the body as it is read
from the stored HTML, and as it is read from the source without being cleaned.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from copy import copy
from dataclasses import fields, is_dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path.cwd()
sys.path.insert(0, str(ROOT))  # the checkout that this runs in, wherever the script lies
sys.path.insert(1, str(Path(__file__).parent))

from odd_pages import odd_pages  # noqa: E402

from archiver import site  # noqa: E402
from archiver.body.contents.links import list_links  # noqa: E402
from archiver.body.contents.pictures import list_pictures  # noqa: E402
from archiver.body.contents.text import inline_text, plain_text  # noqa: E402
from archiver.body.formulas.finder import find_formulas  # noqa: E402
from archiver.body.markdown import to_markdown  # noqa: E402
from archiver.body.read import read_body, read_stored_body  # noqa: E402
from archiver.demo.blog import Blog  # noqa: E402
from archiver.demo.days import days_before, posts_as_of  # noqa: E402
from archiver.demo.posts import load_posts  # noqa: E402
from archiver.demo.routes import answer  # noqa: E402
from archiver.demo.theme.comments import comment_pages  # noqa: E402
from archiver.extraction import saved_page  # noqa: E402
from archiver.extraction.comment_page import read_comment_page  # noqa: E402
from archiver.extraction.refine import refine  # noqa: E402
from archiver.pages.decoding import decode_page  # noqa: E402
from archiver.tree.document import parse_fragment  # noqa: E402
from archiver.tree.serialize import inner_html  # noqa: E402
from archiver.tree.unexpected import UnexpectedPage  # noqa: E402

_ODD: Final = 2_000
_DAYS: Final = 28

#: The address of a page, the page, and the number of the page of comments that was asked for.
Case = tuple[str, bytes, int]


def main() -> None:
    """Write the file that the command line names first."""
    target, *more = map(Path, sys.argv[1:])
    cases = list(chain(saved_pages(more), days_of_demo(), odd_cases()))
    with ProcessPoolExecutor(2) as pool, target.open("w", encoding="utf-8") as file:
        for line in pool.map(line_of, cases, chunksize=50):
            file.write(line)
    print(f"{len(cases):,} pages: {target}")


# --- Pages ----------------------------------------------------------------------------------------


def saved_pages(more: list[Path]) -> Iterator[Case]:
    """The fixtures, and what else is saved where the command line says."""
    for path in sorted((ROOT / "fixtures" / "cases").glob("*/page.*")):
        case = json.loads((path.parent / "case.json").read_text("utf-8"))
        yield case["url"], path.read_bytes(), 1
    for folder in more:
        for path in sorted(folder.rglob("*.[hx][tm]*l")) if folder.is_dir() else [folder]:
            yield from _with_frame(path)


def _with_frame(path: Path) -> Iterator[Case]:
    """A saved page; a body alone stands in the frame of the demo blog."""
    data = path.read_bytes()
    yield f"{site.CANONICAL_BASE}/{path.parent.name}/{path.name}", data, 1
    if b"<html" not in data[:2000].lower():
        post = next(post for post in load_posts() if post.state == "published")
        blog = Blog((replace(post, body=data.decode("utf-8", "replace")),))
        yield blog.article_url(post.id), answer(blog, f"/archives/{post.id}").body, 1


def days_of_demo() -> Iterator[Case]:
    """Every page that the demo blog shows on one of its last days, each once."""
    seen: set[bytes] = set()
    posts = load_posts()
    for day in days_before(_DAYS, 1):
        blog = Blog(tuple(posts_as_of(posts, day)))
        for path, number in _paths(blog):
            page = answer(blog, path).body
            if page not in seen:
                seen.add(page)
                yield site.CANONICAL_BASE + path, page, number


def _paths(blog: Blog) -> Iterator[tuple[str, int]]:
    yield from (("/content.html", 1), ("/feed/", 1), ("/nowhere", 1))
    yield from ((site.listing_path(number), 1) for number in range(1, blog.pages + 1))
    for post in blog.posts:
        yield site.article_path(post.id), 1
        for number in range(2, comment_pages(post) + 1):
            yield site.comments_path(post.id, number), number


def odd_cases() -> Iterator[Case]:
    """The odd pages."""
    return ((url, page, 1) for url, page in odd_pages(_ODD))


# --- What is extracted ----------------------------------------------------------------------------


def line_of(case: Case) -> str:
    """All that is extracted from a page, as a line of JSON."""
    url, page, number = case
    found: dict[str, Any] = {"url": url, "number": number}
    try:
        found["record"] = _values(saved_page.extract(page, url)._asdict())
        _, items = saved_page.scrape(decode_page(page), url)
        found["items"] = [_read(item) for item in items]
        if number > 1:
            article = site.article_id(url) or 0
            found["comments"] = _values(read_comment_page(page, article, number))
    except UnexpectedPage as refusal:
        found["refusal"] = str(refusal)
    return json.dumps(found, ensure_ascii=False, default=repr) + "\n"


def _read(item: Any) -> dict[str, Any]:
    """The fields of an item as refined, and its body read in other ways."""
    served = getattr(item, "body", None)
    source = inner_html(served, with_comments=True) if served is not None else ""
    doubts = refine(item)
    found = {"doubts": repr(doubts), "fields": _values(item)}
    if served is None:
        return found
    found["stored"] = _body(read_stored_body(item.body_html))
    found["source"] = _tree(source)
    found["cleaned"] = _body(read_body(parse_fragment(source), item.id))
    return found


def _body(body: Any) -> dict[str, Any]:
    made = (body.html, body.text, body.markdown, body.excerpt)
    return {"made": made, "lists": _values([body.formulas, body.links, body.pictures])}


def _tree(source: str) -> dict[str, Any]:
    """What is read from a body that was not cleaned."""
    tree = parse_fragment(source)
    formulas = find_formulas(tree)
    made = (plain_text(tree), inline_text(tree), to_markdown(tree), inner_html(tree))
    return {
        "made": made,
        "formulas": _values(formulas.found),
        "lists": _values([list_links(tree), list_pictures(tree)]),
    }


def _values(found: Any) -> Any:
    """Items and lists as values of JSON; a tree is its HTML."""
    if is_dataclass(found) and not isinstance(found, type):
        names = (field.name for field in fields(found) if field.name != "reading")
        return {name: _values(getattr(found, name)) for name in names}
    if isinstance(found, dict):
        return {key: _values(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [_values(value) for value in found]
    if hasattr(found, "itertext"):
        return inner_html(copy(found), with_comments=True)
    return found


if __name__ == "__main__":
    main()
