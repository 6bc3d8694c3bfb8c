"""From an item as a page shows it to an article as it is stored; no network, no database."""
