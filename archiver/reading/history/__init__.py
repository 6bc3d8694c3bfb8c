"""The versions of an article: what they are, and how two of them differ."""
