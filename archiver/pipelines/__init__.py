"""The way of an item from the page to the archive: one job a pipeline, ordered in settings.py."""
