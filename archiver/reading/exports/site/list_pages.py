"""The start page and the lists of a site: each with its name, its template and what is in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlite_utils import Database

from archiver.reading.exports.site import article_groups, page_names
from archiver.reading.exports.site.archive_state import State, read_state
from archiver.reading.exports.site.article_groups import Group, Groups
from archiver.reading.exports.site.export_changes import ExportChanges, read_export_changes
from archiver.reading.exports.site.site_overview import Listed, Overview
from archiver.reading.exports.snapshots import Snapshot

#: Articles on the start page of each order, tags and changes on it.
_FEW: Final = 10
_TAGS: Final = 30
#: The longest lists of those that are most read and most cited.
_MANY: Final = 200
#: Articles on one page of a list: some 200 kB, which a phone shows at once.
PAGE: Final = 500

_KINDS: Final = (article_groups.by_year, article_groups.by_category, article_groups.by_tag)

#: The name of a page, its template, and the values of the template.
ListPage = tuple[str, str, dict[str, Any]]


def list_pages(db: Database, overview: Overview, snapshots: list[Snapshot]) -> Iterator[ListPage]:
    """All pages but those of articles. ``snapshots`` are those of the exports, this one the last.

    MathJax is loaded on them when a title with a formula comes into sight.
    """
    newest = overview.articles[::-1]
    state, changes = read_state(db), read_export_changes(db, overview, snapshots)
    kinds = [kind(newest) for kind in _KINDS]
    pages = [
        _home(overview, state, changes, kinds),
        *_list(page_names.NEWEST, "全部文章", newest),
        *_list(page_names.MOST_READ, "最多人读", article_groups.most_read(newest)[:_MANY]),
        *_list(page_names.MOST_CITED, "最多引用", article_groups.most_cited(newest)[:_MANY]),
        (page_names.SERIES, "series.html", {"series": article_groups.longest_series(overview)}),
        (page_names.CHANGES, "changes.html", {"exports": changes}),
        (page_names.STATE, "state.html", {"state": state, "withdrawn": _withdrawn(newest)}),
        (page_names.SEARCH, "search.html", {}),
    ]
    yield from pages
    for groups in kinds:
        yield from _group_pages(groups)


def _home(
    overview: Overview, state: State, changes: list[ExportChanges], kinds: list[Groups]
) -> ListPage:
    newest = overview.articles[::-1]
    years, categories, tags = kinds
    values: dict[str, Any] = {
        "newest": newest[:_FEW],
        "most_read": article_groups.most_read(newest)[:_FEW],
        "most_cited": article_groups.most_cited(newest)[:_FEW],
        "latest": changes[0],
        "shown": _FEW,
        "years": years.groups,
        "categories": categories.groups,
        "tags": tags.groups[:_TAGS],
        "tag_count": len(tags.groups),
        "series": article_groups.longest_series(overview)[:_FEW],
        "series_count": len(overview.series),
        "count": len(newest),
        "state": state,
    }
    return page_names.HOME, "home.html", values


def _group_pages(groups: Groups) -> Iterator[ListPage]:
    """The list of the groups, and the lists of each of them."""
    yield groups.page, "groups.html", {"heading": groups.kind, "groups": groups.groups}
    for place, group in enumerate(groups.groups):
        heading = f"{groups.kind}：{group.name}"
        near = groups.neighbours(place) if groups.page == page_names.YEARS else (None, None)
        yield from _list(group.page, heading, group.articles, (groups.kind, groups.page), near)


def _list(
    page: str,
    heading: str,
    articles: list[Listed],
    above: tuple[str, str] | None = None,
    near: tuple[Group | None, Group | None] = (None, None),
) -> Iterator[ListPage]:
    """The pages of a list of articles: one, where it is not very long."""
    count = -(-len(articles) // PAGE) or 1
    names = [page_names.numbered(page, number) for number in range(1, count + 1)]
    for place, name in enumerate(names):
        values = {
            "heading": heading,
            "above": above,
            "near": near,
            "articles": articles[place * PAGE : (place + 1) * PAGE],
            "count": len(articles),
            "names_of_pages": names,
        }
        yield name, "article_list.html", values


def _withdrawn(articles: list[Listed]) -> list[Listed]:
    """The articles that are no longer to be read on the blog."""
    return [article for article in articles if article.status in {"gone", "protected"}]
