"""Departments, windows, clerks: who works here, how they sign in."""
