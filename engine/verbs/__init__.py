"""The verbs of a transaction, one family a file. `Tx` is their face; nobody else calls them."""
