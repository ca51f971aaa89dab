"""The check: everything wrong with a bundle, before anything runs. `check_bundle` never raises; it lists all problems it can find."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.bpmn.check.circles import circles
from engine.bpmn.check.contradictions import contradictions
from engine.bpmn.check.data import GIVEN, fields_of_case
from engine.bpmn.check.decisions import covered, worded
from engine.bpmn.check.names import names
from engine.bpmn.check.office import answers, forms, office
from engine.bpmn.check.parallel import parallel
from engine.bpmn.check.pools import thrown_at_drawings
from engine.bpmn.check.promise import promise
from engine.bpmn.check.sizes import nesting, sizes
from engine.bpmn.check.soundness import soundness
from engine.bpmn.check.steps import call_cycles, steps
from engine.bpmn.check.structure import structure
from engine.bpmn.check.support import support
from engine.bpmn.check.texts import texts
from engine.bpmn.check.types import types
from engine.bpmn.check.vendors import vendors
from engine.bpmn.check.view import House, ItemRules, View, WindowRule
from engine.bpmn.dmn import Decision, decisions_of
from engine.bpmn.edits import Fix, SetAttribute
from engine.bpmn.model import Diagram, Process
from engine.bpmn.navigation import thrown
from engine.bpmn.problem import Problem
from engine.bpmn.read import ReadFile, examine
from engine.bpmn.rulebook import office as office_rules
from engine.bpmn.rulebook import structure as structure_rules
from engine.bpmn.rulebook import xml as xml_rules
from engine.core.bundle import Bundle
from engine.forms.templating import Names

__all__ = ['House', 'ItemRules', 'WindowRule', 'check_bundle', 'in_order', 'known_variables', 'written_fields']

MOST_ELEMENTS = 2_000
_BLOCK_THE_GAME = (
    'FLOW_',
    'NODE_',
    'START_',
    'END_',
    'BOUNDARY_UN',
    'BOUNDARY_WITHOUT',
    'PROCESS_',
    'SUBPROCESS_',
    'ELEMENT_',
    'EVENT_',
    'LINK_',
)
_UNKNOWN = House()


def check_bundle(bundle: Bundle, house: House = _UNKNOWN, item: ItemRules | None = None) -> list[Problem]:
    """All problems of a bundle, errors first, then in the order of files and lines. Never raises, whatever the files hold.

    `item` is what the catalogue entry asks of the diagram; without it rules about the item do not apply.
    """
    problems: list[Problem] = []
    readings = {path: examine(content, path) for path, content in sorted(bundle.files.items()) if path.endswith('.bpmn')}
    for reading in readings.values():
        problems.extend(reading.problems)
    decisions, files, wrong = decisions_of(bundle)
    problems += [*wrong, *covered(decisions, files)]
    if decisions:
        problems += worded(decisions, files, known_variables(bundle), house)
    main = readings.get(bundle.diagram_path or '')
    if main is None:
        problems.append(xml_rules.DIAGRAM_MISSING.at(line=1))
    elif main.diagram is not None:
        problems.extend(_diagrams(bundle, house, item, readings, main.diagram, decisions=decisions, files=files))
    return in_order(bundle, problems)


def written_fields(bundle: Bundle) -> Names | None:
    """The variables a case of this bundle may have, as templates name them; None when the diagram cannot be read."""
    readings = {path: examine(content, path) for path, content in bundle.files.items() if path.endswith('.bpmn')}
    main = readings.get(bundle.diagram_path or '')
    first = _first(main.diagram) if main is not None and main.diagram is not None else None
    views = _views(bundle, _UNKNOWN, None, readings, first) if first is not None else []
    return fields_of_case(views) if views else None


def known_variables(bundle: Bundle) -> frozenset[str]:
    """Every variable that something in the bundle writes, is given or declares: one that is missing in a case is empty, not unknown."""
    return GIVEN.union(written_fields(bundle) or ())


def in_order(bundle: Bundle, problems: Iterable[Problem]) -> list[Problem]:
    """Each problem once, errors first, then by file (the main diagram first) and line."""
    order = {path: index for index, path in enumerate([bundle.diagram_path or '', *sorted(bundle.files)])}
    return sorted(
        dict.fromkeys(problems),
        key=lambda each: (not each.is_error, order.get(each.file, 0), each.line or 0, each.code, each.element or ''),
    )


def _diagrams(
    bundle: Bundle,
    house: House,
    item: ItemRules | None,
    readings: Mapping[str, ReadFile],
    main: Diagram,
    *,
    decisions: Mapping[str, Decision],
    files: Mapping[str, str],
) -> Iterator[Problem]:
    every: dict[str, str] = {}
    for path, reading in readings.items():
        for process in reading.diagram.processes if reading.diagram else ():
            if process.id in every:
                yield xml_rules.ID_TWICE_IN_BUNDLE.at(process.id, process.line, process.name, file=path, first=every[process.id])
            every.setdefault(process.id, path)
    path = bundle.diagram_path or ''
    if not main.processes:
        if not any(problem.code == 'ID_MISSING' for problem in readings[path].problems):
            yield xml_rules.PROCESS_MISSING.at(file=path, line=1)
        return
    first = _first(main)
    if first is None:
        found = main.processes[0]
        runs = [_runs(each) for each in main.processes if any(main.inside(each.id))]
        yield structure_rules.PROCESS_MAIN_UNCLEAR.at(
            found.id, found.line, found.name, file=path, count=len(main.processes), fixes=tuple(runs)
        )
    elif not first.executable:
        yield structure_rules.PROCESS_NOT_EXECUTABLE.at(first.id, first.line, first.name, file=path, fixes=(_runs(first),))
    diagrams = [reading.diagram for reading in readings.values() if reading.diagram]
    sent = {name for one in diagrams for element in one.elements.values() for kind, name in thrown(one, element) if kind == 'signal'}
    given: dict[str, Any] = {'decisions': decisions, 'decision_files': files, 'signals': frozenset(sent)}
    views = [replace(view, **given) for view in _views(bundle, house, item, readings, first)]
    running = {view.process.id for view in views}
    for file, reading in readings.items():
        for process in reading.diagram.processes if reading.diagram else ():
            if process.id not in running:
                yield structure_rules.PROCESS_NOT_RUN.at(process.id, process.line, process.name, file=file)
    for view in views:
        yield from check_process(view)
        yield from thrown_at_drawings(view, running)
    cycles = [*call_cycles(views)]
    yield from cycles
    if not cycles:
        yield from nesting(views)
    yield from _windows(views, item)
    if views and not bundle.lone:
        yield from forms(views[0], _used_forms(views))


def _runs(process: Process) -> Fix:
    """The process as the one that a case starts."""
    called = process.name or process.id
    return Fix(
        f'启动“{called}”（标为可执行）', f'Start "{called}" (mark it executable)', (SetAttribute(process.id, 'isExecutable', 'true'),)
    )


def _first(main: Diagram) -> Process | None:
    """The process that starts: as Diagram.main, but pools without content are no rivals of the only one that has some."""
    if main.main is not None:
        return main.main
    filled = [process for process in main.processes if any(main.inside(process.id))]
    return filled[0] if len(filled) == 1 else None


def _views(bundle: Bundle, house: House, item: ItemRules | None, readings: Mapping[str, ReadFile], first: Process | None) -> list[View]:
    """The processes that run: the main one and all it calls; when it is unclear which, all of the main file."""
    diagrams = {path: reading.diagram for path, reading in readings.items() if reading.diagram}
    every = {process.id: path for path, diagram in reversed(diagrams.items()) for process in diagram.processes}
    main_path = bundle.diagram_path or ''
    queue = [process.id for process in diagrams[main_path].processes if first is None or process is first]
    every |= dict.fromkeys(queue, main_path)
    homes = {process: diagrams[path] for process, path in every.items()}
    views: dict[str, View] = {}
    for identity in queue:
        if identity in views:
            continue
        diagram = diagrams[every[identity]]
        process = next(each for each in diagram.processes if each.id == identity)
        called = first is not None and process is not first
        views[identity] = View(
            every[identity], diagram, process, bundle, house, item, called=called, main=not called, all_processes=every, processes=homes
        )
        queue += [e.called for e in views[identity].elements if e.kind == 'callActivity' and e.called and e.called in every]
    return list(views.values())


def check_process(view: View) -> Iterator[Problem]:
    """All problems of one process."""
    if len(view.elements) > MOST_ELEMENTS:
        yield view.say(structure_rules.PROCESS_TOO_LARGE, view.process, found=len(view.elements), most=MOST_ELEMENTS)
        return
    shape = [*structure(view), *support(view)]
    yield from shape
    yield from sizes(view)
    yield from vendors(view)
    yield from contradictions(view)
    yield from steps(view)
    yield from texts(view)
    yield from types(view)
    yield from office(view)
    yield from answers(view)
    yield from names(view)
    yield from parallel(view)
    yield from promise(view)
    if view.elements and not any(problem.is_error and problem.code.startswith(_BLOCK_THE_GAME) for problem in shape):
        yield from soundness(view)
        yield from circles(view)


def _used_forms(views: list[View]) -> set[str]:
    used: set[str] = set()
    for view in views:
        for element in view.elements:
            content = view.bundle.form(element.form_ref) if element.form_ref else None
            used |= {path for path, each in view.bundle.files.items() if content is not None and each is content}
    return used


def _windows(views: list[View], item: ItemRules | None) -> Iterator[Problem]:
    """Windows of the item in which nothing is ever done."""
    if item is None:
        return
    groups = [view.group(element) or '' for view in views for element in view.elements if element.kind in {'userTask', 'manualTask'}]
    if any('{' in group for group in groups):
        return
    served = {part.strip() for group in groups for part in group.split(',')}
    for window in item.windows:
        if window.id not in served and window.name not in served:
            yield office_rules.WINDOW_UNUSED.at(None, 1, window.name, file='item.toml', found=window.name)
