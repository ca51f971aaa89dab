"""Numbers with a check digit, and how numbers of any kind are written and looked for.

GB 11643-1999 (citizen number: ISO 7064 MOD 11-2) and GB 32100-2015 (unified social credit code); python-stdnum counts the check digits.
Its other rules are not ours: it refuses credit codes whose registrar is a letter (N, rural collectives), the residence permits of people
from Hong Kong, Macao and Taiwan, and takes births in the future.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import NamedTuple

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from engine.identity.blanks import is_blank

_OLDEST = 1850
_PROVINCE = re.compile('1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71')
_USCC = re.compile('[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}')
_DASHES = frozenset('-\u00ad\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc')


class Complaint(NamedTuple):
    """Why a text is not taken, for the page: a whole English and a whole Chinese sentence. Never repeats what was typed."""

    en: str
    zh: str


def normalise(text: str) -> str:
    """A number as it is stored and looked for: half-width, upper case, without spaces, dashes and characters that hide."""
    plain = unicodedata.normalize('NFKC', text)
    return ''.join(sign for sign in plain if sign not in _DASHES and not is_blank(sign)).upper()


def id_check_digit(first17: str) -> str:
    """The 18th character of a citizen number. ValueError for anything but digits."""
    return mod_11_2.calc_check_digit(first17)


def uscc_check_letter(first17: str) -> str:
    """The 18th character of a unified social credit code. ValueError for letters outside the code's alphabet (no I, O, S, V, Z)."""
    return uscc.calc_check_digit(first17)


def count_complaint(number: str, wanted: int, en: str, zh: str) -> Complaint | None:
    """Says how many characters there are when they are not as many as wanted: a dropped digit is the commonest slip."""
    count = len(number)
    if count == wanted:
        return None
    slip = '，请核对是否漏填' if count < wanted else '，请核对是否多填'
    return Complaint(f'Expected {en} of {wanted} characters, but there are {count}.', f'{zh}应为 {wanted} 位，现有 {count} 位{slip}')


def citizen_complaint(number: str, today: date | None, en: str, zh: str) -> Complaint | None:
    """Dates and check digit of 18 characters built as GB 11643; whose they are (the first digits) the caller has judged.

    `today` (the hall's local date) refuses births in the future; without it only the calendar is asked.
    """
    if not re.fullmatch('[0-9]{17}[0-9X]', number):
        return Complaint(f'Expected {en} of 17 digits and a digit or X.', f'{zh}前 17 位应为数字，末位应为数字或 X')
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return Complaint(f'Expected {en} with a date of birth, but there is no such date.', f'{zh}中的出生日期不存在')
    if born.year < _OLDEST:
        return Complaint(f'Expected {en} with a date of birth, but nobody is that old.', f'{zh}中的出生日期过早')
    if today is not None and born > today:
        return Complaint(f'Expected {en} with a date of birth, but it is in the future.', f'{zh}中的出生日期晚于今天')
    if not mod_11_2.is_valid(number):
        return Complaint(f'Expected {en}, but its check digit does not agree.', f'{zh}不正确：末位校验码不符')
    return None


def of_a_province(number: str, place: int = 0) -> bool:
    """Whether the two digits at `place` name a province (GB/T 2260)."""
    return _PROVINCE.match(number, place) is not None


def uscc_complaint(code: str) -> Complaint | None:
    """Why this is no unified social credit code; None when it is one."""
    en, zh = 'a unified social credit code', '统一社会信用代码'
    if short := count_complaint(code, 18, en, zh):
        return short
    if not _USCC.fullmatch(code):
        return Complaint(f'Expected {en} of digits and capitals without I, O, S, V, Z.', f'{zh}只能用数字和大写字母（不用 I、O、S、V、Z）')
    if uscc_check_letter(code[:17]) != code[17]:
        return Complaint(f'Expected {en}, but its check character does not agree.', f'{zh}不正确：末位校验码不符')
    return None
