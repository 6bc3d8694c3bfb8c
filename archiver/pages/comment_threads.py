"""What answers what among the comments of a page, as far as the page tells for certain."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from archiver import site
from archiver.tree.comment_lists import ListedComment


@dataclass(frozen=True, slots=True)
class Place:
    """A comment, and where it stands in the lists of its page."""

    listed: ListedComment
    id: int


def find_parents(places: Mapping[int, Place], linked: Set[int]) -> dict[int, int | None]:
    """Comment → the one that it answers, or ``None`` where it begins a thread.

    ``places`` are by their number in the lists; ``linked`` are the numbers of those that readers
    are invited to answer. A comment of which the page does not tell is left out, unless a link
    beside its words tells it.
    """
    uncertain = {place.id: place for place in _uncertain(places, linked & places.keys())}
    parents = {
        place.id: None if place.listed.parent is None else places[place.listed.parent].id
        for place in places.values()
        if place.id not in uncertain
    }
    for place in uncertain.values():
        if (said := _said_parent(place, parents)) is not None:
            parents[place.id] = said
    return parents


def _uncertain(places: Mapping[int, Place], linked: Set[int]) -> Iterator[Place]:
    """The comments whose place does not tell what they answer.

    That are replies outside of their thread, replies to an item that is no comment, and all but the
    earliest reply to a comment on the last level that the theme nests: what answers those stands
    beside them. Typecho gives them no link to reply; where no comment has one (comments are
    closed), it is the level of its default.
    """
    earliest: dict[int | None, int] = {}
    for place in places.values():
        above = place.listed.parent
        earliest[above] = min(place.id, earliest.get(above, place.id))
    for number, place in places.items():
        item = place.listed
        if item.parent is None:
            if site.COMMENT_CHILD in item.classes:
                yield place
        elif item.parent not in places:
            yield place
        else:
            is_deepest = number not in linked if linked else item.level >= site.COMMENT_LEVELS
            if is_deepest and place.id != earliest[item.parent]:
                yield place


def _said_parent(place: Place, parents: Mapping[int, int | None]) -> int | None:
    """The earlier comment that a link beside the words leads to, as ``@name`` of some themes."""
    for href in place.listed.links:
        target = site.comment_place(href)
        if target is None or target not in parents or target >= place.id:
            continue
        if not _answers(target, place.id, parents):
            return target
    return None


def _answers(comment: int, other: int, parents: Mapping[int, int | None]) -> bool:
    """True when a comment is in the thread below another one."""
    above: int | None = comment
    while above is not None and above != other:
        above = parents.get(above)
    return above is not None
