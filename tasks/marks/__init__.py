"""Marks (亮牌) and reminders: promises about to break, broken promises, who answers for them, and who is told in time."""
