"""A running instance on another version of its definition: assessed, carried over with its rows, and back as long as nothing moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from engine.bpmn.moving import RELIMIT, Added, Finding, Relocation, finding, raise_ids, relocate
from engine.bpmn.run import Run
from engine.core.apply import apply
from engine.core.definitions import Definition
from engine.core.errors import Conflict, NotFound, Rejection
from engine.core.frame import Frame, readable
from engine.core.locking import COLUMNS, Instance
from engine.core.rights import need_role
from engine.core.tx import Tx
from engine.core.values import instant_text
from engine.identity import is_blank
from engine.moving.passing import milestones_behind, passed_by_mapping
from engine.moving.plan import NOW, Assessment, MigrationPlan, refused
from engine.moving.rows import assigned, carry_over, instance_migration, open_tasks, opened_at, put_back, snapshot, waiting_timers
from engine.tables import clock, process_definition, process_instance, timer
from engine.timing import clocks
from engine.timing.ledger import OPEN_CLOCK, TimerRow
from engine.worktime import LimitError


@dataclass
class _Prepared:
    """Everything known about one instance before anything is written."""

    new: Definition
    relocation: Relocation = field(default_factory=Relocation)
    findings: list[Finding] = field(default_factory=list)
    anchors: dict[str, datetime] = field(default_factory=dict)  # token of an added timer → what it counts from

    def told(self, instance: Instance) -> Assessment:
        return Assessment(instance.id, instance.business_key, tuple(dict.fromkeys([*self.relocation.findings, *self.findings])))


def check_plan(tx: Tx, plan: MigrationPlan) -> tuple[Definition, Definition]:
    """Both definitions of a plan. Raises Rejection for versions of different keys, a draft, or ids that are not in them."""
    old, new = (tx.engine.definitions.get(tx.connection, one) for one in (plan.from_id, plan.to_id))
    if old.id == new.id or old.key != new.key:
        raise Rejection(f'Expected two versions of {old.key}, but got {old.id} and {new.id}', '请选择同一事项的两个不同版本')
    state = tx.connection.execute(select(process_definition.c.state).where(process_definition.c.id == new.id)).scalar()
    if state == 'draft':
        raise Rejection('Expected a version that is or was in force, but it is a draft', '不能迁移到草稿版本')
    for definition, ids in ((old, plan.mapping.keys()), (new, plan.mapping.values())):
        for one in ids:
            try:
                definition.element(one)
            except KeyError as error:
                zh = f'第 {definition.version} 版没有环节“{one}”'
                raise Rejection(f'Expected an element of version {definition.version}, but {one!r} is none', zh) from error
    return old, new


def assess(tx: Tx, instance_id: int, plan: MigrationPlan) -> Assessment:
    """Whether an instance can go to another version, why not, and what would be different. Locks and writes nothing.

    Locks nothing and writes nothing.
    """
    row = tx.connection.execute(select(*COLUMNS).where(process_instance.c.id == instance_id)).first()
    if row is None:
        raise NotFound(f'Expected process instance {instance_id}, but there is none', '没有找到该办件')
    instance = Instance(**row._mapping)
    frame = Frame(tx, instance, tx.engine.definitions.get(tx.connection, instance.definition_id))
    return _prepare(frame, plan).told(instance)


def migrate(tx: Tx, instance_id: int, plan: MigrationPlan, reason: str) -> int:
    """Put a running (or suspended) instance on another version of its definition (administrator); the migration's id.

    Nothing is stepped: tasks, timers with their ledger, stops and clocks stay. Raises Rejection with every reason why not.
    """
    need_role(tx.by, 'administrator')
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写理由')
    old, _ = check_plan(tx, plan)
    with tx.frame(instance_id) as frame:
        ready = _prepare(frame, plan)
        told = ready.told(frame.instance)
        run = ready.relocation.run
        if not told.can or run is None:
            raise refused(told)
        kept = {'state_before': frame.instance.state, 'rows_before': snapshot(tx.connection, instance_id)}
        frame.wrote = True
        frame.record('process_instance.migrated', _event(plan, old, ready, told, reason))
        _rebase(frame, ready.new, run)
        carry_over(frame, ready.relocation, plan.mapping)
        apply(frame, ready.relocation.changes)
        _settle(frame, ready, plan)
        length = frame.instance.history_length + len(frame.events)
        values = {
            'instance_id': instance_id,
            'from_definition': plan.from_id,
            'to_definition': plan.to_id,
            'plan': plan.as_json(),
            'findings': [one.as_dict() for one in told.notes],
            'reason': reason,
            'by': tx.by.id,
            'at': tx.now,
            'history_length': length,
        }
        made = tx.connection.execute(insert(instance_migration).returning(instance_migration.c.id), {**values, **kept}).scalar_one()
    return int(made)


def _event(plan: MigrationPlan, old: Definition, ready: _Prepared, told: Assessment, reason: str) -> dict[str, Any]:
    return {
        'from': {'definition': old.id, 'version': old.version},
        'to': {'definition': ready.new.id, 'version': ready.new.version},
        'reason': reason,
        'mapping': dict(plan.mapping),
        'timers': dict(plan.timers),
        'clocks': dict(plan.clocks),
        'added': plan.added,
        'anchors': {token: instant_text(at) for token, at in ready.anchors.items()},
        'notes': [one.zh for one in told.notes],
    }


def _rebase(frame: Frame, new: Definition, run: Run) -> None:
    frame.rebase(new, run)
    frame.tx.connection.execute(update(process_instance).where(process_instance.c.id == frame.instance.id).values(definition_id=new.id))


def _settle(frame: Frame, ready: _Prepared, plan: MigrationPlan) -> None:
    """Anchor the added timers, change the clocks the plan says, and recompute every due date from the ledger."""
    for token, anchor in ready.anchors.items():
        frame.tx.connection.execute(
            update(timer).where(timer.c.instance_id == frame.instance.id, timer.c.token == token).values(anchor=anchor)
        )
    frame.reread()
    for rule in ready.new.clock_rules:
        row = frame.ledger.clocks.get(rule.name)
        if row is None or row.state not in OPEN_CLOCK or row.limit == rule.limit or plan.clock(rule.name) != RELIMIT:
            continue
        before, row.limit = row.limit, rule.limit
        frame.tx.connection.execute(update(clock).where(clock.c.id == row.id).values(limit=rule.limit))
        at = instant_text(row.anchor)
        frame.record('clock.set', {'clock': rule.name, 'anchor': at, 'limit': rule.limit, 'before': [at, before]})
    clocks.recompute(frame, cause='migration')


def _prepare(frame: Frame, plan: MigrationPlan) -> _Prepared:
    """Where every token would stand and what would be different; nothing is written."""
    tx, instance = frame.tx, frame.instance
    new = tx.engine.definitions.get(tx.connection, plan.to_id)
    ready = _Prepared(new)
    if instance.ended_at is not None:
        ready.findings.append(finding('finished'))
    elif instance.definition_id != plan.from_id:
        ready.findings.append(finding('other_definition'))
    if ready.findings:
        return ready
    old = frame.definition.program
    with readable(instance.id, instance.business_key):
        ready.relocation = relocate(instance.state, old, new.program, frame.host, mapping=plan.mapping, timers=plan.timers)
    if not ready.relocation.blocked:
        for look in (_passed, _milestones, _tasks, _stops, _timers, _added, _clocks):
            ready.findings.extend(look(frame, ready, plan))
    return ready


def _passed(frame: Frame, ready: _Prepared, plan: MigrationPlan) -> Iterator[Finding]:
    become = {(one.old.id, one.new.id) for one in ready.relocation.placements.values()}
    return passed_by_mapping(frame, ready.new, sorted(become))


def _milestones(frame: Frame, ready: _Prepared, plan: MigrationPlan) -> Iterator[Finding]:
    before, after = ready.relocation.milestones
    behind = milestones_behind(frame)
    for milestone in sorted(before - after - behind):
        yield finding('milestone_lost', milestone=milestone)
    for milestone in sorted((after & behind) - before):
        yield finding('milestone_again', milestone=milestone)


def _tasks(frame: Frame, ready: _Prepared, plan: MigrationPlan) -> Iterator[Finding]:
    old, new = frame.definition, ready.new
    for row in open_tasks(frame):
        placed = ready.relocation.placements.get(row['token'])
        if placed is None:
            continue
        says, at = new.assignment(placed.new.id), placed.new
        try:
            groups, _ = assigned(frame, ready.relocation, row, says)
        except Rejection as error:
            yield finding('expression_fails', new=at, why=error.zh)
            continue
        if groups != row['candidate_groups']:
            yield finding('window_changed', new=at, was='、'.join(row['candidate_groups']) or '—', now='、'.join(groups) or '—')
        if _form(old, placed.old.id) != _form(new, at.id):
            yield finding('form_changed', new=at)
        if says.signers != row['signers']:
            yield finding(
                'signing_begun' if row['signatures'] else 'signers_changed', old=placed.old, new=at, was=row['signers'], now=says.signers
            )
        if {plan.mapping.get(one, one) for one in row['not_by']} != set(says.not_by):
            yield finding('not_by_changed', new=at)


def _form(definition: Definition, element: str) -> object:
    found = definition.element(element)
    source = definition.bundle.form(found.form_ref) if found.form_ref else None
    return source if source is not None else found.form_fields


def _stops(frame: Frame, ready: _Prepared, plan: MigrationPlan) -> Iterator[Finding]:
    holding = {row.token for row in frame.ledger.open_stops()}
    for token, placed in ready.relocation.placements.items():
        stops = placed.new.said.stops_clock
        if token in holding and not stops:
            yield finding('stop_differs', old=placed.old, new=placed.new)
        elif stops and not placed.old.said.stops_clock:
            yield finding('stop_begins_later', new=placed.new)


def _timers(frame: Frame, ready: _Prepared, plan: MigrationPlan) -> Iterator[Finding]:
    for row in waiting_timers(frame):
        placed = ready.relocation.placements.get(row['token'])
        now = placed.new.said.on_expiry if placed else ''
        if placed is not None and now != row['on_expiry']:
            yield finding('expiry_changed', new=placed.new, was=row['on_expiry'], now=now)


def _added(frame: Frame, ready: _Prepared, plan: MigrationPlan) -> Iterator[Finding]:
    """What a new timer counts from: the opening of its step (or of the whole case), unless the plan says now or nobody knows it."""
    for one in ready.relocation.added:
        if not one.timer:
            continue
        opened = None if plan.added == NOW else opened_at(frame.tx.connection, frame.instance.id, one.host)
        if opened is None:
            yield finding('added_from_now', new=one.element)
            continue
        ready.anchors[one.token] = opened
        hall = frame.ledger.hall
        yield finding('added_from_opening', new=one.element, at=f'{hall.office.local(opened):%Y-%m-%d %H:%M}')
        if _overdue(frame, ready, one, opened):
            yield finding('added_overdue', new=one.element)


def _overdue(frame: Frame, ready: _Prepared, one: Added, anchor: datetime) -> bool:
    limit = next((armed.limit for armed in ready.relocation.changes.armed if armed.token == one.token), '')
    try:
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
        found = frame.ledger.timer_due(waiting)
    except LimitError:
        return False
    return found is not None and found.due_at is not None and found.due_at <= frame.tx.now


def _clocks(frame: Frame, ready: _Prepared, plan: MigrationPlan) -> Iterator[Finding]:
    for rule in ready.new.clock_rules:
        row = frame.ledger.clocks.get(rule.name)
        if row is not None and row.state in OPEN_CLOCK and row.limit != rule.limit:
            code = 'clock_changed' if plan.clock(rule.name) == RELIMIT else 'clock_kept'
            yield finding(code, clock=rule.name, was=row.limit, now=rule.limit)


def revert(tx: Tx, migration_id: int, reason: str) -> None:
    """Take a migration back (administrator). Raises Conflict when anything has happened to the instance since."""
    need_role(tx.by, 'administrator')
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写理由')
    instance_id = _migration(tx, migration_id)['instance_id']
    with tx.frame(instance_id) as frame:
        row = _migration(tx, migration_id)
        _need_unmoved(frame.instance, row)
        old = tx.engine.definitions.get(tx.connection, row['from_definition'])
        now = frame.definition
        with readable(instance_id, frame.instance.business_key):
            blob = raise_ids(row['state_before'], old.program, frame.instance.state, now.program, frame.host)
        frame.wrote = True
        data = {
            'migration': migration_id,
            'from': {'definition': now.id, 'version': now.version},
            'to': {'definition': old.id, 'version': old.version},
            'mapping': {new: was for was, new in row['plan']['mapping'].items()},
            'reason': reason,
        }
        frame.record('process_instance.migration_reverted', data)
        _rebase(frame, old, Run.restore(old.program, blob, frame.host))
        put_back(frame, row['rows_before'])
        clocks.recompute(frame, cause='migration reverted')
        tx.connection.execute(
            update(instance_migration).where(instance_migration.c.id == migration_id).values(reverted_at=tx.now, reverted_by=tx.by.id)
        )


def _migration(tx: Tx, migration_id: int) -> RowMapping:
    row = tx.connection.execute(select(instance_migration).where(instance_migration.c.id == migration_id)).mappings().first()
    if row is None:
        raise NotFound(f'Expected migration {migration_id}, but there is none', '没有该迁移记录')
    return row


def _need_unmoved(instance: Instance, row: RowMapping) -> None:
    """Raises Conflict when the migration was reverted, or the case was worked on since."""
    if row['reverted_at'] is not None:
        raise Conflict(
            f'Expected a migration in effect, but {row["reverted_by"]} reverted it',
            '该迁移已撤销',
            who=row['reverted_by'],
            when=row['reverted_at'],
        )
    if instance.history_length != row['history_length'] or instance.ended_at is not None or instance.definition_id != row['to_definition']:
        raise Conflict(
            f'Expected {instance.business_key} not to have moved since its migration, but {instance.touched_by} changed it at '
            f'{instance.touched_at}',
            '迁移之后办件已有新的办理记录，不能撤销迁移',
            who=instance.touched_by,
            when=instance.touched_at,
        )
