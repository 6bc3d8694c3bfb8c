"""What a body needs to be shown, on a page or in a book: headings, pictures, marked code."""
