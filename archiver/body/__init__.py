"""The body of an article, as a tree: each module takes one thing out of it or reads one from it."""
