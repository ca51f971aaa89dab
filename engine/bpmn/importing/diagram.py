"""One foreign diagram in, one of the house out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.importing.drawing import drawn
from engine.bpmn.importing.flowable import from_flowable
from engine.bpmn.importing.notes import Note, Notes
from engine.bpmn.importing.spiffworkflow import from_spiffworkflow
from engine.bpmn.importing.tree import PREFIXES, rebuilt
from engine.bpmn.importing.windows import BroughtStep, steps_of, written
from engine.bpmn.importing.zeebe import from_zeebe
from engine.bpmn.model import Diagram
from engine.bpmn.problem import DiagramError
from engine.bpmn.read import examine
from engine.bpmn.rulebook import xml as rules
from engine.bpmn.xml import BPMN, Node, local, namespace, parse_xml
from engine.words import Word, said


@dataclass(frozen=True)
class ImportedDiagram:
    """The diagram as text of the house, what was done, and the forms that were embedded in it, by id.

    `process` and `name` are those of the process that starts; `called` the processes its call activities name.
    """

    source: bytes
    notes: tuple[Note, ...]
    forms: Mapping[str, bytes]
    process: str
    name: str
    processes: tuple[str, ...]
    called: frozenset[str]
    diagram: Diagram
    steps: tuple[BroughtStep, ...]


def import_diagram(content: bytes, file: str, outputs: Mapping[str, Sequence[str]] | None = None) -> ImportedDiagram:
    """Bring a diagram into the house's namespace, with ids and a drawing. `outputs`: of decisions at hand, by id.

    Raises DiagramError for what is no BPMN 2.0 within the caps of the reader.
    """
    notes, forms = Notes(file), dict[str, bytes]()
    old = parse_xml(content, file)
    if namespace(old) != BPMN or local(old) != 'definitions':
        raise DiagramError((rules.XML_NOT_BPMN.at(file=file, line=old.sourceline or 1, found=old.tag),))
    root = rebuilt(old, notes)
    from_zeebe(root, forms, notes)
    from_flowable(root, outputs or {}, notes)
    from_spiffworkflow(root, notes)
    _executable(root, notes)
    etree.cleanup_namespaces(root, keep_ns_prefixes=[*PREFIXES])
    reading = examine(written(root), file)
    if reading.diagram is None:
        raise DiagramError(reading.problems)
    diagram = reading.diagram
    if drawn(root, diagram):
        notes.mapped('drawing', Word('文件中没有图形，已自动排出', 'The file had no drawing; one was laid out'))
    counts = {'nodes': len(diagram.elements), 'flows': len(diagram.flows), 'processes': len(diagram.processes)}
    notes.read(
        'diagram',
        said(
            '读入 {processes} 个流程、{nodes} 个节点、{flows} 条连线',
            'Read {processes} processes, {nodes} nodes and {flows} flows',
            **counts,
        ),
    )
    main = diagram.main or next(iter(diagram.processes), None)
    return ImportedDiagram(
        source=written(root),
        notes=tuple(notes.found),
        forms=forms,
        process=main.id if main else '',
        name=main.name if main else '',
        processes=tuple(process.id for process in diagram.processes),
        called=frozenset(element.called for element in diagram.elements.values() if element.called),
        diagram=diagram,
        steps=steps_of(diagram),
    )


def work_steps(content: bytes) -> tuple[BroughtStep, ...]:
    """The steps that people work in a diagram as it stands; none when it cannot be read."""
    diagram = examine(content).diagram
    return steps_of(diagram) if diagram is not None else ()


def _executable(root: Node, notes: Notes) -> None:
    """A lone process that is not marked to run is meant to run: it was brought for that."""
    processes = [node for node in root if namespace(node) == BPMN and local(node) == 'process' and len(node)]
    if len(processes) == 1 and (processes[0].get('isExecutable') or 'false').strip() not in {'true', '1'}:
        processes[0].set('isExecutable', 'true')
        notes.mapped('executable', Word('流程标为可执行', 'The process is marked executable'), processes[0])
