"""Which articles the blog has deleted: by the answers of their pages, and by the listings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from archiver.planning.overview import Overview
from archiver.planning.plan import Plan
from archiver.store.archive import Archive

#: For more absent articles than these, no listing pages are read.
_MOST_LOOKED_FOR: Final = 10
#: An author hides so many articles at once, whose pages still answer; more are a broken index.
_MOST_HIDDEN: Final = 3
#: Runs in a row whose index and listings did not show an article, before it counts as gone.
_RUNS_UNTIL_GONE: Final = 2


class ImplausibleIndex(ValueError):
    """The index lacks articles that the blog still has; the text names them."""


class Deletions:
    """Tells deleted articles from those that this run merely did not get to see."""

    def __init__(self, plan: Plan, archive: Archive, overview: Overview) -> None:
        self.plan = plan
        self.archive = archive
        self.overview = overview
        self._has_looked = False

    def is_deleted(self, article: int, *, is_page: bool) -> bool:
        """True when an article whose page answers 404 or 410 is deleted, as far as can be told.

        ``is_page`` says that the answer is a page of the blog's theme. Without one something on the
        way may have answered: the index decides. In a run that could not read the index nothing is
        deleted, unless the article was asked for by its number.
        """
        if self.plan.ids:
            return is_page
        index = self.overview.index
        return bool(index) and (is_page or article not in index)

    def neighbours_of_absent(self) -> set[int]:
        """Listed articles next to which the absent ones must stand on the listing pages.

        Empty at every call but the first, without an index, and when too many are absent. Call it
        when the articles have been read: what answered 404 is not absent any more.
        """
        if self._has_looked or not self.overview.index:
            return set()
        self._has_looked = True
        absent = self.archive.absent()
        if len(absent) > _MOST_LOOKED_FOR:
            return set()
        return {near for article in absent for near in self._neighbours(article) if near}

    def gone_articles(self) -> list[int]:
        """The articles to mark as gone, because the blog lists them no more.

        An article is gone when ``_RUNS_UNTIL_GONE`` runs have not found it, and the listing page
        on which it must stand was read in this one. Many at once are no deletions: they stay,
        except in a run that was asked to read all listing pages. Raises ``ImplausibleIndex``.
        """
        pager, index = self.overview.pager, self.overview.index
        if not index:
            return []
        if shown := self.archive.indexed_before(pager.entries.keys() - index.keys()):
            raise ImplausibleIndex(f"the index lacks {_some(shown)} that the listing pages show")
        absent, is_all_read = self.archive.absent(), pager.has_read_between(None, None)
        if len(absent) > _MOST_HIDDEN and not (self.plan.full and is_all_read):
            raise ImplausibleIndex(
                f"the index does not list {_some(absent)} any more; so many at once are not taken"
                " for gone (-a full=1 looks for them on all listing pages)"
            )
        return [
            article
            for article in self.archive.absent(_RUNS_UNTIL_GONE)
            if is_all_read or pager.has_read_between(*self._neighbours(article))
        ]

    def _neighbours(self, article: int) -> tuple[int | None, int | None]:
        """The next newer and the next older article of the index, by the days of publication."""
        day = self.archive.published(article)
        rows = [entry for entry in self.overview.index.values() if day and entry.published]
        newer = (entry.id for entry in reversed(rows) if str(entry.published) > str(day))
        older = (entry.id for entry in rows if str(entry.published) < str(day))
        return next(newer, None), next(older, None)


def _some(articles: Sequence[int]) -> str:
    """How many articles these are, and the first of them."""
    first = min(articles)
    return f"article {first}" if len(articles) == 1 else f"{len(articles)} articles ({first}, …)"
