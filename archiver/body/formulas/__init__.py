"""The formulas of a body, exactly those that MathJax finds in the reader's browser."""
