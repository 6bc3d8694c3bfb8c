"""The spider of a replay: it takes pages that were read ahead, and leaves none out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archiver import site
from archiver.items import Article
from archiver.network.requests import CAPTURE
from archiver.replay.replay_addon import ReplayAddon
from archiver.replay.replayed_run import Replay
from archiver.spiders.kexue import KexueSpider

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response


class ReplaySpider(KexueSpider):
    """Asks as the spider does; at the end it asks for what it has not asked for otherwise."""

    @property
    def replay(self) -> Replay:
        """The run that is repeated."""
        return ReplayAddon.of(self.crawler).replay

    def read_article(self, response: Response, article: int) -> Article:
        """The article of a page, its body read; raises ``UnexpectedPage``."""
        ready = self.replay.ahead.take(response.meta.get(CAPTURE))
        return super().read_article(response, article) if ready is None else ready

    def _last_requests(self) -> list[Request]:
        """The last requests of a run, and those for the pages that nothing has asked for.

        A run that ended early has not come to its end: there they come first.
        """
        if self.replay.ended_early:
            return self._requests_for_rest() or super()._last_requests()
        return super()._last_requests() or self._requests_for_rest()

    def _requests_for_rest(self) -> list[Request]:
        """One request for a page that is left; the next one when that has been read."""
        for url in self.replay.pages_left():
            request = self._request_for(url)
            if request is not None and self.replay.skip_to_page(url):
                return [request]
        return []

    def _request_for(self, url: str) -> Request | None:
        """The request that asks for an address again; ``None`` for a kind that holds no rows."""
        article, listing = site.article_id(url, self.base), site.listing_number(url, self.base)
        if article is not None and url == self.base.url(site.article_path(article)):
            return self._article_request(article)
        number = site.comments_number(url)
        if article is not None and number is not None:
            is_there = url == self.base.url(site.comments_path(article, number))
            is_there = is_there and self.run.archive.has_article(article)
            return self._comment_request(article, number) if is_there else None
        return None if listing is None else self._listing_request(listing)
