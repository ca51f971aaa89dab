"""Cases on another version of their definition, or on another step: assessed, carried out, and a migration taken back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from engine.bpmn.moving import RELIMIT, CasePlace, Finding, finding, raise_ids
from engine.bpmn.moving import places as places_of
from engine.bpmn.run import Run
from engine.core.apply import apply
from engine.core.definitions import Definition
from engine.core.errors import Conflict, NotFound, Rejection
from engine.core.frame import Frame, readable
from engine.core.locking import COLUMNS, Instance
from engine.core.tx import Tx
from engine.core.values import instant_text
from engine.identity import is_blank
from engine.moving.assessing import Assessed, assessed
from engine.moving.plan import Assessment, MigrationPlan, MovePlan, Plan, refused
from engine.moving.rows import StoredMigration, carry_over, instance_migration, put_back, snapshot, stored_migration
from engine.tables import clock, process_instance, timer
from engine.timing import clocks
from engine.timing.ledger import OPEN_CLOCK


@dataclass(frozen=True)
class CarriedOut:
    """What was done: the notes of the assessment, and the migration's id, None for a move."""

    notes: tuple[Finding, ...]
    migration: int | None


def places(tx: Tx, instance_id: int) -> list[CasePlace]:
    """The places of an instance that a move can leave."""
    frame = _onlooking(tx, instance_id)
    if frame.instance.ended_at is not None:
        return []
    with readable(instance_id, frame.instance.business_key):
        return places_of(frame.instance.state, frame.definition.program, frame.host)


def assess(tx: Tx, instance_id: int, plan: Plan, deciding: Collection[str] = ()) -> Assessment:
    """Whether an instance can go where the plan says, why not, and what would be different. Locks and writes nothing.

    `deciding`: the hall's windows that decide. Raises Rejection for a plan that fits no instance, NotFound.
    """
    frame = _onlooking(tx, instance_id)
    return assessed(frame, plan, deciding).told(frame)


def _onlooking(tx: Tx, instance_id: int) -> Frame:
    row = tx.connection.execute(select(*COLUMNS).where(process_instance.c.id == instance_id)).first()
    if row is None:
        raise NotFound(f'Expected process instance {instance_id}, but there is none', '没有找到该办件')
    instance = Instance(**row._mapping)
    return Frame(tx, instance, tx.engine.definitions.get(tx.connection, instance.definition_id))


def carry_out(tx: Tx, instance_id: int, plan: Plan, reason: str, deciding: Collection[str] = ()) -> CarriedOut:
    """Put an instance where the plan says (right `instance.migrate`). Raises Rejection with every reason why not, as `assess` tells them.

    A migration steps nothing: tasks, timers with their ledger, stops and clocks stay, also of a suspended instance. After a move the
    diagram goes on from the step that begins.
    """
    tx.need('instance.migrate', instance_id=instance_id)
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写理由')
    with tx.frame(instance_id) as frame:
        made = assessed(frame, plan, deciding)
        told, run = made.told(frame), made.placed.run
        if not told.can or run is None:
            raise refused(told)
        frame.wrote = True
        if isinstance(plan, MovePlan):
            _move(frame, plan, made, run, reason)
            return CarriedOut(told.notes, None)
        return CarriedOut(told.notes, _migrate(frame, plan, made, run, reason))


def _move(frame: Frame, plan: MovePlan, made: Assessed, run: Run, reason: str) -> None:
    told = made.told(frame)
    data = {'left': [one.id for one in made.placed.left], 'begun': plan.begin, 'reason': reason, 'notes': [one.zh for one in told.notes]}
    frame.record('process_instance.moved', data, element=plan.begin)
    frame.take(run)
    changes = frame.advance()
    if changes.ended is not None:  # by what a handler said; what is drawn was assessed
        end = finding('would_end', new=frame.definition.element(plan.begin))
        raise refused(Assessment(told.instance_id, told.business_key, (*told.findings, end)))
    apply(frame, changes)


def _migrate(frame: Frame, plan: MigrationPlan, made: Assessed, run: Run, reason: str) -> int:
    connection, instance, told = frame.tx.connection, frame.instance, made.told(frame)
    kept = {'state_before': instance.state, 'rows_before': snapshot(connection, instance.id)}
    frame.record('process_instance.migrated', _event(frame, plan, made, told, reason))
    _rebase(frame, made.new, run)
    carry_over(frame, made.placed, made.tasks, plan.mapping)
    apply(frame, made.placed.changes)
    _settle(frame, made, plan)
    values = {
        'instance_id': instance.id,
        'from_definition': plan.from_id,
        'to_definition': plan.to_id,
        'plan': plan.as_json(),
        'findings': [one.as_dict() for one in told.notes],
        'reason': reason,
        'by': frame.tx.by.id,
        'at': frame.tx.now,
        'history_length': instance.history_length + len(frame.events),
    }
    return int(connection.execute(insert(instance_migration).returning(instance_migration.c.id), {**values, **kept}).scalar_one())


def _event(frame: Frame, plan: MigrationPlan, made: Assessed, told: Assessment, reason: str) -> dict[str, Any]:
    return {
        'from': _version(frame.definition),
        'to': _version(made.new),
        'reason': reason,
        'mapping': dict(plan.mapping),
        'timers': dict(plan.timers),
        'clocks': dict(plan.clocks),
        'added': plan.added,
        'anchors': {token: instant_text(at) for token, at in made.anchors.items()},
        'notes': [one.zh for one in told.notes],
    }


def _version(definition: Definition) -> dict[str, int]:
    return {'definition': definition.id, 'version': definition.version}


def _rebase(frame: Frame, new: Definition, run: Run) -> None:
    frame.rebase(new, run)
    frame.tx.connection.execute(update(process_instance).where(process_instance.c.id == frame.instance.id).values(definition_id=new.id))


def _settle(frame: Frame, made: Assessed, plan: MigrationPlan) -> None:
    """Anchor the added timers, change the clocks the plan says, and recompute every due date from the ledger."""
    for token, anchor in made.anchors.items():
        mine = (timer.c.instance_id == frame.instance.id, timer.c.token == token)
        frame.tx.connection.execute(update(timer).where(*mine).values(anchor=anchor))
    frame.reread()
    for rule in made.new.clock_rules:
        row = frame.ledger.clocks.get(rule.name)
        if row is None or row.state not in OPEN_CLOCK or row.limit == rule.limit or plan.clock(rule.name) != RELIMIT:
            continue
        before, row.limit = row.limit, rule.limit
        frame.tx.connection.execute(update(clock).where(clock.c.id == row.id).values(limit=rule.limit))
        at = instant_text(row.anchor)
        frame.record('clock.set', {'clock': rule.name, 'anchor': at, 'limit': rule.limit, 'before': [at, before]})
    clocks.recompute(frame, cause='migration')


def revert(tx: Tx, migration_id: int, reason: str) -> None:
    """Take a migration back (right `instance.migrate`). Raises Conflict when anything has happened to the instance since."""
    instance_id = stored_migration(tx.connection, migration_id).instance_id
    tx.need('instance.migrate', instance_id=instance_id)
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写理由')
    with tx.frame(instance_id) as frame:
        row = stored_migration(tx.connection, migration_id)  # as it is under the lock
        _need_unmoved(frame.instance, row)
        old, now = tx.engine.definitions.get(tx.connection, row.from_definition), frame.definition
        with readable(row.instance_id, frame.instance.business_key):
            blob = raise_ids(row.state_before, old.program, frame.instance.state, now.program, frame.host)
        frame.wrote = True
        data = {
            'migration': migration_id,
            'from': _version(now),
            'to': _version(old),
            'mapping': {new: was for was, new in row.plan['mapping'].items()},
            'reason': reason,
        }
        frame.record('process_instance.migration_reverted', data)
        _rebase(frame, old, Run.restore(old.program, blob, frame.host))
        put_back(frame, row.rows_before)
        clocks.recompute(frame, cause='migration reverted')
        tx.connection.execute(
            update(instance_migration).where(instance_migration.c.id == migration_id).values(reverted_at=tx.now, reverted_by=tx.by.id)
        )


def _need_unmoved(instance: Instance, row: StoredMigration) -> None:
    """Raises Conflict when the migration was reverted, or the case was worked on since."""
    if row.reverted_at is not None:
        raise Conflict(
            f'Expected a migration in effect, but {row.reverted_by} reverted it', '该迁移已撤销', who=row.reverted_by, when=row.reverted_at
        )
    if instance.history_length != row.history_length or instance.ended_at is not None or instance.definition_id != row.to_definition:
        raise Conflict(
            f'Expected {instance.business_key} not to have moved since its migration, but {instance.touched_by} changed it at '
            f'{instance.touched_at}',
            '迁移之后办件已有新的办理记录，不能撤销迁移',
            who=instance.touched_by,
            when=instance.touched_at,
        )
