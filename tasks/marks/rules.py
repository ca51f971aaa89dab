"""The rules of electronic supervision (电子监察) as data and pure functions: which mark for what, and when a limit turns amber.

Source: domain §8b (a city's eight triggers; colours 成都, 泉州, 广东 2007), S-57, S-58.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from engine import Hall
from engine.worktime import Duration, Limit, LimitExpr, Moment, Unit, remaining, working_time_between

RULES: Mapping[int, str] = {
    1: '符合条件的申请未予受理',
    2: '超过办结期限',
    3: '总时限内个别环节超时',
    4: '下级审查未按时上报',
    5: '不予许可未说明理由',
    6: '应网上办理而线下办理',
    7: '超目录、超标准收费',
    8: '其他违规',
}
COLOUR: Mapping[str, str] = {'amber': '预警', 'yellow': '黄牌', 'red': '红牌'}
FAULT: Mapping[str, str] = {'inaction': '不作为', 'wrong': '乱作为', 'slow': '缓作为'}
STATE: Mapping[str, str] = {
    'raised': '待答复',
    'moved': '已失时效',
    'closed': '已了结',
    'replied': '待处理',
    'disposed': '已处理',
    'withdrawn': '已撤销',
}
AMBER_STATE: Mapping[str, str] = {'raised': '临期', 'moved': '到期日已后移', 'closed': '已了结', 'withdrawn': '已撤销'}
DISPOSITION: Mapping[str, str] = {
    'noted': '提醒',
    'talk': '约谈',
    'rectify': '责令限期整改',
    'criticism': '通报批评',
    'accountability': '责任追究',
}
LEVEL: Mapping[str, str] = {'person': '经办人', 'unit': '责任单位', 'unit_head': '单位负责人'}
RED_RULES = frozenset({1, 5, 7})
WRONG_RULES = frozenset({5, 6, 7})
LAWFUL_DELIVERY = 10
"""Workdays within which a decision must be delivered (行政许可法 art. 44): a hall that promises less has broken a promise, no law."""
LAST_DAY_CHOICES = 400


@dataclass(frozen=True)
class Thresholds:
    """A hall's settings. Amber at `amber_days` working days left or fewer, or at `amber_percent` of the limit or less; marks are
    answered within `reply_workdays`."""

    amber_days: int = 1
    amber_percent: int = 20
    reply_workdays: int = 3


def of_clock(name: str, limit: LimitExpr) -> tuple[int, str]:
    """Rule and colour of a broken clock: yellow for the promise, red for what a law sets (受理 art. 32, 决定 art. 42, 送达 art. 44)."""
    if name == 'notify':
        return 1, 'red'
    if name == 'statutory':
        return 2, 'red'
    lawful = name == 'delivery' and isinstance(limit, Limit) and limit.unit is Unit.WORKDAY and limit.amount >= LAWFUL_DELIVERY
    return 2, 'red' if lawful else 'yellow'


def by_hand(rule: int, fault: str | None = None) -> tuple[str, str]:
    """Colour and fault a supervisor's own mark begins with."""
    colour = 'red' if rule in RED_RULES else 'yellow'
    return colour, fault or ('wrong' if rule in WRONG_RULES else 'slow' if rule in (3, 4) else 'inaction')


def is_amber(now: datetime, due_at: datetime, anchor: datetime, limit: LimitExpr, *, hall: Hall, at: Thresholds) -> bool:
    """Whether so little is left of a running limit that it must be said: reckoned from scratch; `warn_at` gives the same answer early.

    `limit` has its extensions in it. Working hours and wall-clock limits know only the share.
    """
    if now >= due_at:
        return False
    if not isinstance(limit, Limit):
        return bool((due_at - now) * 100 <= (due_at - anchor) * at.amber_percent)
    if limit.unit is Unit.WORKHOUR:
        left = working_time_between(now, due_at, hall.calendar, hall.office)
        return bool(left * 100 <= timedelta(hours=limit.amount) * at.amber_percent)
    if _too_short(limit, at):
        return False
    days = remaining(now, due_at, hall.calendar, hall.office) or 0
    left_days = days if limit.unit is Unit.WORKDAY else (hall.office.last_day_of(due_at) - hall.office.local(now).date()).days
    return days <= at.amber_days or left_days * 100 <= limit.amount * at.amber_percent


def warn_at(due_at: datetime, anchor: datetime, limit: LimitExpr, hall: Hall, at: Thresholds) -> datetime | None:
    """The first instant at which a running limit is amber, in the hall's zone; None when it never is.

    A limit that would be amber from its first day (一个工作日) has none: such a mark would say nothing.
    """
    if not isinstance(limit, Limit):
        return None if isinstance(limit, Moment) and due_at <= anchor else due_at - (due_at - anchor) * at.amber_percent / 100
    if limit.unit is Unit.WORKHOUR:
        return _hours_before(due_at, timedelta(hours=limit.amount) * at.amber_percent / 100, hall)
    if _too_short(limit, at):
        return None
    last = hall.office.last_day_of(due_at)
    share = limit.amount * at.amber_percent // 100
    first = _workdays_before(last, max(at.amber_days, share if limit.unit is Unit.WORKDAY else 0), hall)
    if limit.unit is Unit.DAY:
        first = min(first, last - timedelta(days=share))
    return datetime.combine(first, time(), tzinfo=hall.office.zone)


def watchable(limit: LimitExpr) -> bool:
    """Whether a limit has a length of its own; `promise - 1个工作日` reads another clock, a cycle is no limit."""
    return isinstance(limit, Limit | Duration | Moment)


def _too_short(limit: Limit, at: Thresholds) -> bool:
    return limit.amount <= at.amber_days


def _workdays_before(last: date, count: int, hall: Hall) -> date:
    """The earliest date after which only `count` working days are left up to and including `last`."""
    day = last
    while True:
        count -= hall.calendar.is_working(day)
        if count < 0:
            return day
        day -= timedelta(days=1)


def _hours_before(due_at: datetime, left: timedelta, hall: Hall) -> datetime:
    """The earliest instant at which only so much office time is left before `due_at`."""
    day = hall.office.local(due_at).date()
    while True:
        spans: Sequence[tuple[datetime, datetime]] = hall.office.opening(day) if hall.calendar.is_working(day) else ()
        for opens, closes in reversed(spans):
            closes = min(closes, due_at)
            if closes <= opens:
                continue
            if closes - opens > left:
                return closes - left
            left -= closes - opens
        day -= timedelta(days=1)


def next_opening(now: datetime, hall: Hall) -> datetime:
    """`now` within office hours of a working day, else the next moment the hall opens: nobody is reminded on a day of rest."""
    day = hall.office.local(now).date()
    for ahead in range(LAST_DAY_CHOICES):
        date_ = day + timedelta(days=ahead)
        if not hall.calendar.is_working(date_):
            continue
        for opens, closes in hall.office.opening(date_):
            if now < closes:
                return max(now, opens)
    raise ValueError(f'Expected a working day within {LAST_DAY_CHOICES} days after {day}, but the calendar has none')


def cause_zh(cause: str) -> str:
    """Why a due date moved, in Chinese: the engine's causes are `extension of promise`, `stop 3`, `resume 3`; others are shown as said."""
    for word, zh in _CAUSES.items():
        if cause.startswith(word):
            return zh
    return cause or '重新计算'


_CAUSES: Mapping[str, str] = {'extension': '延长期限', 'stop': '期限暂停', 'resume': '期限恢复计算', 'calendar': '工作日历变更'}
