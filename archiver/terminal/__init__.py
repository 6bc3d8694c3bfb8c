"""Words on a screen: what all commands share in speaking with a person."""
