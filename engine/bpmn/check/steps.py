"""Tasks, loops and calls: does every step say who or what does it, and does every loop end?"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.check.constants import opens_at
from engine.bpmn.check.offers import letters
from engine.bpmn.check.references import of_task
from engine.bpmn.check.view import View
from engine.bpmn.model import Element
from engine.bpmn.navigation import ancestors, catches_error, event_subprocesses, shortest, trigger
from engine.bpmn.problem import Problem, Rule
from engine.bpmn.rulebook import decisions, structure
from engine.bpmn.rulebook import steps as rules
from engine.bpmn.spiff.loops import MAX_INSTANCES
from engine.bpmn.spiff.unbuildable import behavior_fault

WORK = {'serviceTask', 'sendTask', 'businessRuleTask'}


def steps(view: View) -> Iterator[Problem]:
    """Problems of the single steps of the process."""
    for element in view.elements:
        if element.kind == 'task':
            yield view.say(rules.TASK_UNTYPED, element)
        elif element.kind in WORK:
            yield from _work(view, element)
        elif element.kind == 'receiveTask' or (element.kind in {'intermediateThrowEvent', 'endEvent'} and element.handler):
            yield from _message(view, element)
        elif element.kind == 'callActivity':
            yield from _call(view, element)
        elif element.kind == 'endEvent':
            yield from _uncaught(view, element)
        elif element.kind == 'complexGateway' and element.activation and opens_at(element) is None:
            yield view.say(rules.ACTIVATION_NEVER, element, found=element.activation, count=len(element.incoming))
        if element.loop is not None:
            yield from _loop(view, element)


def _work(view: View, element: Element) -> Iterator[Problem]:
    kind = element.attrs.get('type', 'external')
    if kind != 'external':
        zh, en = '请用 topic 指明处理程序', 'name a handler by topic'
        if kind == 'mail':
            zh, en = (
                '本系统不发邮件，请出具文书（topic = issue_document）',
                'no mail is sent here; issue a document (topic = issue_document)',
            )
        fixes = letters(view, element) if kind == 'mail' else ()
        yield view.say(structure.DETAIL_UNSUPPORTED, element, detail=f'type={kind}', why=zh, why_en=en, fixes=fixes)
        return
    handler = element.handler
    known = view.house.handlers is not None and handler in view.house.handlers
    if handler.startswith('decision:') and not known:
        yield from _decision(view, element, handler.removeprefix('decision:'))
    elif not handler and element.kind == 'sendTask':
        yield from _message(view, element)
    elif not handler:
        yield view.say(rules.HANDLER_MISSING, element)
    else:
        yield from _handler(view, element, handler)


def _decision(view: View, element: Element, wanted: str) -> Iterator[Problem]:
    if wanted not in view.decisions:
        yield _absent(view, decisions.DECISION_UNKNOWN, element, ('决策', 'decision'), wanted)
    if not element.result_variable:
        yield view.say(decisions.DECISION_RESULT_MISSING, element)


def _handler(view: View, element: Element, handler: str) -> Iterator[Problem]:
    if view.house.handlers is not None and handler not in view.house.handlers:
        yield view.say(rules.HANDLER_UNKNOWN_LONE if view.lone else rules.HANDLER_UNKNOWN, element, found=handler)
    allowed = view.item.allowed_handlers if view.item is not None else None
    if allowed is not None and handler not in allowed:
        yield view.say(rules.HANDLER_NOT_ALLOWED, element, found=handler)


def _message(view: View, element: Element) -> Iterator[Problem]:
    handler = element.handler
    if handler and element.kind != 'receiveTask':
        yield from _handler(view, element, handler)
        return
    yield from of_task(view, element)


def _call(view: View, element: Element) -> Iterator[Problem]:
    if not element.called:
        if 'caseRef' not in element.attrs:
            yield view.say(rules.CALL_MISSING, element)
    elif '{' in element.called or '}' in element.called:
        yield view.say(rules.CALL_COMPUTED, element, found=element.attrs.get('calledElement', element.called))
    elif element.called not in view.all_processes:
        yield _absent(view, rules.CALL_UNKNOWN, element, ('流程', 'process'), element.called)


def _absent(view: View, rule: Rule, element: Element, kind: tuple[str, str], wanted: str) -> Problem:
    """What the bundle should hold: of a lone file it is to be supplied (D-32)."""
    if view.lone:
        return view.say(rules.TO_BE_SUPPLIED, element, kind=kind[0], kind_en=kind[1], found=wanted)
    return view.say(rule, element, found=wanted)


def _uncaught(view: View, element: Element) -> Iterator[Problem]:
    """An error end event in a subprocess needs a boundary event around it, or an event subprocess beside, that catches its code."""
    event = next((each for each in element.events if each.kind == 'error'), None)
    if event is None or element.scope == view.process.id:
        return
    code = event.code or event.name
    for at in (element, *ancestors(view.diagram, element)):
        beside = () if at.triggered_by_event else event_subprocesses(view.diagram, at.scope)
        if any(catches_error(trigger(view.diagram, handler), code) for handler in beside):
            return
        if any(catches_error(boundary, code) for boundary in view.diagram.boundary_events(at.id)):
            return
    if not view.called:
        yield view.say(rules.ERROR_UNCAUGHT, element, found=code or '—')


def _loop(view: View, element: Element) -> Iterator[Problem]:
    loop = element.loop
    if loop is None:
        return
    if loop.kind == 'standard':
        if not loop.loop_condition and not loop.maximum:
            yield view.say(rules.LOOP_UNBOUNDED, element)
        if loop.maximum is not None and not _whole(loop.maximum, 1):
            facts = {'least': 1, 'most': MAX_INSTANCES, 'found': loop.maximum}
            yield view.say(rules.LOOP_NUMBER, element, place='最大次数', place_en='maximum', **facts)
    elif not loop.collection and not loop.cardinality:
        yield view.say(rules.LOOP_WITHOUT_COLLECTION, element)
    fault = behavior_fault(loop)
    if fault is not None:
        yield view.say(structure.DETAIL_UNSUPPORTED, element, detail=f'behavior={loop.behavior}', why=fault[0], why_en=fault[1])
    for name in ('noneBehaviorEventRef', 'oneBehaviorEventRef'):
        if name in loop.attrs and not name.startswith(loop.behavior.lower()):
            zh, en = f'behavior 为 {loop.behavior}，不会抛出', f'with behavior {loop.behavior} it is not thrown'
            yield view.say(structure.DETAIL_IGNORED, element, detail=name, why=zh, why_en=en)


def _whole(text: str, least: int) -> bool:
    try:
        return least <= int(text) <= MAX_INSTANCES
    except ValueError:
        return False


def call_cycles(views: list[View]) -> Iterator[Problem]:
    """Call activities that lie on a circle of processes calling each other."""
    calls = {view.process.id: [e.called for e in view.elements if e.kind == 'callActivity' and e.called] for view in views}
    for view in views:
        for element in view.elements:
            if element.kind == 'callActivity' and element.called:
                way = shortest([element.called], lambda process: calls.get(process, ()), view.process.id.__eq__)
                if way:
                    yield view.say(rules.CALL_CYCLE, element, found=' → '.join((view.process.id, *way)))
