"""Chinese numbers with a check: resident identity number (GB 11643), unified social credit code (GB 32100-2015), mobile number."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = '10X98765432'
_USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'
_PROVINCE = re.compile('1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]')
FORMATS = ('id_card', 'uscc', 'mobile')
PERSONAL = ('id_number', 'name', 'phone')


def normalise(text: str) -> str:
    """Full-width to half-width, without spaces and hyphens, upper case: what people mean when they type a number."""
    return re.sub(r'[\s\-‐–—]', '', unicodedata.normalize('NFKC', text)).upper()


def is_id_card(text: str, today: date | None = None) -> bool:
    """Whether an 18-character resident identity number is well formed (GB 11643-1999: ISO 7064 MOD 11-2, real date of birth).

    `today` (the hall's local date) refuses births in the future; without it only the calendar is asked.
    """
    if not re.fullmatch(r'[1-9][0-9]{16}[0-9X]', text, re.ASCII) or not _PROVINCE.match(text):
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    if born.year < 1850 or (today is not None and born > today):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _ID_WEIGHTS, strict=True))
    return text[17] == _ID_CHECKS[total % 11]


def is_uscc(text: str) -> bool:
    """Whether a unified social credit code is well formed (GB 32100-2015): weights 3^i mod 31, check (31 − Σ mod 31) mod 31."""
    if len(text) != 18 or any(char not in _USCC_ALPHABET for char in text) or not text[2:8].isdigit():
        return False
    total = sum(_USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(text[:17]))
    return _USCC_ALPHABET[(31 - total % 31) % 31] == text[17]


def is_mobile(text: str) -> bool:
    """Whether this is a mobile number of mainland China: 11 digits from 13 to 19, with or without +86."""
    return re.fullmatch(r'(?:\+86|0086)?1[3-9][0-9]{9}', text, re.ASCII) is not None


def conforms(kind: str, text: str, today: date | None = None) -> bool:
    """Whether a normalised text has the format `id_card`, `uscc` or `mobile`."""
    if kind == 'id_card':
        return is_id_card(text, today)
    return is_uscc(text) if kind == 'uscc' else is_mobile(text)


def mask(kind: str, text: str) -> str:
    """What a page shows of a personal value: 3301**********1234, 138****5678, 张*."""
    if kind == 'name':
        return text[:1] + '*' * max(len(text) - 1, 1) if text else text
    head, tail = (4, 4) if kind == 'id_number' else (3, 4)
    if len(text) <= head + tail:
        return '*' * len(text)
    return text[:head] + '*' * (len(text) - head - tail) + text[-tail:]
