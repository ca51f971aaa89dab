"""Masking of personal data, and who sees it plain (S-35): whoever works the case now or worked it, who received it, and approvers.

Everyone else, supervisors and administrators included, sees 张*, 4403**********1234, 138****5678.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from engine.tables import user_task
from tasks.rights.roles import SEES_ALL, decides

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine import Actor

_PERSONAL_NAMES = frozenset({'person'})


def mask_name(name: str, kind: str = 'person') -> str:
    """张三丰 → 张**; names of organisations are public and stay."""
    return name if kind not in _PERSONAL_NAMES or not name else name[0] + '*' * max(1, len(name) - 1)


def mask_id_no(id_no: str, kind: str = 'person') -> str:
    """An identity number keeps four digits at either end; a social credit code (organisations) is public and stays."""
    if kind not in _PERSONAL_NAMES or not id_no:
        return id_no
    return id_no[:4] + '*' * (len(id_no) - 8) + id_no[-4:] if len(id_no) > 8 else '*' * len(id_no)


def mask_phone(phone: str) -> str:
    """13812345678 → 138****5678; anything short is hidden whole."""
    return phone[:3] + '*' * (len(phone) - 7) + phone[-4:] if len(phone) > 7 else '*' * len(phone)


def mask_address(address: str) -> str:
    """Keeps what is above the street: everything after the first 区, 县 or 镇 is hidden."""
    cut = next((i for i, letter in enumerate(address) if letter in '区县镇'), -1)
    return address[: cut + 1] + '***' if cut >= 0 else '***' * bool(address)


def mask_person(person: Mapping[str, Any] | None, kind: str = 'person') -> dict[str, Any] | None:
    """A person record {name, id_no, phone, address, …} with everything personal masked."""
    if person is None:
        return None
    masks = {
        'name': lambda text: mask_name(text, kind),
        'id_no': lambda text: mask_id_no(text, kind),
        'phone': mask_phone,
        'address': mask_address if kind == 'person' else str,
    }
    return {key: masks[key](str(value)) if key in masks and value else value for key, value in person.items()}


def entitled(connection: Connection, actor: Actor, case: Mapping[str, Any]) -> bool:
    """True when the actor may see this case's personal data plain. `case` needs instance_id and received_by."""
    if actor.kind == 'system':
        return True
    if actor.roles & SEES_ALL or 'clerk' not in actor.roles:
        return False
    if case['received_by'] == actor.id or decides(connection, actor):
        return True
    return bool(worked_instances(connection, actor, [case['instance_id']]))


def worked_instances(connection: Connection, actor: Actor, instances: Iterable[int]) -> set[int]:
    """Of these process instances, those with a task, open or done, in one of the actor's windows or his own."""
    if actor.roles & SEES_ALL or 'clerk' not in actor.roles:
        return set()
    task = user_task.c
    mine = task.group_key.in_(actor.groups) | (task.assignee == actor.id) | (task.closed_by == actor.id)
    return set(connection.execute(select(task.instance_id).where(task.instance_id.in_(list(instances)), mine).distinct()).scalars())
