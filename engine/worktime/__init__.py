"""Working time: limits, the hall's calendar, stops and extensions, and the due dates that follow from them.

Pure functions over immutable values, standard library only; nothing here reads the clock. Every time that goes in has a time zone and
every time that comes out is in the hall's.
"""

from engine.worktime.announcements import CalendarError, Day, day_name, parse_notice
from engine.worktime.calendar import Calendar, shipped_calendar
from engine.worktime.counting import Verdict
from engine.worktime.cron import Cron
from engine.worktime.due import VERDICTS, WEEKDAYS, DayLine, Due, due, explain, if_resumed, passed_by, relative_due
from engine.worktime.errors import LimitError
from engine.worktime.grammar import longer, parse_limit
from engine.worktime.hours import hours_before, next_morning, next_opening
from engine.worktime.ledger import STOP_KINDS, Extension, Office, Stop
from engine.worktime.limits import MAX_COUNTED_DAYS, Base, Duration, Limit, LimitExpr, Moment, Relative, Repeat, Unit
from engine.worktime.remaining import remaining, workdays_between, working_time_between
from engine.worktime.tables import decoded, format_calendar_csv, parse_calendar_table
from engine.worktime.urgency import Deadline, Urgency, WarnRule, binds, colour, first_of, left, unit_of, urgency, warn_at, watchable

__all__ = [
    'MAX_COUNTED_DAYS',
    'STOP_KINDS',
    'VERDICTS',
    'WEEKDAYS',
    'Base',
    'Calendar',
    'CalendarError',
    'Cron',
    'Day',
    'DayLine',
    'Deadline',
    'Due',
    'Duration',
    'Extension',
    'Limit',
    'LimitError',
    'LimitExpr',
    'Moment',
    'Office',
    'Relative',
    'Repeat',
    'Stop',
    'Unit',
    'Urgency',
    'Verdict',
    'WarnRule',
    'binds',
    'colour',
    'day_name',
    'decoded',
    'due',
    'explain',
    'first_of',
    'format_calendar_csv',
    'hours_before',
    'if_resumed',
    'left',
    'longer',
    'next_morning',
    'next_opening',
    'parse_calendar_table',
    'parse_limit',
    'parse_notice',
    'passed_by',
    'relative_due',
    'remaining',
    'shipped_calendar',
    'unit_of',
    'urgency',
    'warn_at',
    'watchable',
    'workdays_between',
    'working_time_between',
]
