"""The parts of a book: formulas as MathML, bodies as XHTML, chapters, contents, the package."""
