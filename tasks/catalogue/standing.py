"""Whether the hall offers an item: published, not yet, or taken off the catalogue: since when, on what basis, and where to go instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from engine import NotFound, Rejection
from engine.words import Word
from tasks import tables as t

CLOSING: Mapping[str, Word] = {
    'item.withdrawn': Word('暂停办理', 'not offered for now'),
    'item.cancelled': Word('取消', 'cancelled'),
    'item.handed_down': Word('下放', 'handed down'),
}
"""The acts that take an item off the catalogue, as the public reads them. Their reasons stand in the operator log."""
FOR_GOOD = ('item.cancelled', 'item.handed_down')
"""After these an item comes back only on a new legal basis (S-39)."""


@dataclass(frozen=True)
class Closing:
    """What took an item off the catalogue: the act, its instant, its basis as written, and where people go instead."""

    act: str
    since: datetime
    basis: str
    goes_to: str

    @property
    def word(self) -> Word:
        return CLOSING[self.act]


class NotOffered(Rejection):
    """The hall does not offer this item: not any more (410, with what took it off) or not yet (404)."""

    def __init__(self, code: str, name: str, closing: Closing | None) -> None:
        if closing is None:
            super().__init__(f'Expected a published item, but {code!r} is not published yet', f'事项「{name}」尚未公布，不能收件')
        else:
            super().__init__(
                f'Expected a published item, but {code!r} is {closing.word.en}: {closing.basis}',
                f'事项「{name}」已{closing.word}，不再收件：{closing.basis}',
            )
        self.status = 410 if closing else 404
        self.name = name
        self.closing = closing


def closing_of(connection: Connection, code: str) -> Closing | None:
    """What took the item off the catalogue; None for one that is published or never was. Raises NotFound."""
    if _item(connection, code).published:
        return None
    log = t.operator_log.c
    acts = select(log.action, log.at, log.reason, log.data).where(log.object == code, log.action.in_((*CLOSING, 'item.published')))
    last = connection.execute(acts.order_by(log.id.desc()).limit(1)).one_or_none()
    if last is None or last.action not in CLOSING:
        return None
    return Closing(last.action, last.at, last.reason, str(last.data.get('goes_to', '')))


def need_offered(connection: Connection, code: str) -> None:
    """Raises NotOffered for an item that is not published, NotFound for none."""
    item = _item(connection, code)
    if not item.published:
        raise NotOffered(code, item.name, closing_of(connection, code))


def _item(connection: Connection, code: str) -> Any:
    item = t.approval_item.c
    row = connection.execute(select(item.name, item.published).where(item.code == code)).one_or_none()
    if row is None:
        raise NotFound(f'Expected an approval item, but there is no {code!r}', f'没有事项 {code}')
    return row
