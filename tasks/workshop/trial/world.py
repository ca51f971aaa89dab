"""A world of its own for one trial: the real engine on a database in memory, with a clock that is moved by hand.

Nothing of it touches the hall: no outbox is relayed, handlers are stand-ins, people are made up. The calendar is the one that comes with
the program and office hours are the usual ones, so that a scenario ends the same wherever it is replayed.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert, select

import engine.tables as engine_tables
from engine import FORM, SYSTEM, TRIAL, TRIAL_STEP, Bundle, Edition, Effort, Engine, FixedClock, Hall, Rejection, Tx, edition, plain
from engine.forms import Form, validate
from engine.read import variables_of
from engine.rows import TASKS, StoredTask
from engine.tables import clock, metadata, process_definition, process_instance, subscription, timer, user_task
from engine.verbs import instances, user_tasks
from engine.worktime import next_morning
from tasks.catalogue.clock_rules import clock_rules
from tasks.catalogue.item import ItemSpec
from tasks.catalogue.item_toml import item_rules, read_entry
from tasks.desk.verbs import FormRejection
from tasks.workshop.trial.cast import CASE, StandIns, functions, person, received
from tasks.workshop.trial.scenario import Scenario, ScenarioStep

MAX_FIRINGS = 500
"""Timers and clocks that may run out in one jump; a diagram that needs more goes round in a circle."""
MAX_AHEAD = timedelta(days=3700)
_WORLDS = itertools.count(1)
_TABLES = [each for each in vars(engine_tables).values() if isinstance(each, Table)]


class World:
    """One made-up case of a bundle. Raises Undeployable when the bundle cannot run at all."""

    def __init__(self, bundle: Bundle, scenario: Scenario, *, hall: Hall | None = None, effort: Effort | None = None) -> None:
        self.bundle = bundle
        self.effort = effort or Effort(TRIAL)
        self.hall = hall or Hall()
        self.edition = edition(bundle)
        self.spec = _entry(self.edition)
        self.clock = FixedClock(scenario.start)
        self.engine = Engine(
            f'sqlite:///file:/trial-{next(_WORLDS)}?vfs=memdb&uri=true',
            clock=self.clock,
            handlers=StandIns(scenario.handlers),
            functions=functions(),
            item_rules=item_rules,
            halls=lambda _connection, _code: self.hall,
            effort=self.effort,
            pool_size=2,
        )
        try:
            self.edition.program  # noqa: B018  raises Undeployable before anything begins
            self.edition.make_ready()
            self.instance_id = self.engine.run(SYSTEM, lambda tx: self._begin(tx, scenario))
        except BaseException:
            self.engine.close()
            raise

    def _begin(self, tx: Tx, scenario: Scenario) -> int:
        metadata.create_all(tx.connection, tables=_TABLES)
        row = {
            'key': 'trial',
            'version': 1,
            'name': self.bundle.name or 'trial',
            'bundle_hash': self.bundle.hash,
            'bundle': self.bundle.zipped(),
            'state': 'in_force',
            'effective_at': tx.now,
            'report': [],
            'deployed_by': SYSTEM.id,
            'deployed_at': tx.now,
            'clock_rules': clock_rules(self.spec) if self.spec else [],
        }
        definition_id = tx.connection.execute(insert(process_definition).returning(process_definition.c.id), row).scalar_one()
        variables = received(self.spec, scenario.start) | dict(scenario.variables)
        return instances.start(tx, int(definition_id), business_key=CASE, variables=variables)

    def close(self) -> None:
        """Forget the world."""
        self.engine.close()

    @property
    def now(self) -> datetime:
        """The virtual instant, in the hall's zone."""
        return self.hall.office.local(self.clock())

    # what happens

    def take(self, step: ScenarioStep) -> Mapping[str, Any]:
        """Do one step of a scenario; for a task, the cleaned data. Raises FormRejection, Rejection."""
        self.effort.spend(TRIAL_STEP)
        if step.kind == 'complete':
            return self.complete(step.what, step.data, by=step.by, number=step.number)
        if step.kind == 'message':
            self.message(step.what, step.data)
        elif step.kind == 'signal':
            self.engine.run(SYSTEM, lambda tx: instances.signal(tx, step.what, step.data))
        else:
            self.advance(step.what)
        return {}

    def complete(self, element: str, data: Mapping[str, Any], *, by: str = '', number: int = 1) -> dict[str, Any]:
        """Complete (or sign) an open task of an element through its own form; the cleaned data."""
        task = self._task(element, number)
        who = person(task, by, self._barred(task))
        cleaned = self._through_form(self.edition.form(element), task, data)
        self.engine.run(who, lambda tx: user_tasks.complete(tx, task.id, cleaned))
        return cleaned

    def message(self, name: str, payload: Mapping[str, Any]) -> None:
        """Deliver a message to the case. Raises Rejection when nothing waits for it."""
        with self.engine.reading() as connection:
            wanted = select(subscription.c.id).where(subscription.c.kind == 'message', subscription.c.name == name)
            waits = connection.execute(wanted).first()
        if waits is None:
            raise Rejection(f'Expected a step that waits for the message {name!r}, but none does', f'当前没有等待消息“{name}”的环节')
        self.engine.run(SYSTEM, lambda tx: instances.correlate(tx, name, business_key=CASE, payload=payload))

    def advance(self, to: str) -> None:
        """Move the clock: to the next `timer` (or clock that runs out), to the next `workday` at opening time, or to an instant.

        Everything due on the way fires at its own instant. Raises Rejection.
        """
        if to == 'timer':
            target = self.next_due()
            if target is None:
                raise Rejection('Expected a timer that runs, but none does', '当前没有正在计时的期限')
        else:
            target = next_morning(self.now, self.hall.calendar, self.hall.office) if to == 'workday' else datetime.fromisoformat(to)
        if target < self.clock():
            raise Rejection(f'Expected an instant after {self.now}, but got {target}', '不能回到过去的时间')
        if target - self.clock() > MAX_AHEAD:
            raise Rejection(f'Expected at most {MAX_AHEAD.days} days ahead, but got {target}', '一次最多前进十年')
        self._fire_until(target)

    def next_due(self) -> datetime | None:
        """When the next timer or clock runs out; None when none is counting."""
        with self.engine.reading() as connection:
            armed = select(timer.c.due_at, timer.c.next_try).where(timer.c.state == 'armed', timer.c.due_at.is_not(None))
            alive = connection.execute(select(process_instance.c.status)).scalar() == 'active'
            found = [max(row.due_at, row.next_try or row.due_at) for row in connection.execute(armed)] if alive else []
            running = select(clock.c.due_at).where(clock.c.state == 'running', clock.c.due_at.is_not(None))
            found += list(connection.execute(running).scalars())
        return min(found, default=None)

    def _fire_until(self, target: datetime) -> None:
        for _ in range(MAX_FIRINGS):
            due = self.next_due()
            if due is None or due > target:
                self.clock.move_to(target)
                return
            self.effort.spend(TRIAL_STEP)
            self.clock.move_to(max(due, self.clock()))
            for queue in ('clock', 'timer'):  # messages leave a trial no more than documents do
                self.engine.sweep(queue, limit=200)
        message = f'Expected at most {MAX_FIRINGS} limits to run out in one jump, but there are more'
        raise Rejection(message, f'一次跳转中到期的期限超过 {MAX_FIRINGS} 个，流程可能在循环')

    # tasks

    def form(self, element: str, token: str) -> tuple[Form | None, dict[str, Any]]:
        """The form of an open task and the data it is opened with."""
        with self.engine.reading() as connection:
            return self.edition.form(element), variables_of(connection, self.instance_id, token)

    def _through_form(self, form: Form | None, task: StoredTask, data: Mapping[str, Any]) -> dict[str, Any]:
        if form is None:
            if data:
                raise Rejection('Expected no data, but the step has no form', f'环节「{task.name}」没有表单，不能填写数据')
            return {}
        with self.engine.reading() as connection:
            context = variables_of(connection, self.instance_id, task.token)
        with self.effort.share(FORM) as effort:
            result = validate(form, data, context, self.now, effort)
        if not result.ok:
            raise FormRejection(result.errors, data)
        cleaned: dict[str, Any] = plain(result.data)
        return cleaned

    def _task(self, element: str, number: int) -> StoredTask:
        with self.engine.reading() as connection:
            query = TASKS.select().where(user_task.c.state == 'open', user_task.c.element == element).order_by(user_task.c.id)
            rows = TASKS.all(connection, query)
        if len(rows) < number:
            zh = f'环节「{self.edition.name_of(element)}」（{element}）当前没有待办任务'
            raise Rejection(f'Expected an open task of {element!r}, but there are {len(rows)}', zh)
        return rows[number - 1]

    def _barred(self, task: StoredTask) -> set[str]:
        """Who signed this task already, or did a step it must not be done by the same person as."""
        barred = {str(signature['by']) for signature in task.signatures}
        with self.engine.reading() as connection:
            query = select(user_task.c.closed_by, user_task.c.signatures).where(user_task.c.element.in_(list(task.not_by)))
            for row in connection.execute(query):
                barred |= {str(row.closed_by), *(str(signature['by']) for signature in row.signatures)}
        return barred


def _entry(found: Edition) -> ItemSpec | None:
    """The catalogue entry; None without one that is right: then the case has no clocks of its own."""
    entry = found.read(read_entry)
    return None if entry.problems else entry.spec
