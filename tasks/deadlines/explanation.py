"""Why a case is due when it is: every date, every row of its ledger with who and when, every recomputation old → new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from engine import Edition, edition_of, limit_of, read
from engine.rows import StoredEvent, StoredExtension, StoredStop
from engine.words import Word, said
from engine.worktime import STOP_KINDS, Limit, LimitError
from tasks.calendars.halls import find_hall
from tasks.cases.receipt import find_case
from tasks.deadlines.day_by_day import Explained, explain_case
from tasks.deadlines.verbs import announced
from tasks.people.names import names_of
from tasks.rows import StoredCase
from tasks.words.vocabulary import CLOCK


@dataclass(frozen=True)
class StopLine:
    """One span in which the clocks stood still. `until` is what the applicant was told; `by_diagram`: it ends with its activity."""

    id: int
    kind: str
    kind_name: str
    reason: str
    basis: str
    notice: str
    start: datetime
    end: datetime | None
    opened_by: str
    closed_by: str
    expected: str
    until: date | None
    overrun: bool
    by_diagram: bool
    element_name: str


@dataclass(frozen=True)
class ExtensionLine:
    """One extension, e.g. 法定期限 by 5个工作日."""

    clock: str
    title: str
    amount: str
    reason: str
    notice: str
    granted_by: str
    granted_at: datetime


@dataclass(frozen=True)
class RecountedLimit:
    """One limit of a recomputation; None where the clock stood still."""

    title: str
    old: date | None
    new: date | None


@dataclass(frozen=True)
class Recomputation:
    """One time the due dates were computed anew and changed."""

    at: datetime
    by: str
    cause: str
    moved: Sequence[RecountedLimit]


@dataclass(frozen=True)
class Explanation:
    """Everything a due date of this case rests on."""

    case_no: str
    as_of: datetime
    limits: Sequence[Explained]
    stops: Sequence[StopLine]
    extensions: Sequence[ExtensionLine]
    recomputations: Sequence[Recomputation]
    calendar_version: str
    known_until: int | None
    closes_at: str  # the hour at which a last day ends: 24:00 unless the hall says earlier

    @property
    def provisional(self) -> frozenset[str]:
        """The limits (by name) that rest on a year whose holidays are not announced yet."""
        return frozenset(limit.name for limit in self.limits if any(day.provisional for day in limit.days))


def explanation(connection: Connection, case_no: str, *, as_of: datetime) -> Explanation:
    """The whole ledger of a case in words and dates, as of an instant (for "if resumed today"). Raises NotFound."""
    case = find_case(connection, case_no)
    hall, edition = find_hall(connection, case.hall), edition_of(connection, case.definition_id)
    events = read.events(connection, case.instance_id)
    granted = read.extensions(connection, case.instance_id)
    recomputed = [row for row in events if row.event == 'clock.recomputed']
    name = _names(connection, [*(row.granted_by for row in granted), *(row.by for row in recomputed)])
    today = hall.office.local_date(as_of)
    clocks = read.clocks(connection, case.instance_id)
    units = {row.name: row.limit for row in clocks}
    return Explanation(
        case_no=case_no,
        as_of=as_of,
        limits=explain_case(connection, case_no, as_of=as_of),
        stops=stop_lines(connection, case, today),
        extensions=[_extension(row, units, name) for row in granted],
        recomputations=[_recomputation(row, name, edition, hall.office.last_day_of) for row in recomputed],
        calendar_version=hall.calendar.version,
        known_until=hall.calendar.known_until,
        closes_at=f'{hall.office.deadline_time:%H:%M}' if hall.office.deadline_time else '24:00',
    )


def stop_lines(connection: Connection, case: StoredCase, today: date) -> list[StopLine]:
    """The stops of a case, oldest first, with what the applicant was told about each."""
    stops, edition = read.stops(connection, case.instance_id), edition_of(connection, case.definition_id)
    name = _names(connection, [who for row in stops for who in (row.opened_by, row.closed_by)])
    told = announced(read.events(connection, case.instance_id))
    return [_stop(row, told.get(row.id, {}), name, edition, today) for row in stops]


def _names(connection: Connection, usernames: Iterable[str | None]) -> Callable[[str | None], str]:
    known = names_of(connection, usernames)
    return lambda username: known.get(username, '')


def _stop(row: StoredStop, told: Mapping[str, Any], name: Callable[[str | None], str], edition: Edition, today: date) -> StopLine:
    until = date.fromisoformat(told['until']) if told.get('until') else None
    return StopLine(
        id=row.id,
        kind=row.kind,
        kind_name=STOP_KINDS.get(row.kind, row.kind),
        reason=row.reason,
        basis=row.basis,
        notice=row.notice,
        start=row.start,
        end=row.end,
        opened_by=name(row.opened_by),
        closed_by=name(row.closed_by),
        expected=str(told.get('expected') or ''),
        until=until,
        overrun=until is not None and row.end is None and today > until,
        by_diagram=row.token is not None,
        element_name=edition.name_of(row.element),
    )


def _extension(row: StoredExtension, units: Mapping[str, str], name: Callable[[str | None], str]) -> ExtensionLine:
    return ExtensionLine(
        clock=row.clock_name,
        title=CLOCK.get(row.clock_name, row.clock_name),
        amount=_amount(row.amount, units.get(row.clock_name, '')),
        reason=row.reason,
        notice=row.notice,
        granted_by=name(row.granted_by),
        granted_at=row.granted_at,
    )


def _amount(amount: int, clock_limit: str) -> str:
    try:
        limit = limit_of(clock_limit)
    except LimitError:
        return str(amount)
    return str(Limit(amount, limit.unit)) if isinstance(limit, Limit) else str(amount)


def _recomputation(
    row: StoredEvent, name: Callable[[str | None], str], edition: Edition, last_day: Callable[[datetime], date]
) -> Recomputation:
    def day(text: str | None) -> date | None:
        return last_day(datetime.fromisoformat(text)) if text else None

    changes = row.data.get('changes') or []
    moved = [RecountedLimit(_title(change, edition), day(change.get('old')), day(change.get('new'))) for change in changes]
    return Recomputation(row.at, name(row.by), cause_in_words(str(row.data.get('cause') or '')), moved)


def _title(change: Mapping[str, Any], edition: Edition) -> str:
    if 'clock' in change:
        return CLOCK.get(change['clock'], str(change['clock']))
    return edition.name_of(change.get('timer')) or str(change.get('timer'))


def cause_in_words(cause: str) -> str:
    """Why dates were computed anew; a cause that somebody wrote stays as it was written."""
    first, _, rest = cause.partition(' ')
    if first == 'extension':
        clock = rest.removeprefix('of ')
        return said('{clock}延长', '{clock} extended', clock=CLOCK.get(clock, clock))
    if rest == 'set':
        return said('{clock}重新起算', '{clock} begins anew', clock=CLOCK.get(first, first))
    return _CAUSES.get(first, cause)


_CAUSES: Mapping[str, Word] = {
    'stop': Word('期限暂停', 'The clock was stopped'),
    'resume': Word('期限恢复', 'The clock goes on'),
    'doctor': Word('核对后重新计算', 'Counted anew after a check'),
    'timer': Word('计时器改期', 'A timer was moved'),
    '': Word('办理推进', 'The case went on'),
}
