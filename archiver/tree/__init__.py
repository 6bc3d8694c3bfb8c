"""HTML text to a tree and back, as the HTML standard says."""
