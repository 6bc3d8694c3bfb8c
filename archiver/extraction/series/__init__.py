"""Series of articles: what titles say of them, and how the parts of one find together."""
