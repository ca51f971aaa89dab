"""Taking running instances to another version of their definition, and moving tokens."""
