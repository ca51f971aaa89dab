"""What the pages of migrations and moves show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from engine import Actor, edition_of
from engine.bpmn.model import Diagram, Element
from engine.bpmn.pairing import paired
from engine.tables import process_instance
from engine.words import Word
from tasks.catalogue.steps import steps_here
from tasks.catalogue.views import DefinitionView, definition_view
from tasks.migration.batches import BatchProgress, find_batch, need_batch, progress
from tasks.migration.choice import ANY
from tasks.migration.rows import BATCH, BATCH_CASES, StoredBatch, StoredBatchCase
from tasks.migration.tables import case_batch, case_batch_row
from tasks.paging import Key, Page, fetch
from tasks.rights.asking import here_or_nowhere, need_item

KIND: Mapping[str, Word] = {
    'take_back': Word('撤回错误时钟所为', 'Take back what a wrong clock did'),
    'migrate': Word('版本迁移', 'Migration to another version'),
    'move': Word('转移环节', 'Move to another step'),
    'suspend': Word('挂起', 'Suspension'),
    'activate': Word('恢复办理', 'Activation'),
    'retry': Word('重试异常', 'Retry of incidents'),
}
BATCH_STATE: Mapping[str, Word] = {
    'running': Word('执行中', 'Running'),
    'done': Word('已完成', 'Done'),
    'reverting': Word('撤销中', 'Being undone'),
    'reverted': Word('已撤销', 'Undone'),
}
ROW_STATE = {
    'waiting': Word('待执行', 'Waiting'),
    'done': Word('已完成', 'Done'),
    'refused': Word('未执行', 'Not done'),
    'failed': Word('出错', 'Failed'),
    'reverting': Word('待撤销', 'To be undone'),
    'reverted': Word('已撤销', 'Undone'),
    'kept': Word('未能撤销', 'Could not be undone'),
}
_ACTIVITIES = (
    'userTask',
    'manualTask',
    'receiveTask',
    'serviceTask',
    'sendTask',
    'scriptTask',
    'businessRuleTask',
    'subProcess',
    'callActivity',
    'intermediateCatchEvent',
    'eventBasedGateway',
    'exclusiveGateway',
    'task',
)


@dataclass(frozen=True)
class StepOption:
    """A step of a version: where cases wait (`cases` of them), or where a token may be put."""

    id: str
    name: str
    kind: str
    cases: int = 0
    becomes: str = ''  # the element of the other version that it is: by its id, else by name and place; empty where none is


@dataclass(frozen=True)
class PlanView:
    """Two versions side by side: the steps cases wait on, what the target version offers, and the limits that differ."""

    old: DefinitionView
    new: DefinitionView
    steps: Sequence[StepOption]
    targets: Sequence[StepOption]
    changed_timers: Sequence[tuple[str, str, str, str]]  # new id, name, limit before, limit now
    others: Sequence[tuple[str, str]]  # what else has another id now and is the same: (old id, new id)
    diagrams: tuple[Diagram, Diagram]

    @property
    def pairs(self) -> dict[str, str]:
        """The steps where cases wait, and what each becomes as proposed."""
        return {one.id: one.becomes for one in self.steps}


@dataclass(frozen=True)
class BatchView:
    """A batch with its progress and one page of its cases."""

    batch: StoredBatch
    progress: BatchProgress
    rows: Page[StoredBatchCase]
    old: DefinitionView | None  # None: of any version, where what a wrong clock did is taken back
    new: DefinitionView | None


def plan_view(connection: Connection, actor: Actor, from_id: int, to_id: int) -> PlanView:
    """Everything that is needed to write a plan. Raises NotFound, and Forbidden for an item of another hall."""
    old, new = definition_view(connection, from_id), definition_view(connection, to_id)
    need_item(connection, actor, 'instance.migrate', old.key)
    before, after = edition_of(connection, from_id), edition_of(connection, to_id)
    become = paired(before.diagram, after.diagram)
    steps = []
    for element_id, cases in steps_here(connection, from_id):
        element = before.element(element_id)
        kind = element.kind if element else ''
        steps.append(StepOption(element_id, before.name_of(element_id), kind, cases, become.get(element_id, '')))
    listed = {one.id for one in steps}
    others = [pair for pair in become.items() if pair[0] != pair[1] and pair[0] not in listed]
    timers = _changed_timers(before.diagram, after.diagram, become)
    diagrams = before.diagram, after.diagram
    return PlanView(old, new, steps, targets_of(after.diagram), changed_timers=timers, others=others, diagrams=diagrams)


def targets_of(diagram: Diagram) -> list[StepOption]:
    """The elements a token may be put on, as far as their kind tells, in the order of the diagram."""
    wanted = [one for one in diagram.elements.values() if one.kind in _ACTIVITIES and not one.triggered_by_event]
    return [StepOption(one.id, one.name, one.kind) for one in wanted]


def _changed_timers(old: Diagram, new: Diagram, become: Mapping[str, str]) -> list[tuple[str, str, str, str]]:
    found = []
    before = {after: old.elements[identity] for identity, after in become.items()}
    for one in new.elements.values():
        was = before.get(one.id)
        if was is not None and _limit(was) and _limit(one) and _limit(was) != _limit(one):
            found.append((one.id, one.name or one.id, _limit(was), _limit(one)))
    return found


def _limit(element: Element) -> str:
    return '；'.join((event.expression or '').strip() for event in element.events if event.kind == 'timer')


def batches(connection: Connection, actor: Actor, *, place: str = '') -> Page[StoredBatch]:
    """The batches that are for no case of another hall, newest first."""
    rows = case_batch_row.join(process_instance, process_instance.c.id == case_batch_row.c.instance_id)
    away = select(case_batch_row.c.id).select_from(rows).where(case_batch_row.c.batch_id == case_batch.c.id, ~here_or_nowhere(actor))
    return fetch(
        connection, BATCH, BATCH.select().where(~away.correlate(case_batch).exists()), [Key(case_batch.c.id, descending=True)], place
    )


def batch_view(connection: Connection, actor: Actor, batch_id: int, *, place: str = '', state: str | None = None) -> BatchView:
    """One batch; raises NotFound, and Forbidden where it is for a case of another hall."""
    need_batch(connection, actor, batch_id)
    row = find_batch(connection, batch_id)
    statement = BATCH_CASES.select().where(case_batch_row.c.batch_id == batch_id)
    chosen = statement.where(case_batch_row.c.state == state) if state else statement
    plan = row.order.get('plan')
    return BatchView(
        row,
        progress(connection, batch_id),
        fetch(connection, BATCH_CASES, chosen, [Key(case_batch_row.c.id)], place),
        definition_view(connection, row.order['definition']) if row.order['definition'] != ANY else None,
        definition_view(connection, plan['to']) if plan else None,
    )


def case_rows(connection: Connection, batch_id: int) -> list[StoredBatchCase]:
    """Every case of a batch."""
    return BATCH_CASES.all(connection, BATCH_CASES.select().where(case_batch_row.c.batch_id == batch_id).order_by(case_batch_row.c.id))
