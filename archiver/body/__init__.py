"""The body of an article: cleaned, and read as text, Markdown, formulas, links and pictures."""
