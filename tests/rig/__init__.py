"""What the big tests are made of: the parts of the replica, and the machinery of each test."""
