"""Is the archive as it should be: the files, the tables, and each body against its source."""
