"""What happens by itself: the ledger of clocks and timers, the sweep of due work, the outbox, the pulse."""
