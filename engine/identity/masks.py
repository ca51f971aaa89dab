"""What a page shows of personal data to those who need not know it (S-35): 张*, 4403**********1234, 138****5678."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PERSONAL = ('id_number', 'name', 'phone')
_PERSON = 'person'


def mask_name(name: str, kind: str = _PERSON) -> str:
    """张三丰 → 张**; names of organisations are public and stay."""
    return name if kind != _PERSON or not name else name[0] + '*' * max(1, len(name) - 1)


def mask_id_no(id_no: str, kind: str = _PERSON) -> str:
    """An identity number keeps four characters at either end; a social credit code (organisations) is public and stays."""
    return id_no if kind != _PERSON else _ends(id_no, 4)


def mask_phone(phone: str) -> str:
    """13812345678 → 138****5678; anything short is hidden whole."""
    return _ends(phone, 3)


def mask_address(address: str) -> str:
    """Keeps what is above the street: everything after the first 区, 县 or 镇 is hidden."""
    cut = next((i for i, letter in enumerate(address) if letter in '区县镇'), -1)
    return address[: cut + 1] + '***' if cut >= 0 else '***' * bool(address)


def mask(personal: str, text: str) -> str:
    """A form's value by its property `personal`, one of PERSONAL."""
    if personal == 'phone':
        return mask_phone(text)
    return {'id_number': mask_id_no, 'name': mask_name}[personal](text)


def mask_person(person: Mapping[str, Any] | None, kind: str = _PERSON) -> dict[str, Any] | None:
    """A person record {name, id_no, phone, address, …} with everything personal masked."""
    if person is None:
        return None
    masks = {
        'name': lambda text: mask_name(text, kind),
        'id_no': lambda text: mask_id_no(text, kind),
        'phone': mask_phone,
        'address': mask_address if kind == _PERSON else str,
    }
    return {key: masks[key](str(value)) if key in masks and value else value for key, value in person.items()}


def _ends(text: str, head: int) -> str:
    """Stars between the first `head` and the last four characters; stars alone when that would show it whole."""
    return text[:head] + '*' * (len(text) - head - 4) + text[-4:] if len(text) > head + 4 else '*' * len(text)
