"""The durable core: one database, one transaction, one clock reading, one commit. Floors above come in through `engine`."""
