"""Scrapy's cookies, without its look at publicsuffix.org.

Scrapy checks a cookie's domain with tldextract, which downloads the public suffix list at the first
cookie. This project asks the blog's own hosts only; the list that tldextract brings along will do.
"""

from __future__ import annotations

from scrapy.downloadermiddlewares import cookies
from tldextract import TLDExtract

cookies._split_domain = TLDExtract(include_psl_private_domains=True, suffix_list_urls=())


class OfflineCookies(cookies.CookiesMiddleware):
    """Keeps cookies as Scrapy does."""
