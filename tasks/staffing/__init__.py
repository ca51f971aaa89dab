"""Setting up a real hall: its departments, windows and clerks, by an administrator who gives reasons; every change is logged."""
