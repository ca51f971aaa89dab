"""The limit of one timer as it is written: can it be read, does it fit its place, is it over before it begins?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from engine.bpmn.check.calendar import OFFICE, day_text, first_too_short
from engine.bpmn.check.view import ItemRules, View
from engine.bpmn.edits import Fix, SetText
from engine.bpmn.model import Element, EventDefinition
from engine.bpmn.navigation import trigger
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import office
from engine.bpmn.rulebook import steps as rules
from engine.words import Word
from engine.worktime import Base, Cron, Duration, Limit, LimitError, LimitExpr, Moment, Relative, Repeat, due, parse_limit, shipped_calendar

BASES = {Base.PROMISE: Word('承诺期限', 'promise'), Base.STATUTORY: Word('法定期限', 'statutory limit')}
_EASTMOST = timezone(timedelta(hours=14))
_FAR = datetime(9000, 1, 1, tzinfo=UTC)


def limit(view: View, element: Element, event: EventDefinition) -> Iterator[Problem]:
    """Problems of a timer whose limit is plain text."""
    if not event.expression:
        yield view.say(rules.TIMER_EMPTY, element)
        return
    try:
        read = parse_limit(event.expression)
        within_time(read)
    except LimitError as error:
        fixes = [_write(element, event, error.write)] if error.write else []
        yield view.say(rules.TIMER_LIMIT_UNREADABLE, element, why=error.zh, why_en=error.en, fixes=fixes)
        return
    if isinstance(read, Repeat):
        yield from _repeat(view, element, event.expression, read)
    elif event.timer_type == 'timeCycle':
        why, why_en = '周期应写作 R3/PT1H、R/P1D 或 cron', 'a cycle is written like R3/PT1H, R/P1D or cron'
        fixes = [_write(element, event, f'R/{read}')] if isinstance(read, Limit | Duration) else []
        yield view.say(rules.TIMER_LIMIT_UNREADABLE, element, why=why, why_en=why_en, fixes=fixes)
    if begins_process(view, element):
        yield from _start(view, element, read)
    elif isinstance(read, Relative) and view.item is not None:
        yield from _relative(view, view.item, element, read)


def _write(element: Element, event: EventDefinition, text: str) -> Fix:
    edit = SetText(element.id, event.timer_type or 'timeDuration', text)
    return Fix(f'期限改写为 {text}', f'Write the limit as {text}', (edit,))


def _repeat(view: View, element: Element, text: str, read: Repeat) -> Iterator[Problem]:
    if not may_repeat(view, element):
        yield view.say(rules.TIMER_REPEAT_MISPLACED, element, found=text)
    if read.rounded:
        yield view.say(rules.TIMER_ROUNDED, element, found=text)
    if isinstance(read.each, Cron) and read.each.weekdays is not None:
        words = read.each.words
        yield view.say(rules.TIMER_BY_WEEKDAYS, element, found=text, words=words, words_en=words.en)
    last = _last(read)
    if last is not None and view.house.now is not None and last <= view.house.now:
        yield view.say(rules.TIMER_OVER, element, found=text, last=day_text(last))


def begins_process(view: View, element: Element) -> bool:
    """Whether the element is a start event of a process, not of a subprocess."""
    return element.kind == 'startEvent' and element.scope == view.process.id


def _start(view: View, element: Element, read: LimitExpr) -> Iterator[Problem]:
    """A timer that starts a process: counted from when the version comes into force."""
    if isinstance(read, Relative):
        why, why_en = '还没有办件，没有承诺或法定期限可依', 'there is no case yet, and no promise or statutory limit'
        yield view.say(rules.TIMER_START_UNCOUNTED, element, found=read, why=why, why_en=why_en)
    elif isinstance(read, Moment) and view.house.now is not None and read.at(OFFICE.zone) <= view.house.now:
        yield view.say(rules.TIMER_OVER, element, found=read, last=day_text(read.at(OFFICE.zone)))
    if view.called:
        why, why_en = '被调用的流程由调用它的环节启动', 'a called process is started by the step that calls it'
        yield view.say(rules.TIMER_START_UNCOUNTED, element, found=read, why=why, why_en=why_en)


def may_repeat(view: View, element: Element) -> bool:
    """Whether a timer can fire again: beside an activity or a scope that goes on."""
    if element.kind == 'startEvent':
        handler = view.diagram.elements.get(element.scope)
        return handler is None or (not element.interrupting and trigger(view.diagram, handler) is element)
    return element.kind == 'boundaryEvent' and not element.interrupting


def _last(read: Repeat) -> datetime | None:
    """When the last occurrence is that does not depend on the case; None when there is no such."""
    if read.start is None or read.count is None:
        return None
    start = read.start.at(OFFICE.zone)
    try:
        return due(start - timedelta(seconds=1), read, shipped_calendar(), OFFICE, occurrence=read.count).due_at
    except LimitError:  # it cannot be counted so far
        return None


def _relative(view: View, item: ItemRules, element: Element, read: Relative) -> Iterator[Problem]:
    text = item.promise if read.base is Base.PROMISE else item.statutory
    base = BASES[read.base]
    if not text:
        yield view.say(office.PROMISE_UNDEFINED, element, found=read.base.value)
        return
    found = first_too_short(read, text) if read.earlier else None
    if found is not None and read.offset is not None:
        facts = {'limit': text, 'offset': read.offset, 'offset_en': read.offset.en, 'start': day_text(found.start), 'end': found.end}
        yield view.say(office.LIMIT_BEFORE_ITS_BEGINNING, element, found=read, base=base, base_en=base.en, **facts)


def within_time(limit: LimitExpr) -> None:
    """Raises LimitError for a limit that leaves the calendar in the next thousand years, whichever day it is counted from."""
    if isinstance(limit, Moment):
        limit.at(UTC)
        limit.at(_EASTMOST)
    elif isinstance(limit, Duration):
        limit.after(_FAR, UTC)
    elif isinstance(limit, Relative) and limit.offset is not None:
        within_time(limit.offset)
    elif isinstance(limit, Repeat):
        times = limit.count or 1
        if isinstance(limit.each, Duration):
            within_time(limit.each.times(times))
        elif isinstance(limit.each, Limit):
            within_time(Limit(limit.each.amount * times, limit.each.unit))
        if limit.start is not None:
            within_time(limit.start)
