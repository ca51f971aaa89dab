"""What the law of the catalogue asks of a revision (S-37, S-39): two people, one type for ever, a new basis for what was cancelled."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from engine import Actor, Forbidden, Rejection
from tasks import tables as t
from tasks.catalogue.item import ITEM_TYPES, LegalBasis
from tasks.catalogue.item_toml import item_of
from tasks.catalogue.standing import FOR_GOOD
from tasks.people.names import is_one_of


def need_second_person(actor: Actor, editors: Collection[str], submitted_by: str) -> None:
    """Who releases has neither submitted nor written any of it (S-37: the reviewer is not the editor). Raises Forbidden."""
    if not actor.system and is_one_of(actor.id, (submitted_by, *editors)):
        message = f'Expected somebody who neither submitted nor edited the draft, but {actor.id} did'
        raise Forbidden(message, '发布人不能是提交人或草稿的编辑人（信息公开发布审查：编审分离）')


def type_name(code: str) -> str:
    """A type code with its name of GB/T 39046 A.1."""
    return f'{code} {ITEM_TYPES.get(code, "")}'.strip()


def need_new_basis(connection: Connection, code: str, legal_basis: Sequence[LegalBasis]) -> None:
    """An item that was cancelled comes back only with a legal basis it did not have then (S-39). Raises Rejection."""
    log = t.operator_log.c
    acts = select(log.action, log.data).where(log.object == code, log.action.in_(('item.published', *FOR_GOOD)))
    last = connection.execute(acts.order_by(log.id.desc()).limit(1)).one_or_none()
    if last is None or last.action not in FOR_GOOD:
        return
    definition_id = last.data.get('definition')
    then = item_of(connection, definition_id).legal_basis if definition_id is not None else ()
    known = {(each.law, each.article) for each in then}
    if all((each.law, each.article) in known for each in legal_basis):
        message = f'Expected a new legal basis for {code}, which was cancelled or handed down, but there is none'
        raise Rejection(message, '该事项已取消或下放，没有新的设立依据不得重新开办')
