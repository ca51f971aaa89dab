"""Who may do and see what in the office."""
