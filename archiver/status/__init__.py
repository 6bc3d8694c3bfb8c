"""``scrapy status``: what the database tells of the archive as a whole, on one screen."""
