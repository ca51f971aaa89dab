"""Which characters a reader sees. Control and format characters (Unicode Cc, Cf) hide; fillers are letters drawn as nothing.

A name of zero-width characters looks empty; a bidirectional override (U+202E) prints a name backwards on a licence. Characters of private
use and of newer Unicode versions are taken as visible: rare Chinese names are written with them.
"""

from __future__ import annotations

import unicodedata

_HIDING = frozenset({'Cc', 'Cf', 'Cs', 'Zl', 'Zp'})
# letters and signs that are drawn as nothing, though Unicode calls them letters, signs or does not know them (Default_Ignorable, fillers)
_EMPTY = frozenset('\u034f\u115f\u1160\u17b4\u17b5\u2065\u2800\u3164\uffa0\U0001d159\U00013441\U00013442') | frozenset(
    map(chr, (*range(0xFFF0, 0xFFF9), *range(0xE0000, 0xE1000)))
)
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: ' '}


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen: spaces, newlines, marks without a letter, fillers, hiding characters. True for ''."""
    shown = (sign for sign in text if sign not in _EMPTY)
    return not any(kind[0] in 'LNPS' or kind in ('Co', 'Cn') for kind in map(unicodedata.category, shown))


def hidden(text: str, allowed: str = '') -> str | None:
    """The first character nobody would see, as U+202E; None when there is none."""
    for sign in text:
        if sign not in allowed and unicodedata.category(sign) in _HIDING:
            return f'U+{ord(sign):04X}'
    return None


def half_width(text: str) -> str:
    """Full-width letters, digits and signs as ASCII and U+3000 as a space; everything else, rare characters above all, as it is."""
    return text.translate(_HALF_WIDTH)
