"""The part of the spider that reads further pages of comments."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from scrapy import Request

from archiver import site
from archiver.items import CommentPage
from archiver.network.failure_reasons import reason_of
from archiver.network.requests import is_not_found, original_url, request_of
from archiver.network.retry_policy import STRANGE_PAGES
from archiver.pages.comments import parse_comment_page
from archiver.planning.comment_agenda import CommentAgenda
from archiver.spiders.recording import RecordingSpider, Results
from archiver.tree.unexpected import UnexpectedPage

if TYPE_CHECKING:
    from scrapy.http import Response
    from twisted.python.failure import Failure

    from archiver.tree.document import Page


class CommentReadingSpider(RecordingSpider):
    """Turns due pages of comments into requests, and their responses into items.

    A spider that derives from it sets ``comment_agenda`` before its first request.
    """

    comment_agenda: CommentAgenda

    def comment_requests(self) -> list[Request]:
        """The request for the page of comments to read now; none at the end of them.

        To be called when all that was read before is stored.
        """
        page = self.comment_agenda.next_page()
        return [] if page is None else [self._comment_request(page.article, page.number)]

    def _comment_request(self, article: int, number: int) -> Request:
        return Request(
            self.base.url(site.comments_path(article, number)),
            callback=self.parse_comments,
            errback=self.comments_failed,
            cb_kwargs={"of": article, "number": number},
            dont_filter=True,
        )

    def parse_comments(self, response: Response, of: int, number: int) -> Results:
        """The comments of a page of an article."""
        try:
            page = self.read(response, partial(_parse, of, number))
            self._check_copy(page)
        except UnexpectedPage as error:
            yield from self.retry_or_fail(response, str(error), partial(self._page_failed, of))
            return
        self.page_read(response)
        self.comment_agenda.page_read(of)
        yield page

    def _check_copy(self, page: CommentPage) -> None:
        """Raise ``UnexpectedPage`` for a page that shows what another one has shown."""
        with self.recorder.writing():
            other = self.recorder.archive.comments.copied_page(page)
            if other is not None:
                raise UnexpectedPage(f"the comments of page {other} in place of {page.number}")

    def comments_failed(self, failure: Failure) -> None:
        """Record the failure; the other pages of the article wait for the next run.

        Where the blog says that there is no such page, the next run reads the article again, which
        tells how many there are.
        """
        request = request_of(failure)
        article = request.cb_kwargs["of"]
        self.comment_agenda.page_failed(article)
        if is_not_found(failure):
            reason = reason_of(failure)
            self.recorder.address_failed(original_url(request), article, reason)
            self.policy.address_failed(request, reason, STRANGE_PAGES)
        else:
            self.request_failed(failure)

    def _page_failed(self, article: int) -> Results:
        self.comment_agenda.page_failed(article)
        yield from ()


def _parse(article: int, number: int, page: Page, base: site.Base) -> CommentPage:
    return parse_comment_page(page, article, number, base)
