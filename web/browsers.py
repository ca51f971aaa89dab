"""What a browser calls itself, as people call it: name and system; the long line it sends is kept beside."""

from __future__ import annotations

from engine.words import Word, joined

# the first that is found: many name those they descend from behind themselves
_BROWSERS: tuple[tuple[str, str], ...] = (
    ('MicroMessenger/', Word('微信', 'WeChat')),
    ('DingTalk/', Word('钉钉', 'DingTalk')),
    ('QQBrowser/', Word('QQ 浏览器', 'QQ Browser')),
    ('UCBrowser/', Word('UC 浏览器', 'UC Browser')),
    (' 360', Word('360 浏览器', '360 Browser')),
    ('Edg', 'Edge'),
    ('OPR/', 'Opera'),
    ('Firefox/', 'Firefox'),
    ('Chrome/', 'Chrome'),
    ('Safari/', 'Safari'),
    ('Trident/', 'Internet Explorer'),
)
_SYSTEMS: tuple[tuple[str, str], ...] = (
    ('HarmonyOS', Word('鸿蒙', 'HarmonyOS')),
    ('Android', 'Android'),
    ('iPhone', 'iPhone'),
    ('iPad', 'iPad'),
    ('Windows', 'Windows'),
    ('Mac OS X', 'macOS'),
    ('Linux', 'Linux'),
)


def browser_name(agent: str | None) -> str:
    """Browser and system of a User-Agent line, e.g. Edge · Windows; what is unknown is said to be."""
    line = agent or ''
    found = [next((word for mark, word in table if mark in line), None) for table in (_BROWSERS, _SYSTEMS)]
    known = [word for word in found if word]
    return joined(known, ' · ', ' · ') if known else Word('未知浏览器', 'Unknown browser')
