"""Running cases to another version of their diagram, tokens to another step: tried on all of them first, then done in batches."""
