"""Diagrams from elsewhere: a file or zip becomes the files of a draft with a report, and an analyst decides what only the hall knows."""
