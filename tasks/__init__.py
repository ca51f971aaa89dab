"""The approval office: items, cases, windows, clerks, notices, marks."""
