"""Scrapy's cookies, without its requests to publicsuffix.org: only the blog's hosts are asked."""

from __future__ import annotations

from scrapy.downloadermiddlewares.cookies import CookiesMiddleware

from archiver.network.scrapy_internals import use_offline_suffixes

use_offline_suffixes()


class OfflineCookies(CookiesMiddleware):
    """Keeps cookies as Scrapy does."""
