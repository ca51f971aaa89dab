"""Every format a typed text may have to keep, with its one validator and its one way of being written.

`ID_TYPES` are the documents a natural person shows (证件类型); organisations have `uscc`. A form field names a format in its property
`format`, intake by the choice of the document.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from engine.identity.numbers import Complaint, citizen_complaint, count_complaint, normalise, of_a_province, uscc_complaint
from engine.identity.phones import mobile_complaint, normalise_phone, phone_complaint

MIN_FRAGMENT = 4
_Judge = Callable[[str, date | None], Complaint | None]
_RESIDENT = ('a resident identity number', '居民身份证号码')
_SETTLED = ('a number of a residence permit for Hong Kong, Macao and Taiwan residents', '港澳台居民居住证号码')
_PERMANENT = ('a number of a permanent resident ID card', '外国人永久居留身份证号码')


@dataclass(frozen=True)
class Format:
    """A kind of number: its names, its validator (of normalised text and the hall's local date) and its way of being written."""

    zh: str
    en: str
    judge: _Judge
    write: Callable[[str], str] = normalise


def _other_type(number: str) -> str | None:
    """The document that 18 characters belong to by their first digits, when it is not the resident identity card."""
    if re.match('8[1-3]0000', number):
        return _SETTLED[1].removesuffix('号码')
    return _PERMANENT[1].removesuffix('号码') if number.startswith('9') and of_a_province(number, 1) else None


def _id_card(number: str, today: date | None) -> Complaint | None:
    if re.fullmatch('[0-9]{15}', number):
        message = 'Expected the identity number of 18 characters, but this is the old one of 15, which ended in 2013.'
        return Complaint(message, '15 位的旧身份证号码已停用，请填写 18 位号码')
    if wrong := count_complaint(number, 18, *_RESIDENT):
        return wrong
    if other := _other_type(number):
        message = 'Expected a resident identity number, but this one belongs to another document: choose its type.'
        return Complaint(message, f'这不是居民身份证号码，而像是{other}号码，请核对证件类型')
    if number[:17].isdecimal() and not of_a_province(number):
        return Complaint('Expected a resident identity number, but no region has its first digits.', '居民身份证号码开头的地区代码不存在')
    return citizen_complaint(number, today, *_RESIDENT)


def _residence_permit(number: str, today: date | None) -> Complaint | None:
    if wrong := count_complaint(number, 18, *_SETTLED):
        return wrong
    if not re.match('8[1-3]0000', number):
        message = f'Expected {_SETTLED[0]}, which begins with 810000, 820000 or 830000.'
        return Complaint(message, f'{_SETTLED[1]}应以 810000、820000 或 830000 开头')
    return citizen_complaint(number, today, *_SETTLED)


def _permanent_residence(number: str, today: date | None) -> Complaint | None:
    """The card of 2023 has 18 digits (9, region, country, birth, serial, check); older ones, still valid, three letters and 12 digits."""
    if re.match('[A-Z]', number):
        if re.fullmatch('[A-Z]{3}[0-9]{12}', number):
            return None
        return Complaint(f'Expected {_PERMANENT[0]}: three letters and 12 digits.', f'旧版{_PERMANENT[1]}应为 3 位字母加 12 位数字')
    if wrong := count_complaint(number, 18, *_PERMANENT):
        return wrong
    if not number.startswith('9') or not of_a_province(number, 1):
        return Complaint(f'Expected {_PERMANENT[0]}, which begins with 9 and a region.', f'{_PERMANENT[1]}应以 9 和受理地区代码开头')
    return citizen_complaint(number, today, *_PERMANENT)


def _shaped(pattern: str, en: str, zh: str) -> _Judge:
    shape = re.compile(pattern)
    return lambda number, _: None if shape.fullmatch(number) else Complaint(en, zh)


def _without_brackets(text: str) -> str:
    return re.sub(r'[()]', '', normalise(text))


def _military(text: str) -> str:
    """军字第1234567号, however it was typed: with or without 第 and 号, with spaces."""
    return re.sub('^([\u4e00-\u9fff]{1,3})字第?([0-9A-Z]+)号?$', r'\1字第\2号', normalise(text))


_MILITARY = _shaped(
    '[\u4e00-\u9fff]{1,3}字第[0-9A-Z]{4,10}号|[0-9]{6,10}',
    'Expected a military number such as 军字第1234567号.',
    '证件号码不正确：应如“军字第1234567号”',
)
_PASSPORT = _shaped(
    '(?=.*[0-9])[0-9A-Z]{5,17}',
    'Expected a passport number of 5 to 17 letters and digits.',
    '护照号码不正确：应为 5 至 17 位字母和数字，且含数字',
)
_HK_MACAO = _shaped(
    '[HM][0-9]{8}(?:[0-9]{2})?',
    'Expected H or M and 8 digits (10 on older cards).',
    '港澳居民来往内地通行证号码不正确：应为 H 或 M 加 8 位数字（旧证 10 位）',
)
_TAIWAN = _shaped(
    '[0-9]{8}(?:[0-9]{2}[A-Z]?)?', 'Expected 8 digits (10 on older cards).', '台湾居民来往大陆通行证号码不正确：应为 8 位数字（旧证 10 位）'
)
_OTHER = _shaped(
    r'(?=.*[0-9])[\w〔〕()/.·]{2,50}',
    'Expected a number of 2 to 50 letters and digits.',
    '证件号码不正确：应为 2 至 50 位字母和数字，且含数字',
)

ID_TYPES: Mapping[str, Format] = {
    'id_card': Format('居民身份证', 'Resident identity card', _id_card),
    'passport': Format('护照', 'Passport', _PASSPORT),
    'hk_macao_permit': Format('港澳居民来往内地通行证', 'Mainland travel permit (Hong Kong and Macao)', _HK_MACAO),
    'taiwan_permit': Format('台湾居民来往大陆通行证', 'Mainland travel permit (Taiwan)', _TAIWAN, _without_brackets),
    'residence_permit': Format('港澳台居民居住证', 'Residence permit (Hong Kong, Macao, Taiwan)', _residence_permit),
    'permanent_residence': Format('外国人永久居留身份证', 'Foreign permanent resident ID card', _permanent_residence),
    'officer_card': Format('军官证', 'Military officer card', _MILITARY, _military),
    'soldier_card': Format('士兵证', 'Soldier card', _MILITARY, _military),
    'other_document': Format('其他证件', 'Another document', _OTHER),
}
FORMATS: Mapping[str, Format] = {
    **ID_TYPES,
    'uscc': Format('统一社会信用代码', 'Unified social credit code', lambda code, _: uscc_complaint(code)),
    'mobile': Format('手机号码', 'Mobile number', lambda number, _: mobile_complaint(number), normalise_phone),
    'phone': Format('电话号码', 'Telephone number', lambda number, _: phone_complaint(number), normalise_phone),
}


def complaint_about(kind: str, text: str, today: date | None = None) -> Complaint | None:
    """Why a typed text does not keep the format `kind` of FORMATS; None when it does. Empty text does not. KeyError for no such format.

    `kind` may name several formats, separated by spaces: the text keeps one of them, or the first is what the complaint speaks of.
    `today` is the hall's local date: nobody is born after it.
    """
    kept = _kept(kind, text, today)
    return kept.judge(kept.write(text), today)


def normalise_as(kind: str, text: str) -> str:
    """The text as a number of this format (of several: the first it keeps) is stored and looked for. KeyError for no such format."""
    return _kept(kind, text, None).write(text)


def _kept(kind: str, text: str, today: date | None) -> Format:
    formats = [FORMATS[name] for name in kind.split()]
    return next((each for each in formats if each.judge(each.write(text), today) is None), formats[0])


def fragments(text: str) -> tuple[str, ...]:
    """What is looked for inside stored numbers when a person typed this: every way in which it may be stored, mostly one.

    Only texts of at least four characters with a digit: whoever types less looks for a name. () then.
    """
    ways = dict.fromkeys(write(text) for write in dict.fromkeys(each.write for each in FORMATS.values()))
    return tuple(way for way in ways if len(way) >= MIN_FRAGMENT and any(sign.isdecimal() for sign in way))


def matches(stored: str, typed: str) -> bool:
    """Whether a stored number is the typed one, or has it as its tail or another part of at least four characters."""
    return any(way in normalise(stored) for way in fragments(typed))


def id_type_of(number: str) -> str:
    """The document of a natural person whose number was stored without it: 居民身份证 where the number is a valid one, else 其他."""
    return 'id_card' if complaint_about('id_card', number) is None else 'other_document'
