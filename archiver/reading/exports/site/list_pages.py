"""The start page and the lists of a site: each with its name, its template and what is in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlite_utils import Database

from archiver.reading.exports.site import page_names
from archiver.reading.exports.site.archive_state import State, read_changes, read_state
from archiver.reading.exports.site.page_templates import may_have_formulas
from archiver.reading.exports.site.site_overview import Listed, Overview, Series

#: Articles on the start page, and in the lists of those that are most read and most cited.
_FEW: Final = 20
_TEN: Final = 10
_MANY: Final = 200
_LIST: Final = "article_list.html"
_GROUPS: Final = "groups.html"

#: The name of a page, its template, and the values of the template.
ListPage = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Group:
    """Articles that have something in common, with the page of their list."""

    name: str
    page: str
    articles: list[Listed]


def list_pages(db: Database, overview: Overview) -> Iterator[ListPage]:
    """All pages but those of articles."""
    newest = overview.articles[::-1]
    state = read_state(db)
    years = _groups(newest, lambda one: [one.year], page_names.year_page)
    categories = _by_size(_groups(newest, _categories, page_names.category_page))
    tags = _by_size(_groups(newest, lambda one: one.tags, page_names.tag_page))
    yield _home(db, overview, state, years, categories)
    yield _list(page_names.NEWEST, "全部文章", newest)
    yield _list(page_names.MOST_READ, "最多人读", _most_read(newest)[:_MANY])
    yield _list(page_names.MOST_CITED, "最多引用", _most_cited(newest)[:_MANY])
    yield from _group_pages(page_names.YEARS, "年份", years)
    yield from _group_pages(page_names.CATEGORIES, "分类", categories)
    yield from _group_pages(page_names.TAGS, "标签", tags)
    yield _series(overview)
    yield page_names.STATE, "state.html", {"state": state, "has_formulas": False}
    yield page_names.SEARCH, "search.html", {"has_formulas": True}


def _home(
    db: Database, overview: Overview, state: State, years: list[Group], categories: list[Group]
) -> ListPage:
    newest = overview.articles[::-1]
    values: dict[str, Any] = {
        "newest": newest[:_FEW],
        "most_read": _most_read(newest)[:_TEN],
        "most_cited": _most_cited(newest)[:_TEN],
        "changes": read_changes(db, overview),
        "years": years,
        "categories": categories,
        "series": _longest(overview)[:_TEN],
        "series_count": len(overview.series),
        "count": len(newest),
        "state": state,
    }
    shown = [*values["newest"], *values["most_read"], *values["most_cited"]]
    changed = [change.article for change in values["changes"]]
    return page_names.HOME, "home.html", {**values, "has_formulas": _need([*shown, *changed])}


def _list(page: str, heading: str, articles: list[Listed]) -> ListPage:
    values = {"heading": heading, "articles": articles, "has_formulas": _need(articles)}
    return page, _LIST, values


def _group_pages(page: str, kind: str, groups: list[Group]) -> Iterator[ListPage]:
    """The list of groups, and the list of each group."""
    yield page, _GROUPS, {"heading": kind, "groups": groups, "has_formulas": False}
    for group in groups:
        yield _list(group.page, f"{kind}：{group.name}", group.articles)


def _series(overview: Overview) -> ListPage:
    series = _longest(overview)
    titles = (part.mention.title for one in series for part in one.parts)
    return (
        page_names.SERIES,
        "series.html",
        {"series": series, "has_formulas": may_have_formulas(*titles)},
    )


def _longest(overview: Overview) -> list[Series]:
    """The series of a site, those of most parts first."""
    return sorted(overview.series, key=lambda one: (-len(one.parts), one.id))


def _groups(
    articles: Iterable[Listed],
    names_of: Callable[[Listed], list[str]],
    page_of: Callable[[str], str],
) -> list[Group]:
    """Articles by the names that they have, in the order in which the names come first."""
    found: dict[str, list[Listed]] = defaultdict(list)
    for article in articles:
        for name in dict.fromkeys(names_of(article)):
            found[name].append(article)
    return [Group(name or "未知", page_of(name), some) for name, some in found.items()]


def _by_size(groups: list[Group]) -> list[Group]:
    return sorted(groups, key=lambda group: (-len(group.articles), group.name))


def _categories(article: Listed) -> list[str]:
    return [] if article.category is None else [article.category]


def _most_read(articles: list[Listed]) -> list[Listed]:
    known = [article for article in articles if article.readers is not None]
    return sorted(known, key=lambda article: -(article.readers or 0))


def _most_cited(articles: list[Listed]) -> list[Listed]:
    return sorted((one for one in articles if one.cited), key=lambda article: -article.cited)


def _need(articles: Iterable[Listed]) -> bool:
    """True when a title of some articles has a formula."""
    return may_have_formulas(*(article.title for article in articles))
