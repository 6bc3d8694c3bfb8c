"""What is in the folder of ``scrapy export site DIR``: pages, scripts, texts to search in."""
