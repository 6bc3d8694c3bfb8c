"""What all commands print: printable text, tables, durations, JSON; and how they end."""
