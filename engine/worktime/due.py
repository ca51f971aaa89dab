"""The due date of a clock, why it is that date, and what it would be if the clock were started again.

Everything here is a pure function of the ledger: anchor, limit, calendar, office, stops, extensions. Nothing reads the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo
from itertools import islice
from typing import NamedTuple

from engine.words import Word, joined
from engine.worktime.calendar import Calendar
from engine.worktime.counting import DateStep, Verdict, dates_after, walk
from engine.worktime.cron import Cron
from engine.worktime.errors import LimitError
from engine.worktime.hours import hours_before
from engine.worktime.ledger import Extension, Office, Stop
from engine.worktime.limits import Duration, Limit, LimitExpr, Moment, Relative, Repeat, Unit
from engine.worktime.stoppage import Stoppage

WEEKDAYS = tuple(
    Word(zh, en)
    for zh, en in (('周一', 'Mon'), ('周二', 'Tue'), ('周三', 'Wed'), ('周四', 'Thu'), ('周五', 'Fri'), ('周六', 'Sat'), ('周日', 'Sun'))
)
VERDICTS: Mapping[str, Word] = {
    'anchor': Word('起算日，不计', 'First day, not counted'),
    'counted': Word('计入', 'Counted'),
    'rest': Word('休息日', 'Day of rest'),
    'stopped': Word('停走', 'Clock stopped'),
    'rolled': Word('顺延', 'Carried over'),
}


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit runs out. `due_at` is exclusive (on time means strictly before it) and None while an open stop holds the clock.

    `last_day` is the last local date on time; `rolled_from` the rest day a natural-day limit would have ended on; `provisional` says
    that the date rests on a year whose holidays are not announced yet.
    """

    due_at: datetime | None
    last_day: date | None
    provisional: bool = False
    rolled_from: date | None = None

    @property
    def stopped(self) -> bool:
        """Whether an open stop keeps the limit from having a date."""
        return self.due_at is None


@dataclass(frozen=True, slots=True)
class DayLine:
    """One date of an explanation.

    `number` is its place among the counted dates; `worked` its counted office time (working-hour limits only); `name` what the calendar
    calls it; `reason` why the clock stood still; `ends_at` is set on the last line, where the limit ends.
    """

    date: date
    verdict: Verdict
    number: int | None
    name: str
    reason: str
    source: str
    provisional: bool
    worked: timedelta | None
    stops: tuple[Stop, ...]
    ends_at: datetime | None

    @property
    def weekday(self) -> str:
        """周一 … 周日."""
        return WEEKDAYS[self.date.weekday()]

    @property
    def minutes(self) -> float | None:
        """The counted office time in minutes; None for limits not in working hours."""
        return None if self.worked is None else self.worked / timedelta(minutes=1)

    def as_dict(self) -> dict[str, object]:
        """The line as JSON-ready values; times in ISO 8601 with offset."""
        return {
            'date': self.date.isoformat(),
            'weekday': self.weekday,
            'verdict': self.verdict.value,
            'number': self.number,
            'minutes': self.minutes,
            'name': self.name,
            'reason': self.reason,
            'source': self.source,
            'provisional': self.provisional,
            'ends_at': self.ends_at.isoformat() if self.ends_at else None,
        }


def due(
    anchor: datetime,
    limit: LimitExpr,
    calendar: Calendar,
    office: Office,
    stops: Sequence[Stop] = (),
    *,
    extensions: Sequence[Extension] = (),
    occurrence: int = 1,
) -> Due:
    """When `limit`, running from `anchor`, ends. Each extension adds its amount once, in the limit's own unit.

    Wall-clock limits (Duration, Moment) disregard stops and refuse extensions. Of a Repeat, `occurrence` (from 1) says which one; it is
    counted from the anchor, or from its own start, so none drifts or depends on when the earlier ones were handled. What its start puts
    before the anchor never is: a lower occurrence is the first one after it. LimitError for a Relative (use `relative_due`), an
    occurrence past the count, or a limit that cannot be counted. ValueError for times without a zone.
    """
    ground = _Ground(calendar, office, Stoppage(stops, office))
    return ground.due(*_settle(office.local(anchor), limit, ground, extensions, occurrence))


def explain(
    anchor: datetime,
    limit: LimitExpr,
    calendar: Calendar,
    office: Office,
    stops: Sequence[Stop] = (),
    *,
    extensions: Sequence[Extension] = (),
    occurrence: int = 1,
    until: date | None = None,
) -> list[DayLine]:
    """Every date from the anchor's to the last, each with its verdict; the last line's `ends_at` is `due(...).due_at`.

    While an open stop holds the clock the lines go on to `until` (usually today), at least to the date the stop began, and none has
    `ends_at`. A wall-clock limit has two lines, the anchor's date and the last (one, when they are the same).
    """
    ground = _Ground(calendar, office, Stoppage(stops, office))
    start, plain = _settle(office.local(anchor), limit, ground, extensions, occurrence)
    if isinstance(plain, Limit):
        return [_line(step, calendar, ground.stoppage) for step in walk(start, plain, *ground, until=until)]
    due_at = _wall_clock(start, plain, office)
    last = office.last_day_of(due_at)
    ending = DateStep(last, Verdict.ANCHOR if last == start.date() else Verdict.COUNTED, ends_at=due_at)
    steps = [ending] if last <= start.date() else [DateStep(start.date(), Verdict.ANCHOR), ending]
    return [_line(step, calendar, Stoppage((), office)) for step in steps]


def if_resumed(
    anchor: datetime,
    limit: LimitExpr,
    calendar: Calendar,
    office: Office,
    stops: Sequence[Stop] = (),
    *,
    as_of: datetime,
    extensions: Sequence[Extension] = (),
    occurrence: int = 1,
) -> Due:
    """The due date if every open stop ended at `as_of`: what a page shows while the clock stands still."""
    ended = [replace(stop, end=as_of) if stop.end is None else stop for stop in stops if stop.end is not None or stop.start <= as_of]
    return due(anchor, limit, calendar, office, ended, extensions=extensions, occurrence=occurrence)


def relative_due(
    relative: Relative,
    anchor: datetime,
    limit: LimitExpr,
    calendar: Calendar,
    office: Office,
    *,
    stops: Sequence[Stop] = (),
    extensions: Sequence[Extension] = (),
) -> Due:
    """When `relative` falls, the other arguments being the ledger of the clock it leans on (the case's promise or statutory clock).

    An offset in the clock's own unit changes the amount (a promise of 7 workdays minus 1 is 6 workdays from the same anchor, under the
    same stops and extensions). Any other offset moves the clock's end by as many dates, or as much office time, as that unit counts.
    LimitError when the offset leaves nothing of the limit.
    """
    offset = relative.offset
    if isinstance(limit, Limit) and isinstance(offset, Limit) and limit.unit is offset.unit:
        granted = sum(extension.amount for extension in extensions)
        return due(anchor, limit.plus(granted + relative.sign * offset.amount), calendar, office, stops)
    base = due(anchor, limit, calendar, office, stops, extensions=extensions)
    if offset is None or base.due_at is None or base.last_day is None:
        return base
    stoppage = Stoppage(stops, office)
    if isinstance(offset, Duration):
        due_at = offset.after(base.due_at, office.zone, relative.sign)
    elif offset.unit is Unit.WORKHOUR and not relative.earlier:
        return due(base.due_at, offset, calendar, office, stops)
    elif offset.unit is Unit.WORKHOUR:
        due_at = hours_before(base.due_at, timedelta(hours=offset.amount), calendar, office, stoppage)
    else:
        due_at = office.end_of(_dates_away(base.last_day, offset, relative.sign, calendar, stoppage))
    last = office.last_day_of(due_at)
    return Due(due_at, last, base.provisional or calendar.provisional(last))


class _Ground(NamedTuple):
    """What dates are counted on."""

    calendar: Calendar
    office: Office
    stoppage: Stoppage

    def due(self, start: datetime, plain: Limit | Duration | Moment) -> Due:
        """When a plain limit ends."""
        if isinstance(plain, Limit):
            return _read_off(walk(start, plain, *self), plain.unit, self.calendar)
        due_at = _wall_clock(start, plain, self.office)
        return Due(due_at, self.office.last_day_of(due_at))


def _settle(
    start: datetime, limit: LimitExpr, ground: _Ground, extensions: Sequence[Extension], occurrence: int
) -> tuple[datetime, Limit | Duration | Moment]:
    """The anchor and the plain limit that stand for `limit`, its occurrence and its extensions."""
    if isinstance(limit, Relative):
        raise LimitError(f'“{limit}”须参照办件的时限计算', f'"{limit}" can only be counted from the clock it leans on')
    plain: Limit | Duration | Moment
    if isinstance(limit, Repeat):
        start, plain = _occurrence(start, limit, ground, occurrence)
    elif occurrence != 1:
        raise LimitError(f'“{limit}”不重复', f'"{limit}" does not repeat')
    else:
        plain = limit
    if not extensions:
        return start, plain
    if not isinstance(plain, Limit):
        raise LimitError(f'“{limit}”按自然时间计算，不能延长', f'"{limit}" is wall-clock time and cannot be extended')
    return start, plain.plus(sum(extension.amount for extension in extensions))


def _occurrence(anchor: datetime, repeat: Repeat, ground: _Ground, number: int) -> tuple[datetime, Limit | Duration | Moment]:
    if number < 1 or (repeat.count is not None and number > repeat.count):
        raise LimitError(f'“{repeat}”没有第 {number} 次', f'"{repeat}" has no occurrence {number}')
    zone = ground.office.zone
    if repeat.start is None:
        return anchor, _times(repeat, number, anchor, zone)
    start = repeat.start.at(zone)

    def due_at(occurrence: int) -> datetime | None:
        return start if occurrence == 1 else ground.due(start, _times(repeat, occurrence - 1, start, zone)).due_at

    first = passed_by(repeat, anchor, due_at) + 1
    if repeat.count is not None and first > repeat.count:
        raise LimitError(f'“{repeat}”在开始等待前已全部过去', f'"{repeat}" was over before it began to wait')
    number = max(number, first)
    return (anchor, repeat.start) if number == 1 else (start, _times(repeat, number - 1, start, zone))


def _times(repeat: Repeat, number: int, start: datetime, zone: tzinfo) -> Limit | Duration | Moment:
    """The plain limit after which the `number`th interval from `start` ends."""
    if isinstance(repeat.each, Cron):
        at = repeat.each.after(start, number, zone)
        return Moment(at.date(), at.timetz())
    if isinstance(repeat.each, Limit):
        return Limit(repeat.each.amount * number, repeat.each.unit)
    return repeat.each.times(number)


def passed_by(repeat: Repeat, moment: datetime, due_at: Callable[[int], datetime | None], known: int = 0) -> int:
    """The last occurrence of a repetition that is due by `moment`, not before `known`; 0 when none is.

    `due_at` tells when an occurrence is due, None while it stands still; a later one is never due earlier.
    """

    def passed(occurrence: int) -> bool:
        if repeat.count is not None and occurrence > repeat.count:
            return False
        try:
            found = due_at(occurrence)
        except LimitError:  # beyond what can be counted
            return False
        return found is not None and found <= moment

    low, step = known, 1
    while passed(low + step):
        low, step = low + step, step * 2
    while step > 1:  # `low` has passed, `low + step` has not
        step //= 2
        if passed(low + step):
            low += step
    return low


def _wall_clock(start: datetime, limit: Duration | Moment, office: Office) -> datetime:
    return limit.at(office.zone) if isinstance(limit, Moment) else limit.after(start, office.zone)


def _read_off(steps: Iterator[DateStep], unit: Unit, calendar: Calendar) -> Due:
    first = next(steps)
    last, last_counted = first, first.day
    for last in steps:
        if last.verdict is Verdict.COUNTED:
            last_counted = last.day
    # Natural days need the calendar only to see whether the last one is a rest day.
    decisive = last_counted if unit is Unit.DAY else first.day + timedelta(days=unit is Unit.WORKDAY)
    provisional = any(year not in calendar.announced for year in range(decisive.year, last.day.year + 1))
    if last.ends_at is None:
        return Due(None, None, provisional)
    return Due(last.ends_at, last.day, provisional, last_counted if last.verdict is Verdict.ROLLED else None)


def _line(step: DateStep, calendar: Calendar, stoppage: Stoppage) -> DayLine:
    day = calendar.day(step.day)
    stops = stoppage.on(step.day) if step.verdict is Verdict.STOPPED or step.worked is not None else ()
    return DayLine(
        date=step.day,
        verdict=step.verdict,
        number=step.number,
        name=day.name,
        reason=joined(dict.fromkeys(stop.label for stop in stops), '；', '; '),
        source=day.source,
        provisional=calendar.provisional(step.day),
        worked=step.worked,
        stops=stops,
        ends_at=step.ends_at,
    )


def _dates_away(last_day: date, offset: Limit, sign: int, calendar: Calendar, stoppage: Stoppage) -> date:
    every = offset.unit is Unit.DAY
    counting = (day for day in dates_after(last_day, sign) if (every or calendar.is_working(day)) and not stoppage.touches(day))
    return next(islice(counting, offset.amount - 1, None))
