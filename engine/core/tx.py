"""One transaction: one clock reading, one actor, one connection, and every verb of the engine. Whoever has no `Tx` cannot write."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, RowMapping

from engine.core.actor import Actor
from engine.core.bundle import Bundle
from engine.core.errors import NotFound, Rejection
from engine.core.frame import LOCK, LOCK_BY_TASK, Frame, Instance
from engine.moving import migrating as migration
from engine.moving import tokens as moves
from engine.timing.outbox import enqueue
from engine.verbs import clocks, definitions, instances, operations, user_tasks
from engine.verbs.user_tasks import Done

if TYPE_CHECKING:
    from engine.bpmn.check import House
    from engine.bpmn.moving import Standing
    from engine.core.engine import Engine
    from engine.moving.plan import Assessment, MigrationPlan


class Tx:
    """What `Engine.begin` gives. Nothing is visible to others before the block ends without an exception."""

    def __init__(self, engine: Engine, connection: Connection, by: Actor) -> None:
        self.engine = engine
        self.connection = connection
        self.by = by
        self.deployed: list[int] = []
        self.locking: int | None = None  # the instance this transaction waits for: a conflict names who holds it
        self.locking_task: int | None = None  # or that of this user task
        self.broken = False
        self._frames: dict[int, Frame] = {}
        self._instances: dict[int, Instance] = {}

    @cached_property
    def now(self) -> datetime:
        """The transaction's single clock reading (UTC), taken when it is first needed: after the lock was granted."""
        return self.engine.clock()

    @contextmanager
    def frame(self, instance_id: int | None = None, *, task_id: int | None = None, active: bool = False) -> Iterator[Frame]:
        """Lock an instance (or the one of a user task) first, then work on it; on leaving its state and history are written.

        Nested use on one instance shares one frame. `active`: raises Rejection unless the instance runs.
        """
        task = None if task_id is None else self._lock_task(task_id)
        instance = self._lock(instance_id if task is None else task['of_id'])
        if active:
            instances.need_active(instance)
        frame = self._frames.get(instance.id)
        if frame is None:
            definition = self.engine.definitions.get(self.connection, instance.definition_id)
            frame = self._frames[instance.id] = Frame(self, instance, definition)
        frame.depth += 1
        frame.task = task or frame.task
        try:
            yield frame
        except BaseException:
            self.broken = self.broken or frame.wrote
            frame.depth -= 1
            if not frame.depth:
                self._frames.pop(instance.id, None)
            raise
        frame.depth -= 1
        if not frame.depth:
            self._frames.pop(instance.id, None)
            frame.close()

    def adopt(self, instance: Instance) -> None:
        """An instance this transaction has just inserted, or locked by another statement, needs no further lock."""
        self._instances[instance.id] = instance

    def _lock(self, instance_id: int | None) -> Instance:
        held = self._instances.get(instance_id) if instance_id is not None else None
        if held is not None:
            return held
        self.locking = instance_id
        row = self.connection.execute(LOCK, {'instance_id': instance_id}).first()
        if row is None:
            raise NotFound(f'Expected process instance {instance_id}, but there is none', '没有找到该办件')
        found = self._instances[row.id] = Instance(**row._mapping)
        return found

    def _lock_task(self, task_id: int) -> RowMapping:
        """Lock the instance of a user task and read both in one statement."""
        self.locking_task = task_id
        row = self.connection.execute(LOCK_BY_TASK, {'task_id': task_id}).mappings().first()
        if row is None:
            raise NotFound(f'Expected user task {task_id}, but there is none', '没有找到该任务')
        if row['of_id'] not in self._instances:
            self.adopt(Instance(**{name: row[f'of_{name}'] for name in Instance.__dataclass_fields__}))
        return row

    # definitions and instances

    def deploy(
        self,
        bundle: Bundle,
        *,
        key: str,
        name: str,
        clock_rules: Sequence[Mapping[str, str]] = (),
        reason: str = '',
        state: str = 'in_force',
        effective_at: datetime | None = None,
        house: House | None = None,
    ) -> int:
        """Check a bundle and put it into force (or stage it until `effective_at`, or keep it as a draft); the definition's id.

        Raises Undeployable with all problems, Forbidden, Rejection for clock rules that cannot be read.
        """
        return definitions.deploy(
            self, bundle, key=key, name=name, clock_rules=clock_rules, reason=reason, state=state, effective_at=effective_at, house=house
        )

    def unstage(self, definition_id: int) -> None:
        """Take back a staged version before its instant (administrator)."""
        definitions.unstage(self, definition_id)

    def start(
        self,
        definition: str | int,
        *,
        business_key: str,
        variables: Mapping[str, Any] | None = None,
        hall: str = '',
        start_event: str | None = None,
        created: Callable[[int], None] | None = None,
    ) -> int:
        """Start an instance of the version in force (by key) or of one definition (by id); the instance's id.

        `created` is called with the id before the first step, so that the caller's own rows exist when listeners and handlers run.
        Raises Conflict when the business key is taken, NotFound when nothing is in force.
        """
        return instances.start(self, definition, business_key, variables or {}, hall=hall, start_event=start_event, created=created)

    def correlate(self, message: str, *, business_key: str | None = None, payload: Mapping[str, Any] | None = None) -> int:
        """Deliver a message to every instance that waits for it (of that business key, if given); how many took it.

        When none waits, a definition in force that begins with the message is started under that business key. Raises Rejection when
        there is none of either.
        """
        return instances.correlate(self, message, business_key, payload or {})

    def signal(self, name: str, payload: Mapping[str, Any] | None = None) -> int:
        """Broadcast a signal; how many instances caught it (0 is no error)."""
        return instances.signal(self, name, payload or {})

    def cancel(self, instance_id: int, reason: str) -> None:
        """End an instance now, whatever it waits for (administrator)."""
        instances.cancel(self, instance_id, reason)

    def suspend(self, instance_id: int, reason: str) -> None:
        """Let nothing happen to an instance until it is activated; its clocks run on (administrator)."""
        instances.suspend(self, instance_id, reason)

    def activate(self, instance_id: int, reason: str) -> None:
        """End a suspension (administrator); timers missed meanwhile fire at the next tick."""
        instances.activate(self, instance_id, reason)

    # user tasks

    def claim(self, task_id: int) -> None:
        """Take an open task of one of my windows. Raises Conflict naming who has it, Forbidden."""
        user_tasks.claim(self, task_id)

    def unclaim(self, task_id: int) -> None:
        """Put a task back (its assignee, an administrator or a supervisor)."""
        user_tasks.unclaim(self, task_id)

    def assign(self, task_id: int, assignee: str) -> None:
        """Give a task to somebody (its assignee, an administrator or a supervisor)."""
        user_tasks.assign(self, task_id, assignee)

    def next_task(self, groups: Sequence[str]) -> int | None:
        """Claim the most urgent unclaimed task of these windows; its id, None when there is none. No two people get the same."""
        return user_tasks.next_task(self, groups)

    def save_draft(self, task_id: int, data: Mapping[str, Any]) -> None:
        """Keep unsent form data of an open task."""
        user_tasks.save_draft(self, task_id, data)

    def complete(self, task_id: int, variables: Mapping[str, Any] | None = None, *, lock_version: int | None = None) -> Done:
        """Complete (or, with several signers, sign) a task and run on to the next wait state.

        Raises Conflict naming who and when if it is closed, claimed by somebody else or the page is stale; Forbidden; Rejection.
        """
        return user_tasks.complete(self, task_id, variables or {}, lock_version)

    # clocks

    def stop_clock(self, instance_id: int, kind: str, reason: str, basis: str, notice: str = '', *, since: datetime | None = None) -> int:
        """Stop every limit of a case in hall units, from now (or a past instant `since`) on; the stop's id. Kinds: STOP_KINDS."""
        return clocks.stop_clock(self, instance_id, kind, reason=reason, basis=basis, notice=notice, since=since)

    def resume_clock(self, stop_id: int, *, at: datetime | None = None) -> None:
        """End a stop now, or as of a past instant `at` not before it began."""
        clocks.resume_clock(self, stop_id, at)

    def extend(self, instance_id: int, clock_name: str, amount: int, reason: str, notice: str = '') -> None:
        """Add an amount in the clock's own unit, once and before it expires (Licensing Law art. 42)."""
        clocks.extend(self, instance_id, clock_name, amount, reason=reason, notice=notice)

    def set_clock(self, instance_id: int, name: str, anchor: datetime, limit: str | None = None) -> None:
        """Set a clock's anchor (and limit): backdating a receipt, or starting a clock the diagram does not start."""
        clocks.set_clock(self, instance_id, name, anchor, limit)

    def recompute(self, instance_id: int, cause: str) -> list[dict[str, Any]]:
        """Recompute every due date of an instance, e.g. after a calendar was imported; what changed, old and new."""
        return clocks.recompute_instance(self, instance_id, cause)

    # operations

    def reschedule(self, timer_id: int, limit: str | datetime, reason: str) -> None:
        """Give a waiting or dead timer another limit or instant (administrator)."""
        operations.reschedule(self, timer_id, limit, reason)

    def retry(self, incident_id: int) -> None:
        """Try again what failed: the step, the timer or the message (administrator)."""
        operations.retry(self, incident_id)

    def resolve(self, incident_id: int, note: str) -> None:
        """Close an incident without trying again, saying why (administrator)."""
        operations.resolve(self, incident_id, note)

    def assess_migration(self, instance_id: int, plan: MigrationPlan) -> Assessment:
        """Whether an instance can go to another version, why not, and what would be different. Locks and writes nothing."""
        return migration.assess(self, instance_id, plan)

    def migrate_instance(self, instance_id: int, plan: MigrationPlan, reason: str) -> int:
        """Put a running (or suspended) instance on another version of its definition (administrator); the migration's id.

        Nothing is stepped: tasks, timers with their ledger, stops and clocks stay. Raises Rejection with every reason why not.
        """
        return migration.migrate(self, instance_id, plan, reason)

    def revert_migration(self, migration_id: int, reason: str) -> None:
        """Take a migration back (administrator). Raises Conflict when anything has happened to the instance since."""
        migration.revert(self, migration_id, reason)

    def standing(self, instance_id: int) -> list[Standing]:
        """The places of an instance that `move_token` can leave."""
        return moves.places(self, instance_id)

    def assess_move(self, instance_id: int, leave: Sequence[str], begin: str, deciding: Collection[str] = ()) -> Assessment:
        """Whether tokens can be moved, why not, and what goes with it. Locks and writes nothing."""
        return moves.assess_move(self, instance_id, leave, begin, deciding)

    def move_token(self, instance_id: int, leave: Sequence[str], begin: str, reason: str, *, deciding: Collection[str] = ()) -> None:
        """Cancel the tokens (or those on the elements) `leave` and begin the element `begin` (administrator). Clocks run on.

        Milestones are neither skipped nor reached by it, steps of the windows `deciding` never passed over. Raises Rejection.
        """
        moves.move_token(self, instance_id, leave, begin, reason, deciding=deciding)

    def record(
        self, instance_id: int, event: str, data: Mapping[str, Any] | None = None, *, element: str | None = None, by: str | None = None
    ) -> None:
        """Append an event of the office to the instance's history; past tense, e.g. `document.issued`."""
        if '.' not in event:
            raise Rejection(f'Expected an event like document.issued, but got {event!r}', '事件名称不合法')
        with self.frame(instance_id) as frame:
            frame.record(event, data, element=element, by=by)

    def publish(
        self, topic: str, key: str, payload: Mapping[str, Any], instance_id: int | None = None, *, not_before: datetime | None = None
    ) -> int:
        """Order a side effect for after the commit (or `not_before`); the outbox row's id. Raises Conflict when the key was used."""
        return enqueue(self, topic, key, payload, instance_id, not_before=not_before)
