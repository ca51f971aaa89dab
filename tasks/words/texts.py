"""Texts people type: names, numbers, addresses and reasons can be seen as they are stored, and fit.

Control and format characters (Unicode Cc, Cf) hide: a name of zero-width characters looks empty, a bidirectional override (U+202E) prints
a name backwards on a licence. Characters of private use and of newer Unicode versions are taken: rare Chinese names are written with them.
"""

from __future__ import annotations

import unicodedata

from engine import Rejection

MOST_REASON = 2000
_HIDING = frozenset({'Cc', 'Cf', 'Cs', 'Zl', 'Zp'})
_EMPTY = frozenset('\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0')  # letters and signs that are drawn as nothing


def hidden(text: str, allowed: str = '') -> str | None:
    """The first character nobody would see, as U+202E; None when there is none."""
    for sign in text:
        if sign not in allowed and unicodedata.category(sign) in _HIDING:
            return f'U+{ord(sign):04X}'
    return None


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen: spaces, marks without a letter, fillers, hiding characters."""
    shown = (sign for sign in text if sign not in _EMPTY)
    return not any(kind[0] in 'LNPS' or kind in ('Co', 'Cn') for kind in map(unicodedata.category, shown))


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


__all__ = ['MOST_REASON', 'checked', 'checked_reason', 'complaint', 'hidden', 'is_blank']
