"""The office's hand on the clocks: stop, resume, extend, set. Each adds to the ledger; due dates follow by `recompute`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from engine.core.definitions import ClockRule
from engine.core.errors import NotFound, Rejection
from engine.core.frame import Frame, need_active
from engine.core.rights import need_staff
from engine.core.tx import Tx
from engine.core.values import instant_text
from engine.identity import is_blank
from engine.tables import clock, extension, stop
from engine.timing import clocks, urgency
from engine.timing.ledger import OPEN_CLOCK, ClockRow, limit_of
from engine.worktime import STOP_KINDS, Limit, LimitError


def stop_clock(tx: Tx, instance_id: int, kind: str, reason: str, basis: str, *, notice: str = '', since: datetime | None = None) -> int:
    """Stop every limit of a case in hall units, from now (or a past instant `since`) on; the stop's id. Kinds: STOP_KINDS.

    Raises Rejection for an unknown kind, a missing reason or basis, or a stop that begins in the future.
    """
    need_staff(tx.by)
    if kind not in STOP_KINDS:
        raise Rejection(f'Expected a kind of stop among {", ".join(STOP_KINDS)}, but got {kind!r}', '中止类型不合法')
    if is_blank(reason) or is_blank(basis):
        raise Rejection('Expected a reason and a legal basis, but one is empty', '请填写理由和依据')
    with tx.frame(instance_id) as frame:
        need_active(frame.instance)
        if since is not None and since > tx.now:
            raise Rejection(f'Expected a stop that has begun, but {since} lies in the future', '暂停时间不能晚于现在')
        frame.wrote = True
        stop_id = clocks.open_stop(frame, kind, reason, basis, notice=notice, since=since)
        clocks.recompute(frame, cause=f'stop {stop_id}')
    return stop_id


def resume_clock(tx: Tx, stop_id: int, *, at: datetime | None = None) -> None:
    """End a stop now, or as of a past instant `at` not before it began.

    A stop that the diagram opened ends with its activity, not by hand; none ends before it began.
    """
    need_staff(tx.by)
    instance_id = tx.connection.execute(select(stop.c.instance_id).where(stop.c.id == stop_id)).scalar()
    if instance_id is None:
        raise NotFound(f'Expected stop {stop_id}, but there is none', '没有该中止记录')
    with tx.frame(instance_id) as frame:
        row = next((row for row in frame.ledger.open_stops() if row.id == stop_id), None)
        if row is None:
            raise Rejection(f'Expected an open stop, but stop {stop_id} has ended', '该中止已结束')
        if row.token is not None:
            raise Rejection('Expected a stop made by the office, but the diagram made it', '该中止由流程产生，环节办结后自动恢复')
        if at is not None and not row.start <= at <= tx.now:
            raise Rejection(f'Expected an end between {row.start} and now, but got {at}', '恢复时间不能早于暂停开始，也不能晚于现在')
        frame.wrote = True
        clocks.close_stop(frame, row, at)
        clocks.recompute(frame, cause=f'resume {stop_id}')


def extend(tx: Tx, instance_id: int, clock_name: str, amount: int, reason: str, *, notice: str = '') -> None:
    """Add an amount in the clock's own unit, once and before it expires (Licensing Law art. 42).

    Raises Rejection after expiry, the second time, or without a reason. The right role is the office's affair.
    """
    need_staff(tx.by)
    if amount < 1 or is_blank(reason):
        raise Rejection('Expected a positive amount and a reason, but one is missing', '请填写延长的数量和理由')
    with tx.frame(instance_id) as frame:
        need_active(frame.instance)
        row = _open_clock(frame, clock_name)
        if clock_name in frame.ledger.extensions:
            raise Rejection(f'Expected the first extension of {clock_name}, but it was extended before', '该时限已延长过一次')
        if row.due_at is not None and tx.now >= row.due_at:
            raise Rejection(f'Expected an extension before expiry, but {clock_name} was due at {row.due_at}', '时限已届满，不能延长')
        frame.wrote = True
        values = {
            'instance_id': instance_id,
            'clock_name': clock_name,
            'amount': amount,
            'reason': reason,
            'notice': notice,
            'granted_by': tx.by.id,
            'granted_at': tx.now,
        }
        tx.connection.execute(insert(extension), [values])
        frame.ledger.extensions[clock_name] = amount
        _must_count(frame, row)
        said = {'clock': clock_name, 'amount': amount, 'length': _length(row, amount), 'reason': reason, 'notice': notice}
        frame.record('clock.extended', said)
        clocks.recompute(frame, cause=f'extension of {clock_name}')


def _length(row: ClockRow, amount: int) -> str:
    """The amount with the unit of the clock's limit, e.g. 5个工作日."""
    limit = limit_of(row.limit)
    return str(Limit(amount, limit.unit)) if isinstance(limit, Limit) else str(amount)


def _must_count(frame: Frame, row: ClockRow) -> None:
    try:
        frame.ledger.clock_due(row)
    except LimitError as error:
        raise Rejection(error.en, error.zh) from error


def _open_clock(frame: Frame, name: str) -> ClockRow:
    row = frame.ledger.clocks.get(name)
    if row is None or row.state not in OPEN_CLOCK:
        how = f'is {row.state}' if row else 'has not started'
        raise Rejection(f'Expected the clock {name} to run, but it {how}', f'时限“{name}”未在计时')
    return row


def set_clock(tx: Tx, instance_id: int, name: str, anchor: datetime, limit: str | None = None) -> None:
    """Set a clock's anchor (and limit): backdating a receipt, or starting a clock the diagram does not start.

    Raises Rejection for a limit that cannot be read, an ended clock, or a new clock without any limit.
    """
    need_staff(tx.by)
    with tx.frame(instance_id) as frame:
        frame.wrote = True
        row = frame.ledger.clocks.get(name)
        text = _limit_text(frame, name, row, limit)
        if row is None:
            clocks.start_clock(frame, ClockRule(name, '', '', text), anchor)
        else:
            _open_clock(frame, name)
            data = {'clock': name, 'anchor': instant_text(anchor), 'limit': text, 'before': [instant_text(row.anchor), row.limit]}
            row.anchor, row.limit = anchor, text
            tx.connection.execute(update(clock).where(clock.c.id == row.id).values(anchor=anchor, limit=text))
            frame.record('clock.set', data)
        clocks.recompute(frame, cause=f'{name} set')


def _limit_text(frame: Frame, name: str, row: ClockRow | None, limit: str | None) -> str:
    rules = {rule.name: rule.limit for rule in frame.definition.clock_rules}
    text = limit or (row.limit if row else rules.get(name))
    if text is None:
        raise Rejection(f'Expected a limit for the clock {name}, but there is none', f'时限“{name}”没有期限')
    try:
        if isinstance(limit_of(text), Limit):
            return text
    except LimitError as error:
        raise Rejection(error.en, error.zh) from error
    raise Rejection(f'Expected workdays, days or working hours, but got {text!r}', '时限应为工作日、日或工作小时')


def recount_urgency(tx: Tx, instance_id: int) -> None:
    """Count anew when the running limits of an instance turn amber, e.g. after the hall's thresholds were changed; no due date moves."""
    with tx.frame(instance_id) as frame:
        urgency.recount(frame)


def recompute_instance(tx: Tx, instance_id: int, cause: str) -> list[dict[str, Any]]:
    """Recompute and store every due date of an instance, e.g. after a calendar was imported; what changed, old and new."""
    need_staff(tx.by)
    with tx.frame(instance_id) as frame:
        if frame.instance.ended_at is not None:
            return []
        frame.wrote = True
        return clocks.recompute(frame, cause=cause, every=True)
