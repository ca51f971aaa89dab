"""A diagram drawn for another engine, brought into the house's one namespace: what it means stays, what is done to it is told."""

from engine.bpmn.importing.diagram import ImportedDiagram, import_diagram, work_steps
from engine.bpmn.importing.form_texts import form_from
from engine.bpmn.importing.notes import Note, Notes
from engine.bpmn.importing.supply import supplied_form
from engine.bpmn.importing.windows import BroughtStep, with_windows

__all__ = ['BroughtStep', 'ImportedDiagram', 'Note', 'Notes', 'form_from', 'import_diagram', 'supplied_form', 'with_windows', 'work_steps']
