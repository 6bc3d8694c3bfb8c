"""Which articles are parts of one series: a pure function of titles, days and links.

Precision before recall. Two parts of one name make a series; one alone does when its number is
written as nothing else is (``（三）``). Links join what titles leave apart only where the names are
alike and no number is in both.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import chain
from math import inf
from typing import Final, NamedTuple

from archiver.extraction.series.like_names import are_alike
from archiver.extraction.series.part_titles import (
    Form,
    PartTitle,
    read_continuation,
    read_part,
    series_key,
)
from archiver.store.series_tables import Part, Series, Titled

#: A number one that comes so many days after the first begins another series of that name.
_AGAIN: Final = 180
#: A name of fewer characters may be a tag (``【转载】（一）``): one part alone is no series.
_SHORTEST: Final = 3
#: So many parts make a series of titles that have only ``《…》`` in common.
_OF_COLUMN: Final = 3


class _Member(NamedTuple):
    article: Titled
    title: PartTitle

    @property
    def moment(self) -> tuple[str, int]:
        return _moment(self.article)


_Group = list[_Member]


def recognise(articles: Iterable[Titled], links: Iterable[tuple[int, int]]) -> tuple[Series, ...]:
    """The series of an archive, sorted by id; ``links`` are pairs of articles, from and to."""
    numbered: _Group = []
    others: list[Titled] = []
    for article in sorted(articles, key=_moment):
        if title := read_part(article.title):
            numbered.append(_Member(article, title))
        else:
            others.append(article)
    groups = _by_name(numbered)
    _gather_columns(groups)
    runs = {key: [_halved(part) for part in _split(some)] for key, some in groups.items()}
    _add_unnumbered(runs, others)
    found = [group for some in runs.values() for group in some if _is_series(group)]
    return tuple(sorted(map(_series, _joined(found, links)), key=lambda series: series.id))


def _moment(article: Titled) -> tuple[str, int]:
    """The place of an article in time; one without a day stands last."""
    return article.published or "9999", article.id


def _by_name(members: Iterable[_Member]) -> defaultdict[str, _Group]:
    groups = defaultdict[str, _Group](list)
    for member in members:
        groups[series_key(member.title.name)].append(member)
    return groups


def _gather_columns(groups: defaultdict[str, _Group]) -> None:
    """Put together parts that have their name in brackets: ``《书》:甲(一)``, ``《书》:乙(二)``."""
    alone = [group for group in groups.values() if len(_numbers(group)) < 2]
    columns = _by_name(
        member._replace(title=replace(member.title, name=member.title.column))
        for member in chain.from_iterable(alone)
        if member.title.column is not None
    )
    for key, column in columns.items():
        if len(column) == len(_numbers(column)) >= _OF_COLUMN:
            moved = {member.article for member in column}
            for group in alone:
                group[:] = [member for member in group if member.article not in moved]
            groups[key] = sorted([*groups[key], *column], key=lambda one: one.moment)


def _split(group: _Group) -> Iterator[_Group]:
    """The parts of one name in order of time, cut where a second series of that name begins."""
    current: _Group = []
    begun: date | None = None
    for member in group:
        if member.title.number == 1:
            day = _day(member.article.published)
            if begun is not None and day is not None and (day - begun).days >= _AGAIN:
                yield current
                current = []
            begun = day
        current.append(member)
    yield current


def _halved(group: _Group) -> _Group:
    """The parts of a work in halves: ``下`` is the second where there is no ``中``."""
    if 2 in _numbers(group) or any(member.title.form is not Form.HALF for member in group):
        return group
    numbers = {1: 1, 3: 2}
    return [
        _Member(article, replace(title, number=numbers[title.number or 1]))
        for article, title in group
    ]


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def _add_unnumbered(runs: dict[str, list[_Group]], others: Iterable[Titled]) -> None:
    """Add the first part whose title is the name alone, and what continues a series or article."""
    whole: dict[str, Titled] = {}
    continuations: list[tuple[str, _Member]] = []
    for article in others:
        if title := read_continuation(article.title):
            continuations.append((series_key(title.name), _Member(article, title)))
        else:
            whole.setdefault(series_key(article.title), article)
    for key, groups in runs.items():
        _add_first(groups, whole.get(key))
    for key, member in continuations:
        moment = _moment(member.article)
        if groups := [some for some in runs.get(key, ()) if some and some[0].moment < moment]:
            groups[-1].append(member)
        elif (first := whole.get(key)) and _moment(first) < moment:
            runs.setdefault(key, []).append([_first(first, member.title.name), member])


def _add_first(groups: list[_Group], article: Titled | None) -> None:
    """Put an article with the bare name before the first parts of that name, if they lack one."""
    group = groups[0]
    if article and group and 1 not in _numbers(group) and _moment(article) < group[0].moment:
        group.insert(0, _first(article, group[0].title.name))


def _first(article: Titled, name: str) -> _Member:
    return _Member(article, PartTitle(name, None, Form.FIRST))


def _is_series(group: _Group) -> bool:
    """True when the titles prove that the articles are parts of a series."""
    forms, numbers = {member.title.form for member in group}, _numbers(group)
    if Form.CONTINUED in forms:
        return True
    if len(numbers) > 1:
        return forms != {Form.BARE} or {1, 2} <= numbers
    if Form.FIRST in forms and 2 in numbers:
        return True
    return forms == {Form.CHINESE} and len(series_key(group[0].title.name)) >= _SHORTEST


def _joined(groups: Iterable[_Group], links: Iterable[tuple[int, int]]) -> list[_Group]:
    """The groups, those joined to one that were renamed on the way."""
    of = {member.article.id: group for group in groups for member in group}
    for start, end in sorted((a, b) for a, b in links if a in of and b in of):
        one, other = of[start], of[end]
        if one is not other and _may_join(one, other):
            one += other
            of |= {member.article.id: one for member in other}
    return list({id(group): group for group in of.values()}.values())


def _may_join(one: _Group, other: _Group) -> bool:
    """True when two groups can be one series, which a link between them says."""
    return not _numbers(one) & _numbers(other) and are_alike(_name(one), _name(other))


def _numbers(group: _Group) -> set[int]:
    return {member.title.number for member in group if member.title.number is not None}


def _name(group: _Group) -> str:
    """The name as most titles write it; of names that differ in more than writing the shortest."""
    names = [member.title.name for member in group]
    key = min(map(series_key, names), key=lambda key: (len(key), key))
    return Counter(name for name in names if series_key(name) == key).most_common(1)[0][0]


def _series(group: _Group) -> Series:
    ordered = sorted(group, key=lambda member: (_rank(member.title), member.moment))
    numbers = _numbers(ordered)
    known = numbers | {1 for member in ordered if member.title.form is Form.FIRST}
    return Series(
        _name(ordered),
        tuple(Part(member.article.id, member.title.number) for member in ordered),
        tuple(number for number in range(1, max(numbers, default=0)) if number not in known),
    )


def _rank(title: PartTitle) -> float:
    if title.number is None:
        return 0 if title.form is Form.FIRST else inf
    return title.number
