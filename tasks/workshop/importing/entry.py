"""The catalogue entry of an imported diagram: nothing is invented, what the hall must supply is said in it and in the report."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from engine.bpmn.importing import BroughtStep, Notes
from engine.words import Word, joined, said
from tasks.workshop.item_text import write_item

TO_SUPPLY: Mapping[str, Word] = {
    'department': Word('实施机关（department）：大厅的一个部门', 'the authority (department): one of the hall'),
    'handling_class': Word(
        '办件类型（handling_class）：暂按即办件，没有承诺期限；有期限的改为承诺件，填承诺期限和法定期限，并在图上标出受理和决定',
        'the handling class: on the spot for now, without a promise; with a limit make it promised, fill promise and statutory limit, '
        'and mark acceptance and decision in the diagram',
    ),
    'type': Word('事项类型（type）：暂按公共服务', 'the type of the item: a public service for now'),
    'legal_basis': Word('设立依据、申报材料、收费', 'legal basis, materials and fees'),
    'disclosure': Word('公开口径（disclosure）：暂只公开名称和办理程序', 'the disclosure profile: name and procedure only, for now'),
}
"""What no diagram says of an item, by key."""
NO_DEPARTMENT = '（待补：实施机关）'
_COMMAS = re.compile('[,，]')


def windows_of(steps: Iterable[BroughtStep]) -> dict[str, str]:
    """The windows that steps name, code to name: candidate groups written out, else lanes. Expressions and the applicant are none."""
    found: dict[str, str] = {}
    for step in steps:
        for part in (each.strip() for each in _COMMAS.split(step.window)):
            if part and part != 'applicant' and '{' not in step.window:
                found.setdefault(part, part)
    return found


def entry_for(name: str, process: str, steps: Sequence[BroughtStep], notes: Notes) -> bytes:
    """item.toml for a diagram without one, with a comment and a note for everything the hall must supply."""
    lines = ['# 由流程图导入。待补：'] + [f'# - {word}' for word in TO_SUPPLY.values()]
    head = {'code': _code(process), 'name': name[:200], 'type': '20', 'department': NO_DEPARTMENT, 'handling_class': 'instant'}
    windows = [{'id': code, 'name': title, 'authority': 'review'} for code, title in windows_of(steps).items()]
    tree: dict[str, Any] = {'item': head} | ({'windows': windows} if windows else {})
    tree['disclosure'] = {'profile': 'custom', 'fields': ['name', 'process']}
    for code, word in TO_SUPPLY.items():
        notes.decide(code, said('待补：{what}', 'To be supplied: {what}', what=word))
    return write_item(tree, '\n'.join(lines)).encode()


def note_windows(steps: Sequence[BroughtStep], told: Collection[str | None], notes: Notes) -> None:
    """One note a window and one a step that names none, but for elements `told` already: which of the hall's it is, only the hall says."""
    at: dict[str, list[str]] = {code: [] for code in windows_of(steps)}
    for step in steps:
        for code in _COMMAS.split(step.window):
            at.get(code.strip(), []).append(step.name or step.element)
    for code, found in at.items():
        names = joined(found)
        text = said('窗口“{code}”（{names}）是大厅的哪个窗口', 'Which window of the hall is "{code}" ({names})?', code=code, names=names)
        notes.decide('window', text)
    for step in steps:
        name, at_step = step.name or step.element, (step.element, step.name)
        if not step.window and not step.people and step.element not in told:
            text = said('“{name}”没有写由谁办理，请选择窗口', '"{name}" does not say who works it; choose a window', name=name)
            notes.decide('who', text, at=at_step)
        elif not step.window and step.people:
            zh = '“{name}”由 {people} 办理：须是大厅的账户或变量，也可改选窗口'
            en = '"{name}" is worked by {people}: an account or variable, or choose a window'
            notes.decide('who', said(zh, en, name=name, people=step.people), at=at_step)


def _code(process: str) -> str:
    """A code of an item from the id of its process."""
    code = re.sub(r'[^a-z0-9]+', '-', process.lower()).strip('-')[:60]
    return code or 'imported-item'
