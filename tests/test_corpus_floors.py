"""The corpus gate: every article at hand through the audit, against the floors in a file.

The reference of each article is its page as served, read by code of the audit's own. The table is
printed at the end of the test run.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from conftest import GATE, REAL, ROOT
from test_real_pages import ARTICLES, NO_PAGES, page_of_real

from archiver import site
from archiver.demo.blog import Blog
from archiver.demo.posts import load_posts
from archiver.demo.routes import answer
from archiver.pages.kind import Kind
from archiver.verify.fidelity.points import UNITS
from archiver.verify.page_audit import audit_page

FLOORS: dict[str, dict[str, float]] = tomllib.loads(
    (ROOT / "tests" / "floors.toml").read_text("utf-8")
)
Page = tuple[str, bytes, str | None]


@dataclass
class Tally:
    """What the audit found about one point in a corpus."""

    articles: int = 0
    clean: int = 0
    compared: int = 0
    first: list[str] = field(default_factory=list)


def fixtures() -> Iterator[Page]:
    """The saved cases of kind article, and the articles of the demo blog."""
    for folder in sorted((ROOT / "fixtures" / "cases").iterdir()):
        case = json.loads((folder / "case.json").read_text("utf-8"))
        if case["kind"] == Kind.ARTICLE:
            yield folder.name, (folder / "page.html").read_bytes(), case["url"]
    posts = load_posts()
    blog = Blog(tuple(posts))
    for post in posts:
        if post.state == "published":
            url = site.article_url(post.id)
            yield f"demo {post.id}", answer(blog, f"/archives/{post.id}").body, url


def real() -> Iterator[Page]:
    """The real bodies in the page shell of the demo blog, and the sample pages."""
    for article in ARTICLES:
        yield f"real {article}", page_of_real(article), site.article_url(int(article))
    for file in sorted((REAL / "site_samples").glob("article-*.html")):
        yield file.name, file.read_bytes(), None


def tally(corpus: Iterator[Page]) -> dict[str, Tally]:
    found = {name: Tally() for name in UNITS}
    for name, page, url in corpus:
        for point in audit_page(page, url).points:
            entry = found[point.name]
            entry.articles += 1
            entry.clean += not point.differ
            entry.compared += point.compared
            if point.differ:
                entry.first.append(f"{name}: {point.first}")
    return found


@pytest.mark.parametrize(
    "corpus",
    [
        "fixtures",
        pytest.param(
            "real",
            marks=[
                pytest.mark.real,
                pytest.mark.skipif(
                    NO_PAGES, reason="real pages are no part of the project; none at ../shared"
                ),
            ],
        ),
    ],
)
def test_gate(corpus: str, request: pytest.FixtureRequest) -> None:
    pages = fixtures() if corpus == "fixtures" else real()
    found = tally(pages)
    floors = FLOORS[corpus]
    request.config.stash.setdefault(GATE, []).extend(
        f"{corpus:<10}{name:<10}{entry.articles:>5} articles {entry.compared:>9,} {UNITS[name]:<12}"
        f"{entry.clean / entry.articles:>8.1%} clean (floor {floors[name]:.1%})"
        for name, entry in found.items()
    )
    shares = {name: entry.clean / entry.articles for name, entry in found.items()}
    assert shares == floors, [line for entry in found.values() for line in entry.first]


def test_no_corpus_is_empty() -> None:
    """A gate over nothing would be clean."""
    assert sum(1 for _ in fixtures()) >= 110
    assert set(FLOORS) == {"fixtures", "real"}
