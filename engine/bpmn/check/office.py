"""The hall's side of a diagram: windows, forms, notices, and the properties for clocks, milestones, signatures and silence."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator

from engine.bpmn.check.view import View
from engine.bpmn.model import Element
from engine.bpmn.problem import Problem
from engine.bpmn.read_node import ACTIVITIES, SUBPROCESSES
from engine.bpmn.rulebook import office as rules
from engine.forms import FormError, convert_form_data, parse_form
from engine.worktime import STOP_KINDS

MILESTONES = ('received', 'accepted', 'decided', 'delivered')
SILENCE = ('warn', 'escalate', 'deemed_pass', 'deemed_grant', 'deemed_renew')
REFUSALS = {'refused', 'not_accepted', 'rejected'}
STOPPING = {'userTask', 'receiveTask', 'manualTask', 'callActivity'} | SUBPROCESSES


def _is_timer(element: Element) -> bool:
    return element.kind == 'boundaryEvent' and any(event.kind == 'timer' for event in element.events)


_Place = tuple[Callable[[Element], bool], str, str]
PLACES: dict[str, _Place] = {
    'clock': (lambda e: e.kind in STOPPING, '用户任务、接收任务或子流程', 'user tasks, receive tasks and subprocesses'),
    'stop_kind': (lambda e: e.kind in STOPPING, '用户任务、接收任务或子流程', 'user tasks, receive tasks and subprocesses'),
    'milestone': (lambda e: not e.kind.endswith('Gateway'), '活动或事件', 'activities and events'),
    'on_expiry': (_is_timer, '边界定时事件', 'boundary timers'),
    'signers': (lambda e: e.kind == 'userTask', '用户任务', 'user tasks'),
    'not_by': (lambda e: e.kind == 'userTask', '用户任务', 'user tasks'),
    'result': (lambda e: e.kind == 'endEvent', '结束事件', 'end events'),
}
KNOWN = (*PLACES, 'basis', 'notice', 'hint')


def office(view: View) -> Iterator[Problem]:
    """Problems of windows, forms, notices and properties."""
    for element in view.elements:
        yield from _properties(view, element)
        if element.kind in {'userTask', 'manualTask'}:
            yield from _window(view, element)
        if element.kind in {'userTask', 'startEvent', 'manualTask'}:
            yield from _form(view, element)
        if element.properties.get('clock') == 'stopped' and element.kind in STOPPING:
            yield from _stop(view, element)
        if _is_timer(element):
            yield from _silence(view, element)
        if not view.lone:
            yield from _outcome(view, element)


def _properties(view: View, element: Element) -> Iterator[Problem]:
    for key, value in element.properties.items():
        place = PLACES.get(key)
        if place is not None:
            if not place[0](element):
                yield view.say(rules.PROPERTY_MISPLACED, element, key=key, expected=place[1], expected_en=place[2])
            else:
                yield from _value(view, element, key, value)
        elif key not in KNOWN:
            near = difflib.get_close_matches(key, KNOWN, 1, 0.8)
            if near:
                yield view.say(rules.PROPERTY_UNKNOWN, element, key=key, near=near[0])


def _value(view: View, element: Element, key: str, value: str) -> Iterator[Problem]:
    choices = {'clock': ('stopped',), 'stop_kind': tuple(STOP_KINDS), 'milestone': MILESTONES, 'on_expiry': SILENCE}.get(key)
    if choices is not None and value not in choices:
        yield view.say(rules.PROPERTY_VALUE, element, key=key, expected=' / '.join(choices), found=value)
    elif key == 'signers' and not (value.isascii() and value.isdigit() and 1 <= int(value) <= 99):
        zh, en = '1 至 99 的整数', 'a whole number from 1 to 99'
        yield view.say(rules.PROPERTY_VALUE, element, key=key, expected=zh, expected_en=en, found=value)
    elif key == 'result' and not value:
        yield view.say(rules.PROPERTY_VALUE, element, key=key, expected='结果代码', expected_en='the code of an outcome', found=value)
    elif key == 'not_by':
        for name in (part.strip() for part in value.split(',')):
            other = view.diagram.elements.get(name)
            if other is None or other.kind != 'userTask' or other.process != view.process.id or other.id == element.id:
                yield view.say(rules.NOT_BY_UNKNOWN, element, found=name)


def _window(view: View, element: Element) -> Iterator[Problem]:
    group = view.group(element)
    if not group:
        if not element.attrs.get('assignee') and not element.attrs.get('candidateUsers'):
            yield view.say(rules.WINDOW_MISSING_LONE if view.lone else rules.WINDOW_MISSING, element)
        return
    if '{' in group or view.item is None:
        return
    for name in groups_of(group):
        if name == 'applicant':
            continue
        window = view.item.window(name)
        if window is None:
            yield view.say(rules.WINDOW_UNKNOWN, element, found=name)
        elif view.house.windows is not None and window.id not in view.house.windows:
            yield view.say(rules.WINDOW_NOT_IN_HALL, element, found=window.id)
        elif element.properties.get('milestone') == 'decided' and window.authority != 'decide':
            yield view.say(rules.WINDOW_AUTHORITY, element, found=window.name, authority=window.authority)


def groups_of(text: str) -> list[str]:
    """The candidate groups of an attribute, separated by commas."""
    return [part.strip() for part in text.split(',') if part.strip()]


def _form(view: View, element: Element) -> Iterator[Problem]:
    reference = element.form_ref
    if reference and '{' in reference:
        yield view.say(rules.FORM_MISSING_LONE if view.lone else rules.FORM_MISSING, element, found=reference)
    elif reference:
        if view.bundle.form(reference) is None:
            yield view.say(rules.FORM_MISSING_LONE if view.lone else rules.FORM_MISSING, element, found=reference)
    elif element.form_fields:
        try:
            convert_form_data(element.form_fields)
        except FormError as error:
            for problem in error.problems:
                yield view.say(
                    rules.FORM_UNREADABLE, element, form=f'formData {problem.key or ""}'.strip(), why=problem.zh, why_en=problem.message
                )


def _stop(view: View, element: Element) -> Iterator[Problem]:
    if 'stop_kind' not in element.properties:
        yield view.say(rules.STOP_KIND_MISSING, element)
    if not any(_is_timer(boundary) for boundary in view.boundaries.get(element.id, ())):
        yield view.say(rules.STOP_WITHOUT_EXIT, element)


def _silence(view: View, element: Element) -> Iterator[Problem]:
    outcome = element.properties.get('on_expiry', '')
    if outcome.startswith('deemed_') and not element.properties.get('basis'):
        yield view.say(rules.BASIS_MISSING, element, found=outcome)
    if view.item is not None and outcome == 'deemed_grant' and view.item.safety:
        yield view.say(rules.DEEMED_GRANT_SAFETY, element)
    if view.item is not None and outcome == 'deemed_renew' and not view.item.renewal:
        yield view.say(rules.DEEMED_RENEW_MISPLACED, element)


def _outcome(view: View, element: Element) -> Iterator[Problem]:
    for notice in groups_of(element.properties.get('notice', '')):
        if f'notices/{notice.removesuffix(".html")}.html' not in view.bundle.files:
            yield view.say(rules.NOTICE_MISSING, element, found=notice.removesuffix('.html'))
    if element.kind != 'endEvent' or element.scope != view.process.id or not view.main:
        return
    result = element.properties.get('result')
    if result is None and _ends_the_case(view, element):
        yield view.say(rules.RESULT_MISSING, element)
    if result in REFUSALS and view.item is not None and view.item.filing:
        yield view.say(rules.FILING_REFUSES, element)


def _ends_the_case(view: View, element: Element) -> bool:
    """Not the end of a side path that begins at a non-interrupting boundary event while the case goes on."""
    seen: set[str] = set()
    queue = [element]
    while queue:
        at = queue.pop()
        if at.id in seen:
            continue
        seen.add(at.id)
        if at.kind == 'boundaryEvent' and not at.interrupting:
            continue
        if at.kind == 'startEvent' or (not at.incoming and at.kind != 'boundaryEvent'):
            return True
        queue.extend(view.diagram.elements[flow.source] for flow in view.into(at) if flow.source in view.diagram.elements)
        host = view.diagram.elements.get(at.attached_to or '')
        if host is not None and host.kind in ACTIVITIES:
            queue.append(host)
    return False


def forms(view: View, used: set[str]) -> Iterator[Problem]:
    """Every form file of the bundle is readable and used by some step."""
    for path, content in sorted(view.bundle.files.items()):
        if not path.endswith('.form'):
            continue
        try:
            parse_form(content)
        except FormError as error:
            for problem in error.problems:
                yield rules.FORM_UNREADABLE.at(
                    problem.id or None,
                    1,
                    problem.key or '',
                    file=path,
                    form=path,
                    why=f'{problem.where}：{problem.zh}',
                    why_en=f'{problem.where}: {problem.message}',
                )
        if path not in used:
            yield rules.FORM_UNUSED.at(None, 1, file=path, form=path)
