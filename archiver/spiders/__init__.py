"""The spider: which page next, and nothing about HTML."""
