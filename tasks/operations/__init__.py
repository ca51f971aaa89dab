"""What administrators do when something is stuck, and the operator log."""
