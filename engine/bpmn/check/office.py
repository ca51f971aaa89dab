"""The hall's side of a diagram: windows, forms, notices, and the properties for clocks, milestones, signatures and silence."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.check.data import given, writes
from engine.bpmn.check.people import WORKED, people
from engine.bpmn.check.structure import ended, ends_implicitly
from engine.bpmn.check.view import View
from engine.bpmn.dialect import (
    ANSWERS,
    ATTRIBUTES,
    DECISIONS,
    OF_PROCESS,
    PROPERTIES,
    REASONS,
    SUPPLEMENT,
    can_stop,
    given_variables,
    is_timer,
    near_to,
)
from engine.bpmn.model import Element
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import office as rules
from engine.forms import FormError, convert_form_data, parse_form
from engine.words import MILESTONES, Word

TURNED_DOWN = {'refused', 'not_accepted', 'rejected'}
EXPLAINED = {*TURNED_DOWN, 'not_required', 'returned'}


def office(view: View) -> Iterator[Problem]:
    """Problems of windows, forms, notices and properties."""
    for key in view.process.properties.keys() - OF_PROCESS.keys():
        near = near_to(key, OF_PROCESS)
        if near:
            yield view.say(rules.PROPERTY_UNKNOWN_LONE if view.lone else rules.PROPERTY_UNKNOWN, view.process, key=key, near=near)
    variables = frozenset().union(given(view), *(writes(view, element) or () for element in view.elements))
    for element in view.elements:
        yield from _properties(view, element)
        if not view.lone:
            yield from _attributes(view, element)
        if element.kind in WORKED:
            yield from people(view, element, variables)
        if element.kind in {'userTask', 'startEvent', 'manualTask'}:
            yield from _form(view, element)
        if element.said.stops_clock and can_stop(element):
            yield from _stop(view, element)
        if is_timer(element):
            yield from _silence(view, element)
        if not view.lone:
            yield from _outcome(view, element)


def _properties(view: View, element: Element) -> Iterator[Problem]:
    for key, value in element.properties.items():
        known = PROPERTIES.get(key)
        if known is None:
            near = near_to(key, PROPERTIES)
            if near:
                yield view.say(rules.PROPERTY_UNKNOWN_LONE if view.lone else rules.PROPERTY_UNKNOWN, element, key=key, near=near)
        elif not known.bearers.holds(element):
            yield view.say(rules.PROPERTY_MISPLACED, element, key=key, expected=known.bearers.name, expected_en=known.bearers.name.en)
        elif (expected := known.problem(value)) is not None:
            yield view.say(rules.PROPERTY_VALUE, element, key=key, expected=expected, expected_en=expected.en, found=value)
        elif key == 'document' and view.house.documents is not None and value not in view.house.documents:
            expected = Word(' / '.join(sorted(view.house.documents)), ' / '.join(sorted(view.house.documents)))
            yield view.say(rules.PROPERTY_VALUE, element, key=key, expected=expected, expected_en=expected.en, found=value)
        elif key == 'not_by':
            yield from _not_by(view, element)
        elif key.endswith('_as_of'):
            yield from _as_of(view, element, key.removesuffix('_as_of'), value)


def _attributes(view: View, element: Element) -> Iterator[Problem]:
    for key in element.attrs.keys() & ATTRIBUTES.keys():
        bearers = ATTRIBUTES[key]
        if not bearers.holds(element):
            yield view.say(rules.ATTRIBUTE_MISPLACED, element, key=key, expected=bearers.name, expected_en=bearers.name.en)


def _not_by(view: View, element: Element) -> Iterator[Problem]:
    for name in element.said.not_by:
        other = view.diagram.elements.get(name)
        if other is None or other.kind != 'userTask' or other.process != view.process.id or other.id == element.id:
            yield view.say(rules.NOT_BY_UNKNOWN, element, found=name)


def _as_of(view: View, element: Element, milestone: str, earlier: str) -> Iterator[Problem]:
    """Deemed acceptance counts from an earlier milestone: both must be milestones of this diagram."""
    if element.said.milestone != milestone:
        place = Word(f'写明 milestone = {milestone} 的节点', f'nodes that say milestone = {milestone}')
        yield view.say(rules.PROPERTY_MISPLACED, element, key=f'{milestone}_as_of', expected=place, expected_en=place.en)
    elif view.main and not any(each.said.milestone == earlier for each in view.elements):
        yield view.say(rules.AS_OF_UNREACHED, element, found=earlier, zh=MILESTONES[earlier])


def answers(view: View) -> Iterator[Problem]:
    """Forms give what the office needs for its documents; only where an item's own process says what its steps write."""
    if view.item is None or not view.main:
        return
    wrote = {name for element in view.elements for name in writes(view, element) or ()}
    wrote |= given_variables(view.process.properties)
    if any(element.kind == 'callActivity' and writes(view, element) is None for element in view.elements):
        return
    results = {element.said.result: element for element in view.elements if element.said.result}
    decides = [element for element in view.elements if element.said.milestone == 'decided' and not _says_result(view, element)]
    if decides and not results.keys().isdisjoint(DECISIONS) and not view.item.filing:
        yield from _lacks(view, decides[0], wrote, ('decision',))
    for result in EXPLAINED & results.keys():
        yield from _lacks(view, results[result], wrote, REASONS)
    for element in view.elements:
        if element.said.stops_clock and element.said.stop_kind == 'supplement':
            yield from _lacks(view, element, wrote, (SUPPLEMENT,))


def _says_result(view: View, element: Element) -> bool:
    """An end of the process that is drawn with its result: the case and its document have it from there, and no form has to say it."""
    return element.kind == 'endEvent' and element.scope == view.process.id and bool(element.said.result)


def _lacks(view: View, element: Element, wrote: set[str], wanted: tuple[str, ...]) -> Iterator[Problem]:
    if wrote.isdisjoint(wanted):
        found = '、'.join(sorted(wrote)) or '无'
        found_en = ', '.join(sorted(wrote)) or 'none'
        yield view.say(rules.ANSWER_MISSING, element, field=wanted[0], means=ANSWERS[wanted[0]], found=found, found_en=found_en)


def _form(view: View, element: Element) -> Iterator[Problem]:
    reference = element.form_ref
    if reference and '{' in reference:
        yield view.say(rules.FORM_MISSING_LONE if view.lone else rules.FORM_MISSING, element, found=reference)
    elif reference:
        if view.bundle.form(reference) is None:
            yield view.say(rules.FORM_MISSING_LONE if view.lone else rules.FORM_MISSING, element, found=reference)
    elif element.form_fields:
        try:
            form = convert_form_data(element.form_fields)
        except FormError as error:
            for problem in error.problems:
                yield view.say(
                    rules.FORM_UNREADABLE, element, form=f'formData {problem.key or ""}'.strip(), why=problem.zh, why_en=problem.message
                )
        else:
            for note in form.warnings:
                if note.code.startswith('form_data.'):
                    yield view.say(rules.FORM_FIELD_NOTE, element, field=note.key or '', why=note.zh, why_en=note.message)


def _stop(view: View, element: Element) -> Iterator[Problem]:
    if 'stop_kind' not in element.properties:
        yield view.say(rules.STOP_KIND_MISSING, element)
    if not any(is_timer(boundary) for boundary in view.diagram.boundary_events(element.id)):
        yield view.say(rules.STOP_WITHOUT_EXIT, element)


def _silence(view: View, element: Element) -> Iterator[Problem]:
    outcome = element.said.on_expiry
    if outcome.startswith('deemed_') and not element.said.basis:
        yield view.say(rules.BASIS_MISSING, element, found=outcome)
    if view.item is not None and outcome == 'deemed_grant' and view.item.safety:
        yield view.say(rules.DEEMED_GRANT_SAFETY, element)
    if view.item is not None and outcome == 'deemed_renew' and not view.item.renewal:
        yield view.say(rules.DEEMED_RENEW_MISPLACED, element)


def _outcome(view: View, element: Element) -> Iterator[Problem]:
    for notice in element.said.notices:
        if f'notices/{notice.removesuffix(".html")}.html' not in view.bundle.files:
            yield view.say(rules.NOTICE_MISSING, element, found=notice.removesuffix('.html'))
    implicit = ends_implicitly(view, element)
    if not (implicit or element.kind == 'endEvent') or element.scope != view.process.id or not view.main:
        return
    result = element.said.result
    if 'result' not in element.properties and element.id in view.main_roads:
        yield view.say(rules.RESULT_MISSING, element, fixes=[ended(view, element)] if implicit else ())
    if result in TURNED_DOWN and view.item is not None and view.item.filing:
        yield view.say(rules.FILING_REFUSES, element)


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
