"""What a run asks for next."""
