"""An article as a note in Markdown: its file name, its front matter, its body."""
