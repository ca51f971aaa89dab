"""The materials of a case at the counter: what comes in later, what goes back, and what keeps a case from being accepted (S-21, L-06).

行政许可法 art. 32: what is complete and in due form is accepted, what is not is asked for. So a case is never accepted while a material
its item requires lies nowhere; what the item lets come later (容缺, L-41) is named on the notice, what authorities share (免提交, S-22)
nobody need bring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select, update

from engine import Forbidden, Rejection, need_hold, need_open
from engine.rows import StoredTask
from tasks import tables as t
from tasks.cases.casefile import CaseFile, MaterialInCase, materials_changed
from tasks.cases.receipt import ReceivedMaterial
from tasks.catalogue.item import Material
from tasks.catalogue.item_toml import item_of
from tasks.rights.asking import need_task
from tasks.rights.relations import APPLICANT
from tasks.rows import MATERIALS, StoredMaterial
from tasks.words.texts import checked

if TYPE_CHECKING:
    from engine import Tx
    from tasks.cases.facts import MaterialRow

MOST = 99
STATES = ('received', 'defective', 'missing')
CORRECTED = 'corrected'


def need_complete(file: CaseFile, variables: Mapping[str, Any]) -> None:
    """Raises Rejection naming the required materials that are missing, or that were found wanting and not corrected on the spot."""
    corrected = variables.get('intake_outcome') == CORRECTED
    barring = {'missing'} if corrected else {'missing', 'defective'}
    listed = {one.code: one for one in file.item.materials}
    lacking = [row for row in file.papers.materials if row.state in barring and _must_be_here(row, listed)]
    if lacking:
        codes, names = ', '.join(row.code for row in lacking), '、'.join(row.name for row in lacking)
        raise Rejection(
            f'Expected every required material before acceptance, but {codes} are missing or not in due form',
            f'必要材料尚未收齐，不能受理：{names}。请核收后受理，或者一次性告知补正',
        )


def mark(tx: Tx, task_id: int, marks: Sequence[ReceivedMaterial]) -> None:
    """Say what of the list has come in (received, defective) or went back or never came (missing), on an open task of the counter.

    Only what changes is written, with one line in the timeline. Raises Forbidden, Conflict when a colleague holds the task, Rejection.
    """
    with tx.frame(task_id=task_id, active=True) as frame:
        task = frame.task
        if task is None:
            raise TypeError('Expected a frame opened by a user task')
        need_open(task)
        _need_counter(tx, task)
        case_no = frame.instance.business_key
        rows = {row.code: row for row in _rows(tx.connection, case_no)}
        unknown = [one.code for one in marks if one.code not in rows]
        if unknown:
            names = '、'.join(sorted(unknown))
            raise Rejection(f'Expected materials of the list, but {names} are not on it', f'材料不在清单内，不得收取：{names}')
        changes = [change for one in marks if (change := _change(rows[one.code], one))]
        for change in changes:
            values = {name: change[name] for name in ('state', 'originals', 'copies', 'note')} | {'changed_at': tx.now}
            which = (t.case_material.c.case_no == case_no, t.case_material.c.code == change['code'])
            tx.connection.execute(update(t.case_material).where(*which).values(values))
        if changes:
            materials_changed(tx, case_no)
            frame.record('material.marked', {'materials': changes}, element=task.element, token=task.token)


def mark_all(tx: Tx, task_id: int) -> None:
    """Everything on the list has come in, in the numbers the list asks for; what was counted before keeps its numbers."""
    with tx.frame(task_id=task_id, active=True) as frame:
        case_no = frame.instance.business_key
        listed = _listed(tx.connection, frame.instance.definition_id)
        waiting = [row for row in _rows(tx.connection, case_no) if row.state in ('missing', 'defective')]
        mark(tx, task_id, [_whole(row, listed.get(row.code, Material(row.name))) for row in waiting])


def lacking(rows: Sequence[MaterialRow], marks: Sequence[ReceivedMaterial] = ()) -> str:
    """What the applicant is told once, a numbered line for each material that is missing or not in due form; `marks` come before the rows.

    Empty where nothing is lacking. A material that may be left out is asked for only when it came and is wrong.
    """
    said = {one.code: (one.state, one.note) for one in marks}
    lines = []
    for row in rows:
        state, note = said.get(row.code, (row.state, row.note))
        if state == 'defective':
            lines.append(f'{row.name}：{note.strip() or "不符合要求"}，请更正后重新提交。')
        elif state == 'missing' and row.required:
            lines.append(f'{row.name}：{note.strip() or "未提交"}，请补交。')
    return '\n'.join(f'{number}. {line}' for number, line in enumerate(lines, start=1))


def may_mark(connection: Connection, groups: Sequence[str]) -> bool:
    """Whether materials are taken at a task of these windows: at a receiving window, or where the applicant brings what was missing."""
    return APPLICANT in groups or bool(_receiving(connection, groups))


def _need_counter(tx: Tx, task: StoredTask) -> None:
    need_task(tx.connection, tx.by, 'task.work', task.id, tx.now)
    if tx.by.kind == 'applicant' or not may_mark(tx.connection, task.candidate_groups):
        message = f'Expected a task of the counter, but {task.element} is none or {tx.by.id} is an applicant'
        raise Forbidden(message, '材料由收件窗口核收，本环节不能更改')
    need_hold(tx.by, task)


def _receiving(connection: Connection, groups: Sequence[str]) -> list[str]:
    window = t.window.c
    return list(connection.execute(select(window.code).where(window.code.in_(groups), window.authority == 'receive')).scalars())


def _rows(connection: Connection, case_no: str) -> list[StoredMaterial]:
    return MATERIALS.all(connection, MATERIALS.select().where(t.case_material.c.case_no == case_no).order_by(t.case_material.c.id))


def _listed(connection: Connection, definition_id: int) -> dict[str, Material]:
    return {one.code: one for one in item_of(connection, definition_id).materials}


def _must_be_here(row: MaterialInCase, listed: Mapping[str, Material]) -> bool:
    asked = listed.get(row.code)
    return bool(row.required) and not (asked is not None and (asked.deferrable or asked.shared))


def _whole(row: StoredMaterial, asked: Material) -> ReceivedMaterial:
    counted = row.originals + row.copies > 0
    originals, copies = (row.originals, row.copies) if counted else (asked.originals, asked.copies)
    return ReceivedMaterial(row.code, originals if originals + copies else 1, copies, 'received', row.note)


def _change(row: StoredMaterial, one: ReceivedMaterial) -> dict[str, Any] | None:
    """The row as it is to be, for the history; None when it is so already."""
    if one.state not in STATES and one.state != row.state:
        raise Rejection(f'Expected a state among {STATES}, but got {one.state!r}', '材料状态不正确')
    gone = one.state == 'missing'
    originals, copies = (0, 0) if gone else (one.originals, one.copies)
    if not (0 <= originals <= MOST and 0 <= copies <= MOST):
        raise Rejection(f'Expected 0 to {MOST} papers of {row.code}, but got {originals} and {copies}', f'份数应为 0 至 {MOST} 的整数')
    note = checked(one.note, 'a remark on a material', '备注', most=500)
    new = {'state': one.state, 'originals': originals, 'copies': copies, 'note': note}
    if all(getattr(row, name) == value for name, value in new.items()):
        return None
    if one.state == 'received' and originals + copies == 0:
        raise Rejection(f'Expected at least one paper of {row.code}, but got none', f'「{row.name}」标为已收，请填写份数')
    return {'code': row.code, 'name': row.name, 'before': row.state, **new}
