"""Texts people type: names, numbers, addresses and reasons can be seen as they are stored (`engine.identity.blanks`), and fit."""

from __future__ import annotations

from engine import Rejection
from engine.identity import hidden, is_blank

MOST_REASON = 2000


def complaint(text: str, *, most: int, allowed: str = '') -> tuple[str, str] | None:
    """What is wrong with a typed text, as (Chinese, English) beginnings of a sentence; None when it may be stored. Empty is right."""
    if len(text) > most:
        return f'不能超过 {most} 字，现有 {len(text)} 字', f'at most {most} characters, but there are {len(text)}'
    found = hidden(text, allowed)
    if found:
        return f'含有看不见的字符（{found}），请重新输入', f'characters that can be seen, but there is {found}'
    if text and is_blank(text):
        return '没有可以看见的字', 'characters that can be seen, but there are none'
    return None


def checked(text: str, what: str, zh: str, *, most: int) -> str:
    """One line without spaces around it. Raises Rejection naming `what` (English) and `zh` when it hides something or is too long."""
    line = text.strip()
    wrong = complaint(line, most=most)
    if wrong is not None:
        raise Rejection(f'Expected {what} of {wrong[1]}', f'{zh}{wrong[0]}')
    return line


def checked_reason(text: str, zh: str = '理由') -> str:
    """A reason or other remark of some lines, at most 2000 characters; may be empty. Raises Rejection."""
    words = text.strip()
    wrong = complaint(words, most=MOST_REASON, allowed='\r\n\t')
    if wrong is not None:
        raise Rejection(f'Expected a reason of {wrong[1]}', f'{zh}{wrong[0]}')
    return words
