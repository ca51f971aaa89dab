"""A file or zip from elsewhere as the files of a draft, with the report of everything that was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine import Bundle, BundleError, read_zip
from engine.bpmn import DiagramError
from engine.bpmn.dmn import read_decisions
from engine.bpmn.importing import BroughtStep, ImportedDiagram, Note, Notes, import_diagram, supplied_form
from engine.forms import FormError, parse_form
from engine.words import in_english, joined, said
from tasks.workshop.importing.entry import entry_for, note_windows
from tasks.workshop.importing.sorting import Sorted, sort_files, unpacked

MAIN = 'process.bpmn'
REPORT = 'import.json'


@dataclass(frozen=True)
class Brought:
    """A draft's files, the diagram as it was brought (None when none was), and the notes in the order of the file."""

    bundle: Bundle
    original: bytes | None
    notes: tuple[Note, ...]

    def of(self, kind: str) -> list[Note]:
        """The notes of a kind: read, mapped, dropped, decide."""
        return [note for note in self.notes if note.kind == kind]

    def report(self) -> dict[str, list[dict[str, str | int | None]]]:
        """The report as JSON-ready rows by kind."""
        return {kind: [_row(note) for note in self.of(kind)] for kind in ('read', 'mapped', 'dropped', 'decide')}


def _row(note: Note) -> dict[str, str | int | None]:
    return {
        'code': note.code,
        'element': note.element,
        'name': note.name,
        'file': note.file,
        'line': note.line,
        'message': str(note.message),
        'message_en': in_english(note.message),
    }


def bring(content: bytes, name: str) -> Brought:
    """The draft that a `.bpmn`, `.dmn`, `.form` or zip makes. Needs no hall. Raises BundleError with a sentence for what cannot be read."""
    return bring_all([(name, content)])


def bring_all(uploads: Sequence[tuple[str, bytes]]) -> Brought:
    """The draft that several files make together. A bundle of this house stays as it is, byte for byte. Raises BundleError."""
    first = PurePosixPath(uploads[0][0].replace('\\', '/')).name if uploads else ''
    notes, files = Notes(first), dict[str, bytes]()
    for name, content in uploads:
        files |= unpacked(content, name, notes)
    if 'item.toml' in files and MAIN in files:
        whole = Bundle(files, Path(first).stem) if len(uploads) > 1 else read_zip(uploads[0][1], Path(first).stem)
        return Brought(whole, None, tuple(notes.found))
    return _converted(sort_files(files, notes), notes)


def _converted(found: Sorted, notes: Notes) -> Brought:
    diagrams, unread = _diagrams(found, _outputs(found), notes)
    if not diagrams:
        if unread:
            raise unread[0]
        diagrams = {MAIN: _around(found, notes)}
    main = _main(diagrams, notes)
    steps = tuple(step for diagram in diagrams.values() for step in diagram.steps)
    files = {MAIN: diagrams[main].source}
    files |= {_free(f'{one.process or "called"}.bpmn', files): one.source for path, one in diagrams.items() if path != main}
    files |= {PurePosixPath(path).name: text for path, text in found.decisions.items()}
    files |= _forms(found, diagrams, steps, notes) | found.plain
    title = diagrams[main].name or diagrams[main].process or Path(notes.file).stem
    told = [note for diagram in diagrams.values() for note in diagram.notes]
    if 'item.toml' not in files:
        files['item.toml'] = entry_for(title, diagrams[main].process, steps, notes)
    note_windows(steps, {note.element for note in told if note.code == 'who'}, notes)
    return Brought(Bundle(files, title), found.diagrams.get(main), (*told, *notes.found))


def _outputs(found: Sorted) -> dict[str, tuple[str, ...]]:
    """What the decisions at hand write, by their id."""
    return {
        decision.id: tuple(output.name for output in decision.outputs)
        for path, text in found.decisions.items()
        for decision in read_decisions(text, path)[0].values()
    }


def _diagrams(found: Sorted, outputs: Mapping[str, tuple[str, ...]], notes: Notes) -> tuple[dict[str, ImportedDiagram], list[BundleError]]:
    made: dict[str, ImportedDiagram] = {}
    unread: list[BundleError] = []
    for path, text in sorted(found.diagrams.items()):
        try:
            made[path] = import_diagram(text, path, outputs)
        except DiagramError as error:
            first = error.problems[0]
            zh, en = f'{path} 无法读取：{first.message}', f'Expected a BPMN 2.0 diagram, but {path}: {first.message_en}'
            unread.append(BundleError(en, zh))
            notes.dropped('file', said('{path} 无法读取，未带入', '{path} cannot be read and was left out', path=path))
    return made, unread


def _main(diagrams: Mapping[str, ImportedDiagram], notes: Notes) -> str:
    """The diagram that starts: process.bpmn, else the one that no other calls."""
    if MAIN in diagrams:
        return MAIN
    called = frozenset[str]().union(*(diagram.called for diagram in diagrams.values()))
    free = [path for path, diagram in diagrams.items() if called.isdisjoint(diagram.processes)]
    main = (free or list(diagrams))[0]
    if len(free) > 1:
        zh, en = '有多个流程图：以 {path} 为主流程', 'There are several diagrams: {path} is taken for the one that starts'
        notes.decide('main', said(zh, en, path=main))
    if main != MAIN:
        notes.mapped('name', said('{path} 改名为 process.bpmn', '{path} is now process.bpmn', path=main))
    return main


def _free(name: str, files: Mapping[str, bytes]) -> str:
    stem, number = name.removesuffix('.bpmn'), 2
    while name in files:
        name, number = f'{stem}-{number}.bpmn', number + 1
    return name


def _forms(found: Sorted, diagrams: Mapping[str, ImportedDiagram], steps: tuple[BroughtStep, ...], notes: Notes) -> dict[str, bytes]:
    """Forms where the steps look for them: under the name they are referred to, which is the file's or the form's own id."""
    forms = {f'{name}.form': text for diagram in diagrams.values() for name, text in diagram.forms.items()}
    wanted = {step.form for step in steps if step.form}
    for path, text in found.forms.items():
        file, identity = PurePosixPath(path).name, found.form_ids.get(path, '')
        refers = any(Bundle({file: text}).form(reference) is not None for reference in wanted)
        target = file if refers or not identity or identity not in wanted else f'{identity}.form'
        if target != path:
            notes.mapped('form', said('{path} 放在 {target}', '{path} is at {target}', path=path, target=target))
        forms.setdefault(target, text)
    return forms | _missing(diagrams, steps, Bundle(forms), notes)


def _missing(diagrams: Mapping[str, ImportedDiagram], steps: tuple[BroughtStep, ...], here: Bundle, notes: Notes) -> dict[str, bytes]:
    """Forms that steps name and nobody brought, with the fields that conditions read next: to be completed by the analyst."""
    made: dict[str, bytes] = {}
    written = _field_names(diagrams, here)
    for diagram in diagrams.values():
        for step in diagram.steps:
            name = PurePosixPath(step.form.rsplit(':', 1)[-1]).name.removesuffix('.form')
            if not name or '{' in step.form or here.form(step.form) is not None or f'{name}.form' in made:
                continue
            if Bundle({f'{name}.form': b''}).form(step.form) is None:
                zh, en = (
                    '待补：表单“{name}”不在文件中，也不能成为包内文件',
                    'To be supplied: the form "{name}", which no file of a bundle can be',
                )
                notes.decide('form', said(zh, en, name=step.form))
                continue
            made[f'{name}.form'], fields = supplied_form(diagram.diagram, step.element, name, written)
            zh, en = (
                '待补：表单“{name}”不在文件中，已按条件放入字段：{fields}',
                'To be supplied: the form "{name}"; conditions read next: {fields}',
            )
            notes.decide('form', said(zh, en, name=name, fields=joined(fields) or '—'))
            written |= set(fields)
    return made


def _field_names(diagrams: Mapping[str, ImportedDiagram], here: Bundle) -> frozenset[str]:
    """What forms and generated forms at hand write."""
    found = {str(field.get('id')) for one in diagrams.values() for each in one.diagram.elements.values() for field in each.form_fields}
    for text in here.files.values():
        with suppress(FormError):
            found |= {path[0] for component, path in parse_form(text).walk() if component.key and path}
    return frozenset(found)


_ROUND = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
 targetNamespace="http://yizhan.example/processes"><process id="process" isExecutable="true"><startEvent id="started" />
<sequenceFlow id="begin" sourceRef="started" targetRef="step" />{step}<sequenceFlow id="finish" sourceRef="step" targetRef="ended" />
<endEvent id="ended" /></process></definitions>"""


def _around(found: Sorted, notes: Notes) -> ImportedDiagram:
    """The least diagram that uses a form or a decision which came alone."""
    if found.forms:
        used = found.form_ids.get(next(iter(found.forms))) or PurePosixPath(next(iter(found.forms))).stem
        step = '<userTask id="step" name="填写表单" camunda:formRef={name} camunda:formRefBinding="deployment" />'
    else:
        used = next(iter(_outputs(found)), PurePosixPath(next(iter(found.decisions))).stem)
        step = '<businessRuleTask id="step" name="查决策表" camunda:decisionRef={name} camunda:resultVariable="result" />'
    notes.decide(
        'diagram',
        said('待补：没有流程图，先画了使用“{name}”的一步', 'To be supplied: a diagram; one step that uses "{name}" was drawn', name=used),
    )
    quoted = '"' + ''.join(f'&#{ord(sign)};' for sign in used) + '"'
    return import_diagram(_ROUND.format(step=step.format(name=quoted)).encode(), MAIN)
