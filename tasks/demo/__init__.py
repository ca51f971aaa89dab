"""The demo hall and its data."""
