"""HTTP, pages, command line, worker process: the only composition root."""
