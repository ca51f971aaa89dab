"""Identity numbers and social credit codes: only well-formed ones are taken in.

Identity number: GB 11643-1999 (ISO 7064 MOD 11-2). Unified social credit code: GB 32100-2015.
"""

from __future__ import annotations

from datetime import date

from engine.item import USCC_ALPHABET
from engine.item import uscc_valid as valid_uscc

__all__ = ['id_check_digit', 'uscc_check_letter', 'valid_id_no', 'valid_uscc']

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECK = '10X98765432'


def id_check_digit(first17: str) -> str:
    """The 18th character of an identity number."""
    return _ID_CHECK[sum(int(digit) * weight for digit, weight in zip(first17, _ID_WEIGHTS, strict=True)) % 11]


def valid_id_no(text: str) -> bool:
    """True for 18 characters with a real date of birth and the right check digit."""
    text = text.upper()
    if len(text) != 18 or not (text[:17].isascii() and text[:17].isdigit()):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return id_check_digit(text[:17]) == text[17]


def uscc_check_letter(first17: str) -> str:
    """The 18th character of a unified social credit code; ValueError for letters outside the code's alphabet (no I, O, S, V, Z)."""
    total = sum(USCC_ALPHABET.index(letter) * pow(3, place, 31) for place, letter in enumerate(first17))
    return USCC_ALPHABET[(31 - total % 31) % 31]
