"""Which pages of comments a run with ``comments=1`` reads: those that it lacks, and old ones."""

from __future__ import annotations

from typing import Final, NamedTuple

from archiver.planning.plan import Plan
from archiver.store.archive import Archive
from archiver.store.comment_pages import CommentState

#: How often a run asks for the same page: it does again when comments have come meanwhile.
_MOST_TIMES: Final = 2


class ReadComments(NamedTuple):
    """Read a page of an article's comments."""

    article: int
    number: int


class CommentAgenda:
    """Gives out the pages of comments of one run, article by article, the newest article first.

    Due are the pages of articles whose number of comments is not the archived one, but for pages
    that were read when it was the same; and those that were read before the article was read again.
    The database tells so, also of a run that was interrupted.
    """

    def __init__(self, plan: Plan, archive: Archive) -> None:
        self.plan = plan
        self.archive = archive
        self._times: dict[ReadComments, int] = {}
        self._failed: set[int] = set()
        self._articles: set[int] = set()

    def next_page(self) -> ReadComments | None:
        """The page to read now; ``None`` when there is none.

        What has been read before must be stored by now.
        """
        if not self.plan.comments:
            return None
        states = filter(self._is_wanted, self.archive.comments.states())
        page = next(filter(None, map(self._next, states)), None)
        if page is not None:
            self._articles.add(page.article)
            self._times[page] = self._times.get(page, 0) + 1
        return page

    def page_failed(self, article: int) -> None:
        """Ask for no other page of an article in this run, as one of them could not be read."""
        self._failed.add(article)

    def page_read(self, article: int) -> None:
        """Go on with an article one of whose pages could be read after all."""
        self._failed.discard(article)

    def _is_wanted(self, state: CommentState) -> bool:
        """True for an article that the arguments of the run leave in."""
        if state.article in self._failed:
            return False
        if self.plan.ids:
            return state.article in self.plan.ids
        limit = self.plan.limit
        if limit is not None and len(self._articles) >= limit:
            return state.article in self._articles
        since = self.plan.since
        return since is None or state.published is None or state.published >= since

    def _next(self, state: CommentState) -> ReadComments | None:
        numbers = sorted({*state.unread, *state.old})
        pages = (ReadComments(state.article, number) for number in numbers)
        return next((page for page in pages if self._times.get(page, 0) < _MOST_TIMES), None)
