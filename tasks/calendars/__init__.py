"""The hall's working calendar as the office keeps it: yearly notices, emergency closures, office hours, and what each change moves."""
