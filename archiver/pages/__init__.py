"""HTML in, items out: pure functions without network, database or Scrapy's engine."""
