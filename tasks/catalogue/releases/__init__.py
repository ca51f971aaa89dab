"""Into force: an analyst submits a draft, another person releases it, now or at an instant; an earlier version can be released again."""
