"""The articles of a site in groups (years, categories, tags) and by what readers make of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from archiver.reading.exports.site import page_names
from archiver.reading.exports.site.site_overview import Listed, Overview, Series


@dataclass(frozen=True, slots=True)
class Group:
    """Articles that have something in common, with the page of their list."""

    name: str
    page: str
    articles: list[Listed]


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one kind: how the kind is called, the page that lists them, and they."""

    kind: str
    page: str
    groups: list[Group]

    def neighbours(self, place: int) -> tuple[Group | None, Group | None]:
        """The groups before and behind the one at a place."""
        before = self.groups[place - 1] if place else None
        after = self.groups[place + 1] if place + 1 < len(self.groups) else None
        return before, after


def by_year(newest: list[Listed]) -> Groups:
    """The years, the newest first."""
    groups = _groups(newest, lambda one: [one.year], page_names.year_page)
    return Groups("年份", page_names.YEARS, groups)


def by_category(newest: list[Listed]) -> Groups:
    """The categories, the largest first."""
    groups = _groups(newest, _categories, page_names.category_page)
    return Groups("分类", page_names.CATEGORIES, _by_size(groups))


def by_tag(newest: list[Listed]) -> Groups:
    """The tags, the most frequent first."""
    groups = _groups(newest, lambda one: one.tags, page_names.tag_page)
    return Groups("标签", page_names.TAGS, _by_size(groups))


def most_read(articles: list[Listed]) -> list[Listed]:
    """Those whose readers are known, the most read first."""
    known = [article for article in articles if article.readers is not None]
    return sorted(known, key=lambda article: -(article.readers or 0))


def most_cited(articles: list[Listed]) -> list[Listed]:
    """Those that others cite, the most cited first."""
    return sorted((one for one in articles if one.cited), key=lambda article: -article.cited)


def longest_series(overview: Overview) -> list[Series]:
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
