"""One run: its record, what it has counted, its report, progress, log and hooks."""
