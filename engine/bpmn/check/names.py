"""Names: what an expression reads is written somewhere, or it is reported with whoever could write it and the nearest name (D-03)."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.bpmn.check.data import GIVEN, form_of, given, writes
from engine.bpmn.check.limits import begins_process
from engine.bpmn.check.texts import PLACES, every_text
from engine.bpmn.check.view import View, titled
from engine.bpmn.dmn import Decision
from engine.bpmn.edits import Edit, Fix, ReplaceText, SetCondition, SetText
from engine.bpmn.model import Element, Flow
from engine.bpmn.navigation import event_subprocesses, reached, trigger
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import steps as rules
from engine.feel import FeelError, compile_assignments, compile_diagram_text
from engine.forms.defaults import names_in_defaults
from engine.forms.variables import names_in_texts

_OWN = frozenset({'output', 'element', 'completion', 'loop'})
"""Places that read what the step itself has just written."""
_LATE = _OWN | {'condition'}
_CHILDREN = {
    'completion': 'completionCondition',
    'cardinality': 'loopCardinality',
    'loop': 'loopCondition',
    'activation': 'activationCondition',
}
_FORKS = frozenset({'parallelGateway', 'inclusiveGateway', 'complexGateway', 'adHocSubProcess'})
_ONE_WAY = frozenset({'exclusiveGateway', 'eventBasedGateway'})
_MOST_NAMED = 3
_WORDS = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'|(?P<name>[^\W\d]\w*)(?P<path>(?:\.\w+)*)')


@dataclass(frozen=True)
class _Reading:
    """The names one expression reads where it stands; `column` is the decision whose column it is."""

    at: Element | Flow
    place: str
    source: str
    names: frozenset[str]
    literal: bool = False
    column: Decision | None = None


def names(view: View) -> Iterator[Problem]:
    """Names that nobody writes; not in a called process, whose variables come from its caller."""
    if view.called:
        return
    known = GIVEN.union(given(view), *(writes(view, element) or () for element in view.elements))
    wild = frozenset(element.id for element in view.elements if _writes_anything(view, element))
    told: set[tuple[str, str]] = set()
    for reading in _readings(view):
        step = view.diagram.elements.get(reading.at.source) if isinstance(reading.at, Flow) else reading.at
        if step is None:
            continue
        own = _own(view, step) if reading.place in _OWN else frozenset()
        for name in sorted(reading.names - known - (own or frozenset())):
            key = (name, '' if view.lone else step.id)
            if own is not None and key not in told:
                told.add(key)
                near = next(iter(difflib.get_close_matches(name, sorted(known), 1, 0.7)), '')
                yield _problem(view, reading, step, (name, near), wild)
    if not view.lone:
        yield from _in_texts(view, known, wild)


def _own(view: View, element: Element) -> frozenset[str] | None:
    """What a step writes before its outputs are mapped; None when that can be anything."""
    return writes(view, replace(element, outputs={}))


def _writes_anything(view: View, element: Element) -> bool:
    """Whether a step can write what is not known here; one whose form or script is reported as missing or unreadable is one of them."""
    if writes(view, element) is None:
        return True
    if element.kind == 'scriptTask' and element.script and not element.result_variable:
        return not _targets(element)
    return bool(element.form_ref) and form_of(view, element) is None and element.kind in {'userTask', 'manualTask', 'startEvent'}


def _targets(element: Element) -> bool:
    try:
        return bool(compile_assignments(element.script or ''))
    except FeelError:  # reported by the rule for scripts
        return False


def _readings(view: View) -> Iterator[_Reading]:
    for text in every_text(view):
        if text.place != 'returned':  # it reads the variables of the called process
            yield from _compiled(text.at, text.place, text.source, literal=text.literal)
    for element in view.elements:
        yield from _of_script(element)
        for event in element.events:
            limit = event.expression or ''
            if event.kind == 'timer' and ('${' in limit or '#{' in limit) and not begins_process(view, element):
                yield from _compiled(element, 'limit', limit, literal=True)
        decision = view.decisions.get(element.handler.removeprefix('decision:')) if element.kind == 'businessRuleTask' else None
        if decision is not None:
            yield from _columns(view, element, decision)


def _compiled(at: Element | Flow, place: str, source: str, *, literal: bool) -> Iterator[_Reading]:
    try:
        yield _Reading(at, place, source, compile_diagram_text(source, literal=literal).names, literal)
    except FeelError:  # reported by the rule for expressions
        return


def _of_script(element: Element) -> Iterator[_Reading]:
    if element.kind != 'scriptTask' or not element.script:
        return
    if element.result_variable:
        yield from _compiled(element, 'script', element.script, literal=False)
        return
    try:
        parts = compile_assignments(element.script)
    except FeelError:  # reported by the rule for scripts
        return
    yield _Reading(element, 'script', element.script, frozenset().union(*(part.expression.names for part in parts)))


def _columns(view: View, element: Element, decision: Decision) -> Iterator[_Reading]:
    """The columns of a table and of those it requires."""
    pending, seen = [decision], {decision.id}
    for table in pending:
        required = [view.decisions[each] for each in table.requires if each in view.decisions]
        results = frozenset(name for each in required for name in (each.id, each.variable))
        for column in table.inputs:
            yield _Reading(element, 'column', column.text, column.expression.names - results, column=table)
        pending += [each for each in required if each.id not in seen]
        seen |= {each.id for each in required}


def _problem(view: View, reading: _Reading, step: Element, found: tuple[str, str], wild: frozenset[str]) -> Problem:
    name, near = found
    zh, en = PLACES[reading.place]
    facts = {'place': zh, 'place_en': en, 'found': name, 'near': '', 'near_en': ''}
    if near:
        facts |= {'near': f'；最接近的是“{near}”', 'near_en': f'; the nearest is "{near}"'}
    fixes = _fixes(view, reading, name, near) if near else ()
    if view.lone:
        return view.say(rules.FIELD_UNKNOWN_LONE, step, fixes=fixes, **facts)
    writers = _writers(view, step, wild, late=isinstance(reading.at, Flow) or reading.place in _LATE)
    if not writers:
        return view.say(rules.FIELD_UNKNOWN, step, fixes=fixes, **facts)
    shown = [titled(view.diagram.elements[each]) for each in writers[:_MOST_NAMED]]
    more, more_en = ('等', ' and others') if len(writers) > _MOST_NAMED else ('', '')
    facts |= {'writers': '、'.join(f'“{each}”' for each in shown) + more}
    return view.say(rules.FIELD_PERHAPS_UNKNOWN, step, fixes=fixes, **facts, writers_en=', '.join(f'"{each}"' for each in shown) + more_en)


def _writers(view: View, step: Element, wild: frozenset[str], *, late: bool) -> list[str]:
    """The steps of `wild` that may have run when `step` is read: those on a road to it, and those that run beside it."""
    if not wild:
        return []
    elements, after = view.diagram.elements, _after(view)
    before = reached(
        [step] if late else [elements[each] for each in view.before.get(step.id, ())],
        lambda at: [elements[each] for each in view.before.get(at.id, ())],
    )
    forks = [at for at in before.values() if at.id != step.id and _forks(view, at)]
    if late:
        forks += [event for event in view.diagram.boundary_events(step.id) if not event.interrupting]
    beside = reached(forks, lambda at: after.get(at.id, ()))
    return sorted(wild & (before.keys() | beside.keys()))


def _after(view: View) -> Mapping[str, list[Element]]:
    """`View.before` the other way round."""
    found: dict[str, list[Element]] | None = view.memory.get('after')
    if found is None:
        found = {}
        for later, earlier in view.before.items():
            for each in earlier:
                found.setdefault(each, []).append(view.diagram.elements[later])
        view.memory['after'] = found
    return found


def _forks(view: View, element: Element) -> bool:
    """Whether something may run beside what follows an element."""
    if element.kind in _FORKS or element.loop is not None:
        return True
    if len(element.outgoing) > 1 and element.kind not in _ONE_WAY:
        return True
    if any(not event.interrupting for event in view.diagram.boundary_events(element.id)):
        return True
    starts = (trigger(view.diagram, handler) for handler in event_subprocesses(view.diagram, element.scope))
    return any(start is None or not start.interrupting for start in starts)


def _fixes(view: View, reading: _Reading, name: str, near: str) -> tuple[Fix, ...]:
    """The nearest name in place of the unknown one, where the expression stands in the text of an XML element."""
    meant = _renamed(reading, name, near)
    edit = _edit(reading, meant) if meant else None
    if edit is None:
        return ()
    file = view.decision_files.get(reading.column.id, '') if reading.column is not None else ''
    return (Fix(f'改为 {meant}', f'Write {meant}', (edit,), file=file),)


def _renamed(reading: _Reading, name: str, near: str) -> str:
    """The expression with the other name; '' where that cannot be said for certain."""
    meant = _WORDS.sub(lambda found: near + found['path'] if found['name'] == name else found[0], reading.source)
    try:
        compiled = compile_diagram_text(meant, literal=reading.literal)
    except FeelError:
        return ''
    return meant if name not in compiled.names and near in compiled.names else ''


def _edit(reading: _Reading, meant: str) -> Edit | None:
    if isinstance(reading.at, Flow):
        return SetCondition(reading.at.id, meant)
    if reading.column is not None:
        return ReplaceText(f'>{reading.source}<', f'>{meant}<', reading.column.line)
    if reading.place == 'limit':
        event = next(each for each in reading.at.events if each.kind == 'timer' and each.expression == reading.source)
        return SetText(reading.at.id, event.timer_type, meant) if event.timer_type else None
    child = _CHILDREN.get(reading.place)
    return SetText(reading.at.id, child, meant) if child else None


def _in_texts(view: View, known: frozenset[str], wild: frozenset[str]) -> Iterator[Problem]:
    """Names in the texts of forms (labels, descriptions, paragraphs) that nobody can have written: they would be blank for every case."""
    for element in view.elements:
        form = form_of(view, element)
        for name in sorted((names_in_texts(form) | names_in_defaults(form)) - known) if form is not None else ():
            if not _writers(view, element, wild, late=False):
                yield view.say(rules.TEXT_NAME_UNKNOWN, element, found=name)
