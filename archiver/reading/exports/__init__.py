"""The archive in files of other programs: ``scrapy export KIND TARGET``, one module a kind."""
