"""The pages, texts and files of ``scrapy export site DIR``; ``site_folder.py`` puts them together."""
