"""Telephone numbers: mobile and fixed ones of the mainland, service numbers, and numbers abroad with their country code."""

from __future__ import annotations

import re

from engine.identity.numbers import Complaint, normalise

_COUNTRY = re.compile(r'(?:\+86|0086|86(?=1[3-9][0-9]{9}$))')
_MOBILE = re.compile('1[3-9][0-9]{9}')
_FIXED = re.compile('(?:0[1-9][0-9]{1,2})?[2-9][0-9]{6,7}')
_SERVICE = re.compile('[48]00[0-9]{7}|1[0-9]{2,4}|9[56][0-9]{3,6}')
_ABROAD = re.compile(r'\+[1-9][0-9]{6,14}')
_EXTENSION = re.compile('转[0-9]{1,6}')


def normalise_phone(text: str) -> str:
    """As it is stored: digits only, +86 dropped, +852 and other countries kept, an extension after 转."""
    number = re.sub(r'[()\[\].]', '', normalise(text))
    number = re.sub('(?:EXT|分机|X|转接)(?=[0-9]+$)', '转', number)
    return _COUNTRY.sub('', number, count=1) if _COUNTRY.match(number) else number


def mobile_complaint(number: str) -> Complaint | None:
    """Why this normalised text is no mainland mobile number; None when it is one."""
    if _MOBILE.fullmatch(number):
        return None
    if re.fullmatch('1[3-9][0-9]*', number):
        count = len(number)
        return Complaint(f'Expected a mobile number of 11 digits, but there are {count}.', f'手机号码应为 11 位，现有 {count} 位')
    return Complaint('Expected a mobile number of 11 digits that begins with 13 to 19.', '手机号码不正确：应为 13 至 19 开头的 11 位数字')


def phone_complaint(number: str) -> Complaint | None:
    """Why nobody can be called at this normalised text; None for a mobile, fixed, service or foreign number."""
    plain = _EXTENSION.sub('', number)
    if any(shape.fullmatch(plain) for shape in (_MOBILE, _FIXED, _SERVICE, _ABROAD)):
        return None
    if re.fullmatch('1[3-9][0-9]{5,}', plain):
        return mobile_complaint(plain)
    return Complaint(
        'Expected a telephone number: mobile, fixed with its area code, or + and country code.',
        '联系电话不正确：应为手机号码、带区号的固定电话，或以 + 和国家代码开头的境外号码',
    )
