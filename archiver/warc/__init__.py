"""WARC files: the bytes as received, written, read and walked through."""
