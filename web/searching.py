"""What a person looks for belongs to the list on his screen: the address has a key, the words stay on the server.

Words may be a name or an identity number, and addresses are kept in histories and logs. Two tabs have two keys: neither overwrites
the other.
"""

from __future__ import annotations

from flask import request
from flask_babel import gettext as _

from tasks.people import sessions
from web.languages import flash
from web.session import read, session_token, write

MOST = 100


def asked_words() -> str:
    """The words of this address, empty when it has none; says so when they are no longer kept."""
    key = request.args.get('s', '')
    words = read(sessions.kept_words, session_token(), key) if key else ''
    if words is None:
        flash(_('这次查询的条件已不再保留，请重新输入'), 'info')
    return words or ''


def keep(words: str) -> str | None:
    """The key for an address that looks for these words; None for none."""
    return write(sessions.keep_words, session_token(), words[:MOST]) or None
