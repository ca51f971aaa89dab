"""What the law of the catalogue asks of a revision (S-37, S-39): two people, one type for ever, a new basis for what was cancelled."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from engine import Actor, Forbidden, Rejection
from engine.item import ITEM_TYPES, ItemSpec
from tasks import tables as t


def need_second_person(actor: Actor, editors: Collection[str], submitted_by: str) -> None:
    """Who releases has neither submitted nor written any of it (S-37: the reviewer is not the editor). Raises Forbidden."""
    if actor.kind != 'system' and actor.id in {submitted_by, *editors}:
        message = f'Expected somebody who neither submitted nor edited the draft, but {actor.id} did'
        raise Forbidden(message, '发布人不能是提交人或草稿的编辑人（信息公开发布审查：编审分离）')


def type_changed(connection: Connection, spec: ItemSpec) -> tuple[str, str] | None:
    """The types before and after when a revision would change the type of a known item (S-39: 不允许改头换面); else None."""
    entry = _entry(connection, spec.code)
    before = str((entry.get('item') or {}).get('type') or '') if entry else ''
    return (before, spec.type) if before and before != spec.type else None


def type_name(code: str) -> str:
    """A type code with its name of GB/T 39046 A.1."""
    return f'{code} {ITEM_TYPES.get(code, "")}'.strip()


def need_new_basis(connection: Connection, code: str, legal_basis: Sequence[Mapping[str, Any]]) -> None:
    """An item that was cancelled comes back only with a legal basis it did not have then (S-39). Raises Rejection."""
    log = t.operator_log.c
    acts = select(log.action, log.data).where(log.object == code, log.action.in_(('item.published', 'item.cancelled')))
    last = connection.execute(acts.order_by(log.id.desc()).limit(1)).one_or_none()
    if last is None or last.action != 'item.cancelled':
        return
    edition = t.item_edition.c
    then = connection.execute(select(edition.spec).where(edition.definition_id == last.data.get('definition'))).scalar_one_or_none() or {}
    known = {_basis(each) for each in then.get('legal_basis') or []}
    if all(_basis(each) in known for each in legal_basis):
        message = f'Expected a new legal basis for {code}, which was cancelled, but there is none'
        raise Rejection(message, '该事项已取消，没有新的设立依据不得重新开办')


def _basis(each: Mapping[str, Any]) -> tuple[str, str]:
    return str(each.get('law') or ''), str(each.get('article') or '')


def _entry(connection: Connection, code: str) -> dict[str, Any] | None:
    return connection.execute(select(t.approval_item.c.spec).where(t.approval_item.c.code == code)).scalar_one_or_none()
