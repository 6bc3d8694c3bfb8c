"""What people get from an archive without a network."""
