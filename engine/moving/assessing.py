"""What would become of one case, and what stands in the way. The dry run shows it, the carrying out carries it out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from engine.bpmn.model import Element
from engine.bpmn.moving import RELIMIT, Added, Finding, Past, Placed, finding, place
from engine.core.database import once
from engine.core.definitions import Definition
from engine.core.errors import Rejection
from engine.core.frame import Frame, readable
from engine.core.ground import Transaction
from engine.core.staffing import offered
from engine.moving.plan import NOW, Assessment, MigrationPlan, Plan
from engine.moving.rows import CarriedTask, offer_changed, opened_at, waiting_timers
from engine.read import open_tasks, road
from engine.tables import history, process_definition, user_task
from engine.timing.ledger import OPEN_CLOCK, TimerRow
from engine.words import joined
from engine.worktime import LimitError


@dataclass
class Assessed:
    """Everything known about one case before anything is written."""

    new: Definition
    placed: Placed = field(default_factory=Placed)
    findings: list[Finding] = field(default_factory=list)
    tasks: list[CarriedTask] = field(default_factory=list)  # the open user tasks as they are to be
    anchors: dict[str, datetime] = field(default_factory=dict)  # token of an added timer → what it counts from

    def told(self, frame: Frame) -> Assessment:
        """The findings, each once."""
        every = dict.fromkeys([*self.placed.findings, *self.findings])
        return Assessment(frame.instance.id, frame.instance.business_key, tuple(every))


def assessed(frame: Frame, plan: Plan, deciding: Collection[str]) -> Assessed:
    """Where the tokens of a case would stand and what would be different; nothing is written. `deciding`: windows that decide.

    Raises Rejection for a plan that fits no case at all.
    """
    instance = frame.instance
    new = check_plan(frame.tx, plan) if isinstance(plan, MigrationPlan) else frame.definition
    made = Assessed(new)
    hindrance = _hindrance(frame, plan)
    if hindrance:
        made.findings.append(finding(hindrance))
        return made
    past = Past(_milestones_behind(frame), _visited(frame), _decides(frame, new, deciding))
    with readable(instance.id, instance.business_key):
        made.placed = place(instance.state, frame.definition.program, new.program, frame.host, plan.wanted, past=past)
    if isinstance(plan, MigrationPlan) and not made.placed.blocked:
        for look in (_tasks, _stops, _timers, _added, _clocks):
            made.findings.extend(look(frame, made, plan))
    return made


def check_plan(tx: Transaction, plan: MigrationPlan) -> Definition:
    """The definition a plan leads to. Raises Rejection for versions of different keys, a draft, or ids that are not in them."""
    old, new = (tx.engine.definitions.get(tx.connection, one) for one in (plan.from_id, plan.to_id))
    if old.id == new.id or old.key != new.key:
        raise Rejection(f'Expected two versions of {old.key}, but got {old.id} and {new.id}', '请选择同一事项的两个不同版本')
    state = select(process_definition.c.state).where(process_definition.c.id == new.id)
    if once(tx.connection, ('state', new.id), lambda: tx.connection.execute(state).scalar()) == 'draft':
        raise Rejection('Expected a version that is or was in force, but it is a draft', '不能迁移到草稿版本')
    for definition, ids in ((old, plan.mapping.keys()), (new, plan.mapping.values())):
        for one in ids:
            if not definition.program.has(one):
                zh = f'第 {definition.version} 版没有环节“{one}”'
                raise Rejection(f'Expected an element of version {definition.version}, but {one!r} is none', zh)
    return new


def _hindrance(frame: Frame, plan: Plan) -> str:
    """The code of what keeps the case from being looked at, '' for nothing."""
    expected = plan.from_id if isinstance(plan, MigrationPlan) else plan.definition_id
    if frame.instance.ended_at is not None:
        return 'finished'
    if expected not in (None, frame.instance.definition_id):
        return 'other_definition'
    moves = not isinstance(plan, MigrationPlan)  # a move steps: nobody works on a suspended case
    return 'suspended' if moves and frame.instance.status == 'suspended' else ''


def _milestones_behind(frame: Frame) -> set[str]:
    mine = (history.c.instance_id == frame.instance.id, history.c.event == 'milestone.reached')
    return {str(data['milestone']) for data in frame.tx.connection.execute(select(history.c.data).where(*mine)).scalars()}


def _visited(frame: Frame) -> set[str]:
    """The elements the case has been on, by their present ids."""
    tasks = select(user_task.c.element).where(user_task.c.instance_id == frame.instance.id)
    return road(frame.tx.connection, frame.instance.id) | set(frame.tx.connection.execute(tasks).scalars())


def _decides(frame: Frame, new: Definition, deciding: Collection[str]) -> Callable[[Element], bool]:
    """Whether an element is a step of a window that decides: by the hall's register, or by the catalogue entry in one of the bundles."""
    windows = set(deciding)
    for definition in (frame.definition, new):
        item = definition.edition.read(frame.tx.engine.item_rules)
        windows |= {window.id for window in item.windows if window.authority == 'decide'} if item is not None else set()

    def decides(element: Element) -> bool:
        definition = next((one for one in (new, frame.definition) if one.program.has(element.id)), new)
        return element.kind == 'userTask' and not windows.isdisjoint(definition.assignment(element.id).windows)

    return decides


def _tasks(frame: Frame, made: Assessed, plan: MigrationPlan) -> Iterator[Finding]:
    old, new, run = frame.definition, made.new, made.placed.run
    for task in open_tasks(frame.tx.connection, frame.instance.id):
        carried = made.placed.carried.get(task.token)
        if carried is None or run is None:
            continue
        says, at, variables = new.assignment(carried.new.id), carried.new, run.variables_of(task.token)
        offer = offered(frame, says, variables, definition=new)
        if offer.wrong:
            yield finding('expression_fails', new=at, why=joined(offer.wrong, '；', '; '))
            continue
        made.tasks.append(CarriedTask(task, at, says, offer))
        if offer_changed(task, offer):
            was, now = (*task.candidate_groups, *task.candidate_users), (*offer.groups, *offer.users)
            yield finding('window_changed', new=at, was='、'.join(was) or '—', now='、'.join(now) or '—')
        if _form(old, carried.old) != _form(new, at):
            yield finding('form_changed', new=at)
        if says.signers != task.signers:
            code = 'signing_begun' if task.signatures else 'signers_changed'
            yield finding(code, old=carried.old, new=at, was=task.signers, now=says.signers)
        if {plan.mapping.get(one, one) for one in task.not_by} != set(says.not_by):
            yield finding('not_by_changed', new=at)


def _form(definition: Definition, element: Element) -> object:
    source = definition.bundle.form(element.form_ref) if element.form_ref else None
    return source if source is not None else element.form_fields


def _stops(frame: Frame, made: Assessed, plan: MigrationPlan) -> Iterator[Finding]:
    holding = {row.token for row in frame.ledger.open_stops()}
    for token, carried in made.placed.carried.items():
        stops = carried.new.said.stops_clock
        if token in holding and not stops:
            yield finding('stop_differs', old=carried.old, new=carried.new)
        elif stops and not carried.old.said.stops_clock:
            yield finding('stop_begins_later', new=carried.new)


def _timers(frame: Frame, made: Assessed, plan: MigrationPlan) -> Iterator[Finding]:
    for timer in waiting_timers(frame):
        carried = made.placed.carried.get(timer.token)
        now = carried.new.said.on_expiry if carried else ''
        if carried is not None and now != timer.on_expiry:
            yield finding('expiry_changed', new=carried.new, was=timer.on_expiry, now=now)


def _added(frame: Frame, made: Assessed, plan: MigrationPlan) -> Iterator[Finding]:
    """What a new timer counts from: the opening of its step (or of the whole case), unless the plan says now or nobody knows it."""
    for one in made.placed.added:
        if not one.timer:
            continue
        opened = None if plan.added == NOW else opened_at(frame.tx.connection, frame.instance.id, one.host)
        if opened is None:
            yield finding('added_from_now', new=one.element)
            continue
        made.anchors[one.token] = opened
        yield finding('added_from_opening', new=one.element, at=f'{frame.hall.office.local(opened):%Y-%m-%d %H:%M}')
        if _overdue(frame, made, one, opened):
            yield finding('added_overdue', new=one.element)


def _overdue(frame: Frame, made: Assessed, one: Added, anchor: datetime) -> bool:
    limit = next((armed.limit for armed in made.placed.changes.armed if armed.token == one.token), '')
    waiting = TimerRow(
        id=None,
        token=one.token,
        element=one.element.id,
        host=one.host,
        limit=limit,
        anchor=anchor,
        state='new',
        due_at=None,
        stoppable=True,
    )
    try:
        found = frame.ledger.timer_due(waiting)
    except LimitError:
        return False
    return found is not None and found.due_at is not None and found.due_at <= frame.tx.now


def _clocks(frame: Frame, made: Assessed, plan: MigrationPlan) -> Iterator[Finding]:
    for rule in made.new.clock_rules:
        row = frame.ledger.clocks.get(rule.name)
        if row is not None and row.state in OPEN_CLOCK and row.limit != rule.limit:
            code = 'clock_changed' if plan.clock(rule.name) == RELIMIT else 'clock_kept'
            yield finding(code, clock=rule.name, was=row.limit, now=rule.limit)
