"""Fields: which variables the steps of a process write, and which it is given."""

from __future__ import annotations

from collections.abc import Iterable

from engine.bpmn.check.view import View
from engine.bpmn.dialect import given_variables
from engine.bpmn.model import Element
from engine.bpmn.people import initiators
from engine.bpmn.spiff.loops import loop_figures
from engine.feel import FeelError, compile_assignments
from engine.forms import Form, FormError, convert_form_data, fields, parse_form
from engine.forms.templating import Names
from engine.forms.variables import field_names, joined_names

_WORK = {'serviceTask', 'sendTask', 'businessRuleTask'}
GIVEN = frozenset({'loopCounter', *loop_figures(0, 0, 0), 'activationCount', 'case', 'applicant', 'item', 'now', 'today'})
"""Names an expression may always use."""


def writes(view: View, element: Element) -> frozenset[str] | None:
    """The variables a step writes; None when it can write any: a handler without result variable, a message, a called process."""
    if element.outputs:
        return frozenset(element.outputs)
    if element.kind in _WORK and element.handler:
        return frozenset({element.result_variable}) if element.result_variable else None
    if element.kind == 'callActivity':
        targets = frozenset(entry.get('target', '') for entry in element.call_out)
        return targets if targets and '' not in targets else None
    if element.kind == 'receiveTask' or any(event.kind in {'message', 'signal'} for event in element.events):
        return None if element.kind not in {'endEvent', 'intermediateThrowEvent'} else frozenset()
    found = _form_fields(view, element) | _script_targets(element)
    if element.loop is not None and element.loop.output_collection:
        found |= {element.loop.output_collection}
    found |= {element.attrs[key] for key in ('errorCodeVariable', 'errorMessageVariable', 'escalationCodeVariable') if key in element.attrs}
    return frozenset(found)


def _form_fields(view: View, element: Element) -> set[str]:
    form = form_of(view, element)
    return set() if form is None else {info.variable for info in fields(form) if info.writes}


def form_of(view: View, element: Element) -> Form | None:
    """The form of a step that has one; one that cannot be read is reported by the rule for forms."""
    if element.kind not in {'userTask', 'manualTask', 'startEvent'}:
        return None
    content = view.bundle.form(element.form_ref) if element.form_ref else None
    try:
        if content is not None:
            return parse_form(content)
        return convert_form_data(element.form_fields) if element.form_fields else None
    except FormError:
        return None


def fields_of_case(views: Iterable[View]) -> Names:
    """The variables that forms, scripts, steps and the diagram itself name, with the fields of groups and lists after a dot.

    What a message or a handler may bring besides must be declared by the process (`variables`).
    """
    found: dict[str, Names | None] = {}
    for view in views:
        found = dict.fromkeys(given(view)) | found
        for element in view.elements:
            found = dict.fromkeys(writes(view, element) or ()) | found
            form = form_of(view, element)
            for name, inside in field_names(form).items() if form is not None else ():
                found[name] = joined_names(found.get(name) or inside, inside)
    return found


def _script_targets(element: Element) -> set[str]:
    if element.kind != 'scriptTask' or not element.script:
        return set()
    if element.result_variable:
        return {element.result_variable}
    try:
        return {assignment.path[0] for assignment in compile_assignments(element.script)}
    except FeelError:  # reported by the rule for scripts
        return set()


def given(view: View) -> frozenset[str]:
    """The variables a process declares, and those its steps are handed."""
    found = {*given_variables(view.process.properties), *initiators(view.diagram)}
    found.update(name for element in view.elements for name in element.inputs)
    found.update(element.loop.element_variable for element in view.elements if element.loop and element.loop.element_variable)
    return frozenset(found)
