"""Crawls again what was crawled before, with the answers of the WARC files in place of the blog."""
