"""Beside the crawl: the server's wishes, progress, and the outcome."""
