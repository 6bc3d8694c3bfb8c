"""A small blog with the markup of kexue.fm, for the demo and for the tests."""
