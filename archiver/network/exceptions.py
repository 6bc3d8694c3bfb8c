"""Requests that this project refuses or takes back. Scrapy reports none of them as an error."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest


class Stopped(IgnoreRequest):
    """The run has been stopped: the request is not sent, or its answer is not waited for."""


class ForeignHost(IgnoreRequest):
    """The address is none of the blog's: a captive portal, or another site."""


class GateClosed(IgnoreRequest):
    """The gate did not open; it may later."""


class NotRecorded(IgnoreRequest):
    """There is no answer to be used: a recorded run is crawled again, without a network."""


class CertificateRefused(IgnoreRequest):
    """The server cannot prove who it is: nothing is sent, and another try is of no use."""
