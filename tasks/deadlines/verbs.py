"""Suspend, resume, extend: the office's hand on a case's clocks, each with its written notice and nothing but new rows in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine import Hall, Ledger, NotFound, Rejection
from engine.identity import is_blank
from engine.rows import StoredEvent
from engine.tables import stop
from engine.verbs import clocks as engine_clocks
from engine.verbs import events as engine_events
from engine.worktime import Duration, Limit, LimitError, due, parse_limit
from tasks.calendars.halls import chinese_date
from tasks.cases.casefile import case_file
from tasks.cases.receipt import find_case
from tasks.deadlines.conditions import ART_42, KINDS, extendable, not_the_post, why_no_extension, why_no_stop
from tasks.documents.issuing import Issued, issue, stop_facts
from tasks.operations.log import note
from tasks.rights.asking import need_case
from tasks.words.vocabulary import CLOCK

if TYPE_CHECKING:
    from engine import Tx


NOT_A_LENGTH = '预计时长不正确，应为若干个工作日或若干日，例如10个工作日'


@dataclass(frozen=True)
class Suspended:
    """A stop the office made. `until` is the last day of the expected length told to the applicant."""

    stop_id: int
    notice: Issued
    until: date | None


@dataclass(frozen=True)
class Extended:
    """An extension. `last_day` is the statutory limit's new last day, None while the clock stands still."""

    clocks: tuple[str, ...]
    amount: int
    notice: Issued
    last_day: date | None


def suspend(tx: Tx, case_no: str, *, kind: str, reason: str, basis: str, expected: str, since: datetime | None = None) -> Suspended:
    """Stop every limit of the case (中止, or a procedure of Licensing Law art. 45) and tell the applicant in writing how long (L-17).

    `kind` is of `conditions.KINDS`, `expected` the length told, e.g. `10个工作日`. `since` (aware) records a stop that began earlier: not
    in the future, not before the last stop, and never to unmake an expiry. Raises Rejection or Forbidden with the sentence to show.
    """
    if kind not in KINDS:
        raise Rejection(f'Expected a kind among {", ".join(KINDS)}, but got {kind!r}', '暂停类型不合法；补正和缴费由流程产生')
    if is_blank(reason) or is_blank(basis):
        raise Rejection('Expected a reason and a legal basis, but one is empty', '请填写理由和法律依据')
    case = find_case(tx.connection, case_no)
    with tx.frame(case.instance_id, active=True):
        file = case_file(tx, case.instance_id)  # as it is now that nobody else can change it
        case, hall = file.case, file.hall
        need_case(tx.connection, tx.by, 'case.suspend', case_no, tx.now)
        start = since or tx.now
        until = _until(expected, start, hall)
        refusal = why_no_stop(case, file.ledger, tx.now, kind, since)
        if refusal:
            raise refusal
        facts = stop_facts(
            kind,
            reason.strip(),
            basis.strip(),
            stop_from=chinese_date(start, hall.office),
            stop_text=expected.strip(),
            stop_day=chinese_date(until, hall.office),
        )
        notice = issue(file, 'stop_notice', file.variables, **facts)
        stop_id = engine_clocks.stop_clock(tx, case.instance_id, kind, reason.strip(), basis.strip(), notice=notice.number, since=since)
        said = {'stop': stop_id, 'kind': kind, 'expected': expected.strip(), 'until': until and until.isoformat(), 'notice': notice.number}
        engine_events.record(tx, case.instance_id, 'stop.announced', said)
        if since is not None and since < tx.now:
            note(tx, 'stop.backdated', case_no, reason.strip(), {'stop': stop_id, 'since': since.isoformat()})
    return Suspended(stop_id, notice, until)


def resume(tx: Tx, case_no: str, stop_id: int, *, at: datetime | None = None) -> None:
    """End a stop the office made; the clocks go on. `at` (aware) records that it ended earlier: not before it began, not in the future."""
    case = find_case(tx.connection, case_no)
    with tx.frame(case.instance_id, active=True):
        need_case(tx.connection, tx.by, 'case.resume', case_no, tx.now)
        mine = tx.connection.execute(select(stop.c.instance_id).where(stop.c.id == stop_id)).scalar()
        if mine != case.instance_id:
            raise NotFound(f'Expected a stop of {case_no}, but {stop_id} is none', '没有该中止记录')
        engine_clocks.resume_clock(tx, stop_id, at=at)
        if at is not None and at < tx.now:
            note(tx, 'stop.ended_earlier', case_no, data={'stop': stop_id, 'at': at.isoformat()})


def extend(tx: Tx, case_no: str, *, reason: str, basis: str = ART_42) -> Extended:
    """Extend the statutory limit (and the promise, if the item says so) by what the item or art. 42 allows: once, before it expires,
    approved by the right post, with a reason the applicant is told in writing. Raises Rejection or Forbidden with the sentence to show.
    """
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写延长的理由')
    case = find_case(tx.connection, case_no)
    with tx.frame(case.instance_id, active=True):
        file = case_file(tx, case.instance_id)
        case, hall = file.case, file.hall
        found = extendable(tx.connection, case)
        need_case(tx.connection, tx.by, 'case.extend', case_no, tx.now, unless=not_the_post(tx.by, found) if found else None)
        refusal, clocks = why_no_extension(case, file.ledger, found, tx.now)
        if refusal or found is None:
            raise refusal or Rejection('Expected an extendable item, but it is none', '该事项没有规定可以延长办理期限')
        amount = found.limit.amount
        last_day = _extended_day(file.ledger, amount)
        names = '和'.join(CLOCK[name] for name in clocks)
        notice = issue(
            file,
            'extension_notice',
            file.variables,
            reason=reason.strip(),
            basis=basis.strip() or ART_42,
            extension_text=str(found.limit),
            extension_clocks=names,
            extension_day=chinese_date(last_day, hall.office),
        )
        for name in clocks:
            engine_clocks.extend(tx, case.instance_id, name, amount, reason.strip(), notice=notice.number)
    return Extended(clocks, amount, notice, last_day)


def _extended_day(ledger: Ledger, amount: int) -> date | None:
    """The statutory limit's last day were it extended."""
    extended = replace(ledger, extensions=ledger.extensions | {'statutory': amount})
    return extended.clock_due(ledger.clocks['statutory']).last_day


def _until(expected: str, start: datetime, hall: Hall) -> date | None:
    """The last day of the expected length. Raises Rejection unless it is a plain length of time."""
    try:
        limit = parse_limit(expected)
    except LimitError as error:
        raise Rejection(error.en, NOT_A_LENGTH) from error
    if not isinstance(limit, Limit | Duration):
        raise Rejection(f'Expected a length such as 10 workdays, but got {expected!r}', NOT_A_LENGTH)
    return due(start, limit, hall.calendar, hall.office).last_day


def announced(events: Iterable[StoredEvent]) -> dict[int, Mapping[str, Any]]:
    """What the applicant was told about each stop, by the stop's id, from the history's `stop.announced` events."""
    return {int(row.data['stop']): row.data for row in events if row.event == 'stop.announced'}
