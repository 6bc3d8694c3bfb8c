"""``scrapy <command>`` of this project."""
