"""The vocabulary of the hall, and the texts people type."""
