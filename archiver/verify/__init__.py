"""Checks of an archive: its files, its tables, and each body against its source."""
