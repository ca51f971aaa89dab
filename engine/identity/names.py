"""Names of people and organisations: how they are stored, and what they are compared by. No character is ever replaced by another one's
compatibility form, except full-width letters: rare characters of names must stay as they are on the document."""

from __future__ import annotations

import re
import unicodedata

from engine.identity.blanks import half_width

_WIDE = ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))  # digits, capitals, small letters
_HALF_ALNUM = {code: code - 0xFEE0 for first, last in _WIDE for code in range(first, last + 1)}
_INTERPUNCT = '\u00b7'  # GB/T 15834-2011 and the identity card: 阿不都·买买提
_LIKE_INTERPUNCT = re.compile(r'\s*[\u00b7\u0387\u05bc\u1427\u2022\u2027\u2219\u22c5\u25cf\u25e6\u2e31\u2e33\u30fb\uff65]\s*')
_HAN = '\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ue000-\uf8ff\U00020000-\U0003ffff'
_DOT = re.compile(rf'(?<=[{_HAN}])[.．](?=[{_HAN}])')
_SPACE_IN_HAN = re.compile(rf'(?<=[{_HAN}]) +(?=[{_HAN}])')


def normalise_name(text: str) -> str:
    """A name as it is stored: one interpunct (·), half-width letters and digits (no brackets), no space between Chinese characters."""
    name = ' '.join(text.translate(_HALF_ALNUM).split())
    name = _DOT.sub(_INTERPUNCT, _LIKE_INTERPUNCT.sub(_INTERPUNCT, name))
    return _SPACE_IN_HAN.sub('', name)


def name_key(text: str) -> str:
    """What names are compared by: as stored, without spaces and interpuncts, and small letters; 阿不都买买提 finds 阿不都·买买提."""
    name = unicodedata.normalize('NFC', half_width(normalise_name(text)))
    return re.sub(rf'[\s{_INTERPUNCT}]', '', name).casefold()
