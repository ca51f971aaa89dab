"""How long texts may be that have a column of their own, in characters: one place for the tables, the check and the verbs.

SQLite stores a text of any length in any column, PostgreSQL refuses it; so nothing longer may come that far.
"""

from __future__ import annotations

from engine.core.errors import Rejection

ELEMENT = 100
"""The id of an element or process."""
NAME = 200
"""The name of a step, definition, message or signal."""
PERSON = 100
"""An account."""
GROUP = 100
"""A window or other candidate group."""
FORM = 200
"""A reference to a form."""
RESULT = 50
"""The outcome of a case."""
BUSINESS_KEY = 100
"""The number of a case."""
DEFINITION_KEY = 100
"""The code of an item, or the id of a process deployed without one."""
LIMIT = 200
"""The limit of a timer."""


def fitting(text: str, most: int, what: str, zh: str) -> str:
    """`text` itself if it fits. Raises Rejection when it is longer than `most`, or holds the character no database stores (U+0000)."""
    if len(text) > most:
        raise Rejection(f'Expected {what} of at most {most} characters, but it has {len(text)}', f'{zh}有 {len(text)} 字，最多 {most} 字')
    if '\0' in text:
        raise Rejection(f'Expected {what} to be text, but it holds a null character', f'{zh}含有不能保存的字符')
    return text
