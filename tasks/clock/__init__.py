"""The machine's clock: whether it can be believed, and how what a wrong one did is taken back."""
