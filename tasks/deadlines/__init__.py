"""Promises and their clocks in the office's hands: stopping and extending them by law, saying why a case is due when it is, proving it."""
