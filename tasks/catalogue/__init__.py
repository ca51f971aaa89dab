"""Approval items: catalogue entries, editions, releases, comparison of versions."""
