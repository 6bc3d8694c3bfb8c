"""The archive on disk: one SQLite database, and JSONL written from it."""
