"""Try it: a bundle runs in a world of its own with a clock that is moved by hand; what was done can be kept as a scenario and replayed."""
