"""Reads the captured pages of an article again, and finds what the archive has otherwise."""
