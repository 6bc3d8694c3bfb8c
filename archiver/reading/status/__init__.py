"""The state of an archive as a whole, on one screen."""
