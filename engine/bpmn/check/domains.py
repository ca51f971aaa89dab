"""What the variables of a process can hold where they are read, as far as the steps that wrote them last say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.bpmn.check.data import form_of, writes
from engine.bpmn.check.view import View
from engine.bpmn.dmn import Decision
from engine.bpmn.model import Element
from engine.bpmn.proving import Domain, united
from engine.bpmn.proving.pieces import kind_of
from engine.bpmn.proving.terms import constant, is_constant
from engine.core.effort import Effort
from engine.feel import FeelError, compile_assignments, from_plain
from engine.forms import Form
from engine.forms.model import Component
from engine.forms.options import plain_options

Path = tuple[str, ...]
_TEXTS = frozenset({'textfield', 'textarea'})
_CHOICES = frozenset({'radio', 'select'})


def domains_at(view: View, element: Element, paths: set[Path], effort: Effort) -> dict[Path, Domain]:
    """What each of the variables can hold when a token leaves an element. Raises TooMuchWork."""
    return {path: united(_last_written(view, element, path, effort)) for path in sorted(paths)}


def _last_written(view: View, element: Element, path: Path, effort: Effort) -> Iterator[Domain]:
    """Back along the roads to the nearest steps that write the variable."""
    queue, seen = [element.id], {element.id}
    for at in queue:
        effort.spend()
        step = view.diagram.elements[at]
        written = _written(view, step)
        if written is None:
            yield Domain()
        elif path[0] in written:
            yield written[path[0]].get(path, Domain())
            continue
        for before in view.before.get(at, ()):
            if before not in seen:
                seen.add(before)
                queue.append(before)


def _written(view: View, step: Element) -> Mapping[str, Mapping[Path, Domain]] | None:
    """The variables a step writes and what each part of them can hold; None when it can write any."""
    known: dict[str, Any] = view.memory.setdefault('written', {})
    if step.id not in known:
        names = writes(view, step)
        known[step.id] = None if names is None else {name: {} for name in names} | dict(_by(view, step, names))
    return known[step.id]  # type: ignore[no-any-return]


def _by(view: View, step: Element, names: frozenset[str]) -> Iterator[tuple[str, dict[Path, Domain]]]:
    found: dict[Path, Domain] = {}
    form = form_of(view, step)
    if form is not None and not step.outputs:
        found = dict(form_domains(form))
    elif step.kind == 'scriptTask' and step.script and not step.result_variable:
        found = _assigned(step.script)
    elif step.kind == 'businessRuleTask' and step.result_variable:
        found = _decided(view.decisions.get(step.handler.removeprefix('decision:')), step)
    for name in names:
        yield name, {path: domain for path, domain in found.items() if path[0] == name}


def form_domains(form: Form) -> Iterator[tuple[Path, Domain]]:
    """What the fields of a form can hold, by path; rows of lists apart."""
    yield from _fields(form.components, (), hidden=False)


def _fields(components: tuple[Component, ...], base: Path, *, hidden: bool) -> Iterator[tuple[Path, Domain]]:
    for component in components:
        away = hidden or component.hide is not None
        path = (*base, *component.path)
        if component.components:
            if not component.repeating:
                yield from _fields(component.components, path, hidden=away)
        elif component.keyed and not component.disabled and component.props.get('readonly') is not True:
            yield path, replace(_field(component), blank=_blank(component, away), free=True, label=component.label)


def _blank(component: Component, hidden: bool) -> str:
    """An unticked box is false, not blank; a field that is hidden when its rule says so is blank then."""
    if not component.required and component.type != 'checkbox':
        return 'yes'
    return 'perhaps' if hidden else 'no'


def _field(component: Component) -> Domain:
    if component.type == 'checkbox':
        return Domain('boolean', (True, False))
    if component.type == 'number' and not component.props.get('serializeToString'):
        rules = component.rules
        return Domain(
            'number', None, 'no', component.props.get('decimalDigits') == 0, _decimal(rules.get('min')), _decimal(rules.get('max'))
        )
    if component.type in _CHOICES and component.props.get('valuesKey') is None:
        options = plain_options(component, {})
        values = tuple(from_plain(option.value) for option in options or ())
        if values and all(kind_of(value) for value in values) and len({kind_of(value) for value in values}) == 1:
            return Domain(kind_of(values[0]), values)
    return Domain('string') if component.type in _TEXTS else Domain()


def _decimal(value: Any) -> Decimal | None:
    return Decimal(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _assigned(script: str) -> dict[Path, Domain]:
    """What a script sets to a constant; anything else it calculates."""
    found: dict[Path, Domain] = {}
    try:
        lines = compile_assignments(script)
    except FeelError:  # reported by the rule for scripts
        return {}
    for line in lines:
        node = line.expression.node
        value = constant(node) if is_constant(node) else None
        found[tuple(line.path)] = Domain(kind_of(value), (value,)) if kind_of(value) else Domain()
    return found


def _decided(decision: Decision | None, step: Element) -> dict[Path, Domain]:
    """What a table answers: the constants of its rules and defaults; nothing where it may have a gap."""
    name, shape = step.result_variable or '', step.attrs.get('mapDecisionResult', '')
    if (
        decision is None
        or decision.literal is not None
        or decision.hit_policy not in 'UFAP'
        or shape not in ('', 'singleEntry', 'singleResult')
    ):
        return {}
    whole = (len(decision.outputs) == 1 and shape != 'singleResult') or shape == 'singleEntry'
    found: dict[Path, Domain] = {}
    for place, output in enumerate(decision.outputs[:1] if whole else decision.outputs):
        cells = [row.results[place] for row in decision.rows] + ([output.default] if output.default else [])
        values = [constant(cell.node) if cell is not None and is_constant(cell.node) else None for cell in cells]
        kinds = {kind_of(value) for value in values}
        if len(kinds) == 1 and '' not in kinds:
            blank = 'no' if output.default else 'perhaps'
            found[(name,) if whole else (name, output.name)] = Domain(kinds.pop(), tuple(dict.fromkeys(values)), blank)
    return found
