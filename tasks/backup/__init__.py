"""Backups of the whole hall, restores, and what a restore has lost."""
