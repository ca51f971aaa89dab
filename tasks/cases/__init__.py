"""Cases: receipt, materials, status, timeline, lists and pages."""
