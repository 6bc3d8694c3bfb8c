"""The text, links, pictures and excerpt of a clean body."""
