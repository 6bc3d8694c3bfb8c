"""What a clean body says: its text, links, pictures and excerpt."""
