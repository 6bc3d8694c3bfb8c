"""Which of the found articles stands in front: title before body, then how often and how near."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log2
from typing import Final

from archiver.reading.search.trigram_index import Place

#: Two terms side by side weigh like so many doublings of their number.
NEAREST: Final = 4.0
#: At this distance in characters they weigh half of it.
HALF: Final = 20


@dataclass(slots=True)
class Occurrences:
    """How often one term stands in title and body of one article, and where in the body."""

    in_title: int = 0
    in_body: int = 0
    #: In characters, in ascending order; none of a term that is frequent in the archive.
    offsets: list[int] = field(default_factory=list)


#: The terms of a query in one article, in the order of the query.
Terms = Sequence[tuple[str, Occurrences]]


def by_article(counts: Iterable[tuple[int, int, int]]) -> dict[int, Occurrences]:
    """How often one term stands in each article; ``counts`` are those of titles and texts."""
    found: defaultdict[int, Occurrences] = defaultdict(Occurrences)
    for article, is_title, count in counts:
        if is_title:
            found[article].in_title += count
        else:
            found[article].in_body += count
    return found


def places_by_article(places: Iterable[Place]) -> dict[int, Occurrences]:
    """As ``by_article``, from the single places."""
    ordered = sorted(places)
    found = by_article((article, is_title, 1) for article, is_title, _ in ordered)
    for article, is_title, offset in ordered:
        if not is_title:
            found[article].offsets.append(offset)
    return found


def score(terms: Terms) -> tuple[int, float]:
    """The weight of an article, more is better: of its title, then of title and body."""
    in_title, often = 0, 0.0
    for _, found in terms:
        in_title += found.in_title > 0
        often += log2(1 + found.in_title + found.in_body)
    if len(terms) == 1:
        return in_title, often
    gaps = (_gap(one, other) for one, other in pairwise(terms))
    near = sum(NEAREST / (1 + gap / HALF) for gap in gaps if gap is not None)
    return in_title, often + near


def _gap(one: tuple[str, Occurrences], other: tuple[str, Occurrences]) -> int | None:
    """The fewest characters between two terms in a body; ``None`` where it is not known."""
    (few, places), (many, others) = sorted(
        ((term, found.offsets) for term, found in (one, other)), key=lambda pair: len(pair[1])
    )
    if not places:
        return None
    fewest = others[-1] + places[-1]
    for at in places:
        number = bisect_left(others, at)
        if number < len(others):
            fewest = min(fewest, others[number] - at - len(few))
        if number:
            fewest = min(fewest, at - others[number - 1] - len(many))
        if fewest <= 0:
            return 0
    return fewest
