"""A running case goes to another version with its tasks, timers, clocks and stops; it comes back as long as nobody has worked on it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import pytest
from fakes import ADMINISTRATOR, SUPERVISOR, boundary_timer, bundle, chain, clerk, each_event, end, flow, start, user_task
from sqlalchemy import select, update

from engine import SYSTEM, Conflict, Engine, Forbidden, Rejection, read, verify_history
from engine.moving import placing
from engine.moving.plan import MigrationPlan
from engine.moving.rows import instance_migration
from engine.rows import StoredClock, StoredEvent, StoredInstance, StoredTask, StoredTimer
from engine.verbs import definitions, instances, operations, user_tasks

LI = clerk('li', 'desk')
RULES = ({'name': 'promise', 'starts': 'received', 'ends': 'decided', 'limit': '20个工作日'},)
ROAD = chain('start', 'check', 'decide', 'end')
OLD = start(milestone='received') + user_task('check') + user_task('decide', milestone='decided') + end() + ROAD
LATE = boundary_timer('late', 'check', '5个工作日', interrupting=False, on_expiry='warn') + end('warned') + flow('late', 'warned')


class Hall:
    """One item in two versions, and a case on the first."""

    def __init__(self, engine: Engine, old: str, new: str, *, rules: Any = RULES, new_rules: Any = RULES, **variables: Any) -> None:
        self.engine = engine
        with engine.begin(SYSTEM) as tx:
            self.old = definitions.deploy(tx, tx.engine.check(bundle(old)), key='item', name='事项', clock_rules=rules)
            self.case = instances.start(tx, 'item', business_key='case-1', variables=variables)
            self.new = definitions.deploy(
                tx, tx.engine.check(bundle(f'<!-- revised -->{new}')), key='item', name='事项', clock_rules=new_rules
            )

    def plan(self, **choices: Any) -> MigrationPlan:
        return MigrationPlan(self.old, self.new, **choices)

    def assess(self, **choices: Any) -> Any:
        with self.engine.looking(ADMINISTRATOR) as tx:
            return placing.assess(tx, self.case, self.plan(**choices))

    def codes(self, **choices: Any) -> list[str]:
        return [one.code for one in self.assess(**choices).findings]

    def migrate(self, **choices: Any) -> int:
        with self.engine.begin(ADMINISTRATOR) as tx:
            return placing.carry_out(tx, self.case, self.plan(**choices), '流程修订').migration

    def revert(self, migration: int) -> None:
        with self.engine.begin(ADMINISTRATOR) as tx:
            placing.revert(tx, migration, '改错了')

    def do(self, element: str, **variables: Any) -> None:
        with self.engine.begin(LI) as tx:
            user_tasks.complete(tx, self.task(element).id, variables)

    def task(self, element: str) -> StoredTask:
        return next(task for task in self.tasks() if task.element == element)

    def tasks(self) -> list[StoredTask]:
        with self.engine.reading() as connection:
            return list(read.open_tasks(connection, self.case))

    def timers(self) -> dict[str, StoredTimer]:
        with self.engine.reading() as connection:
            return {row.element: row for row in read.timers(connection, self.case)}

    def clock(self, name: str = 'promise') -> StoredClock:
        with self.engine.reading() as connection:
            return next(row for row in read.clocks(connection, self.case) if row.name == name)

    def instance(self) -> StoredInstance:
        with self.engine.reading() as connection:
            found = read.instance(connection, self.case)
        assert found is not None
        return found

    def events(self, name: str) -> list[StoredEvent]:
        with self.engine.reading() as connection:
            assert verify_history(connection, self.case).intact
            return [row for row in read.events(connection, self.case) if row.event == name]

    def rows(self) -> dict[str, Any]:
        """Everything but history, versions of rows and who touched it."""
        with self.engine.reading() as connection:
            tables = {'task': read.open_tasks, 'timer': read.timers, 'clock': read.clocks, 'stop': read.stops}
            found: dict[str, Any] = {name: [asdict(row) for row in rows(connection, self.case)] for name, rows in tables.items()}
        for row in found['task']:
            row.pop('lock_version')
        return found


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text + '+08:00')


def test_a_case_goes_to_the_new_version_and_takes_the_step_it_adds(engine: Engine) -> None:
    hall = Hall(engine, OLD, OLD.replace(ROAD, '') + user_task('visit') + chain('start', 'check', 'visit', 'decide', 'end'))
    before = hall.rows()
    assert (hall.assess().can, hall.codes()) == (True, [])
    hall.migrate()
    assert hall.instance().definition_id == hall.new
    assert hall.rows() == before
    (event,) = hall.events('process_instance.migrated')
    assert (event.by, event.data['from']['version'], event.data['to']['version']) == ('guanli', 1, 2)
    assert event.data['reason'] == '流程修订'
    hall.do('check')
    assert [task.element for task in hall.tasks()] == ['visit']
    hall.do('visit')
    hall.do('decide')
    assert (hall.instance().status, hall.clock().state) == ('completed', 'met')


def test_assessing_writes_nothing(engine: Engine) -> None:
    hall = Hall(engine, OLD, OLD + LATE)
    before = hall.instance()
    assert hall.assess().can
    assert hall.instance() == before


def test_a_case_on_a_step_that_is_gone_stays_where_it_is(engine: Engine) -> None:
    hall = Hall(engine, OLD, OLD.replace('check', 'review'))
    assessment = hall.assess()
    assert (assessment.can, [one.code for one in assessment.because]) == (False, ['element_missing'])
    with pytest.raises(Rejection, match='check') as refusal:
        hall.migrate()
    assert '没有该环节' in refusal.value.zh
    assert hall.instance().definition_id == hall.old
    hall.migrate(mapping={'check': 'review'})
    assert [(task.element, task.name) for task in hall.tasks()] == [('review', 'review')]


def test_a_timer_keeps_anchor_limit_and_due_date(engine: Engine, clock) -> None:
    hall = Hall(engine, OLD + LATE, OLD + LATE.replace('5个工作日', '9个工作日'))
    before = hall.timers()['late']
    clock.move(days=2)
    assert hall.codes() == ['limit_kept']
    hall.migrate()
    assert hall.timers()['late'] == before
    clock.move_to(before.due_at)
    assert engine.tick().fired == 1
    assert hall.events('timer.fired')[0].data['limit'] == '5个工作日'


def test_a_new_limit_counts_from_the_old_anchor(engine: Engine, clock) -> None:
    hall = Hall(engine, OLD + LATE, OLD + LATE.replace('5个工作日', '9个工作日'))
    clock.move(days=2)
    assert hall.codes(timers={'late': 'relimit'}) == ['limit_changed']
    hall.migrate(timers={'late': 'relimit'})
    row = hall.timers()['late']
    assert (row.limit, row.last_day, row.anchor) == ('9个工作日', '2026-03-13', beijing('2026-03-02T09:00:00'))


def test_restarting_a_timer_is_a_choice_and_logged(engine: Engine, clock) -> None:
    hall = Hall(engine, OLD + LATE, OLD + LATE)
    clock.move(days=2)
    hall.migrate(timers={'*': 'restart'})
    row = hall.timers()['late']
    assert (row.anchor, row.last_day) == (clock(), '2026-03-11')
    data = hall.events('process_instance.migrated')[0].data
    assert data['timers'] == {'*': 'restart'}
    assert any('重新起算' in note for note in data['notes'])


def test_a_timer_added_to_the_step_counts_from_its_opening(engine: Engine, clock) -> None:
    hall = Hall(engine, OLD, OLD + LATE)
    clock.move(days=2)
    assert hall.codes() == ['boundary_added', 'added_from_opening']
    hall.migrate()
    row = hall.timers()['late']
    assert (row.state, row.anchor, row.last_day) == ('armed', beijing('2026-03-02T09:00:00'), '2026-03-09')
    assert hall.task('check').due_at == row.due_at
    assert hall.events('process_instance.migrated')[0].data['anchors'] == {row.token: '2026-03-02T01:00:00.000000+00:00'}


def test_a_timer_added_to_the_step_may_count_from_now(engine: Engine, clock) -> None:
    hall = Hall(engine, OLD, OLD + LATE)
    clock.move(days=2)
    hall.migrate(added='now')
    assert hall.timers()['late'].last_day == '2026-03-11'


def test_an_added_timer_that_has_run_out_already_is_said_and_fires(engine: Engine, clock) -> None:
    hall = Hall(engine, OLD, OLD + LATE)
    clock.move(days=20)
    assert 'added_overdue' in hall.codes()
    hall.migrate()
    assert engine.tick().fired == 1
    assert [task.element for task in hall.tasks()] == ['check']


def test_a_timer_that_is_gone_is_cancelled(engine: Engine, clock) -> None:
    hall = Hall(engine, OLD + LATE, OLD)
    assert hall.codes() == ['boundary_removed']
    hall.migrate()
    assert hall.timers()['late'].state == 'cancelled'
    clock.move(days=30)
    assert engine.tick().fired == 0


def test_a_timer_that_failed_keeps_its_attempts(engine: Engine, make_engine, clock) -> None:
    def poison(tx, event) -> None:
        if event.event == 'timer.fired':
            raise ArithmeticError('坏了')

    hall = Hall(make_engine(listeners=[each_event(poison)]), OLD + LATE, OLD + LATE)
    clock.move(days=20)
    hall.engine.tick()
    assert hall.timers()['late'].attempts == 1
    hall.migrate()
    assert (hall.timers()['late'].attempts, hall.timers()['late'].last_error) == (1, 'ArithmeticError: 坏了')


def test_clocks_keep_the_limit_they_began_with_unless_the_plan_says_otherwise(engine: Engine) -> None:
    shorter = ({**RULES[0], 'limit': '15个工作日'},)
    hall = Hall(engine, OLD, OLD, new_rules=shorter)
    before = hall.clock()
    assert hall.codes() == ['clock_kept']
    first = hall.migrate()
    assert hall.clock() == before
    hall.revert(first)
    assert hall.codes(clocks={'promise': 'relimit'}) == ['clock_changed']
    hall.migrate(clocks={'promise': 'relimit'})
    assert (hall.clock().limit, hall.clock().last_day) == ('15个工作日', '2026-03-23')
    assert hall.events('clock.set')[0].data['before'][1] == '20个工作日'


def test_window_form_and_signers_are_those_of_the_new_version(engine: Engine) -> None:
    hall = Hall(engine, OLD, OLD.replace(user_task('check'), user_task('check', 'backroom', signers='2')))
    with engine.begin(LI) as tx:
        user_tasks.claim(tx, hall.task('check').id)
    assert hall.codes() == ['window_changed', 'signers_changed']
    hall.migrate()
    task = hall.task('check')
    assert (task.candidate_groups, task.assignee, task.signers) == (['backroom'], None, 2)


def test_whoever_has_claimed_a_task_keeps_it(engine: Engine) -> None:
    hall = Hall(engine, OLD, OLD)
    with engine.begin(LI) as tx:
        user_tasks.claim(tx, hall.task('check').id)
        user_tasks.save_draft(tx, hall.task('check').id, {'note': '写到一半'})
    hall.migrate()
    assert (hall.task('check').assignee, hall.task('check').draft) == ('li', {'note': '写到一半'})


def test_four_eyes_follow_an_element_that_was_renamed(engine: Engine) -> None:
    old = start() + user_task('check') + user_task('decide', not_by='check') + end() + chain('start', 'check', 'decide', 'end')
    hall = Hall(engine, old, old.replace('check', 'review'), rules=(), new_rules=())
    hall.do('check')
    assert hall.codes(mapping={'check': 'review'}) == []
    hall.migrate(mapping={'check': 'review'})
    with pytest.raises(Forbidden):
        hall.do('decide')


BOUNDED = OLD + boundary_timer('gone', 'check', '60个工作日') + end('given_up') + flow('gone', 'given_up')
STOPPING = BOUNDED.replace(user_task('check'), user_task('check', clock='stopped', stop_kind='inspection'))


def test_a_stop_goes_along_with_its_step(engine: Engine, clock) -> None:
    hall = Hall(engine, STOPPING, STOPPING.replace('check', 'visit'))
    clock.move(days=3)
    hall.migrate(mapping={'check': 'visit'})
    assert hall.clock().state == 'stopped'
    hall.do('visit')
    assert hall.clock().state == 'running'
    assert hall.clock().last_day == '2026-04-02'


def test_a_step_that_holds_the_clock_must_go_on_holding_it(engine: Engine) -> None:
    hall = Hall(engine, STOPPING, BOUNDED)
    assert [one.code for one in hall.assess().because] == ['stop_differs']


def test_a_step_that_only_now_holds_the_clock_does_not_for_this_stay(engine: Engine) -> None:
    hall = Hall(engine, BOUNDED, STOPPING)
    assert hall.codes() == ['stop_begins_later']
    hall.migrate()
    assert hall.clock().state == 'running'
    hall.do('check')
    assert hall.clock().state == 'running'


def test_milestones_are_neither_lost_nor_reached_again(engine: Engine) -> None:
    hall = Hall(engine, OLD, OLD.replace(user_task('decide', milestone='decided'), user_task('decide')))
    assert [one.code for one in hall.assess().because] == ['milestone_lost']
    assert '决定' in hall.assess().because[0].zh


def test_a_milestone_behind_the_case_stays_behind_it(engine: Engine) -> None:
    again = (
        OLD.replace(ROAD, '')
        + '<intermediateThrowEvent id="m">'
        + (
            '<extensionElements><camunda:properties><camunda:property name="milestone" value="received"/></camunda:properties>'
            '</extensionElements></intermediateThrowEvent>'
        )
        + chain('start', 'check', 'm', 'decide', 'end')
    )
    hall = Hall(engine, OLD, again)
    assert [one.code for one in hall.assess().because] == ['milestone_again']


def test_a_migration_is_taken_back_to_the_letter(engine: Engine, clock) -> None:
    hall = Hall(engine, OLD + LATE, OLD.replace('check', 'review').replace('desk', 'backroom'))
    before, state = hall.rows(), hall.instance()
    clock.move(hours=2)
    migration = hall.migrate(mapping={'check': 'review'})
    assert hall.rows() != before
    hall.revert(migration)
    assert hall.rows() == before
    assert hall.instance().definition_id == state.definition_id
    assert hall.events('process_instance.migration_reverted')[0].data['reason'] == '改错了'
    hall.do('check')
    assert [task.element for task in hall.tasks()] == ['decide']


YOUNGER = {
    'user_task': ('amber_at', 'due_unit', 'stopped', 'draft_version'),
    'clock': ('amber_at', 'attempts', 'next_try', 'last_error'),
    'incident': ('item',),
}
"""Columns that came after the released schema: snapshots that are older do not have them."""


def test_a_migration_made_before_an_upgrade_is_taken_back_after_it(engine: Engine, clock) -> None:
    """H-44: columns that the snapshot does not know keep what they hold, and what they say is counted again."""
    hall = Hall(engine, OLD + LATE, OLD.replace('check', 'review').replace('desk', 'backroom') + LATE.replace('check', 'review'))
    before = hall.rows()
    clock.move(hours=2)
    migration = hall.migrate(mapping={'check': 'review'})
    with engine.begin(SYSTEM) as tx:
        one = instance_migration.c.id == migration
        rows = tx.connection.execute(select(instance_migration.c.rows_before).where(one)).scalar_one()
        old = {
            table: [{name: value for name, value in row.items() if name not in YOUNGER.get(table, ())} for row in kept]
            for table, kept in rows.items()
        }
        assert old != rows
        tx.connection.execute(update(instance_migration).where(one).values(rows_before=old))
    hall.revert(migration)
    assert hall.rows() == before
    assert engine.tick().fired == 0
    hall.do('check')
    assert [task.element for task in hall.tasks()] == ['decide']


def test_an_added_timer_goes_away_with_the_migration(engine: Engine, clock) -> None:
    hall = Hall(engine, OLD, OLD + LATE)
    hall.revert(hall.migrate())
    assert hall.timers()['late'].state == 'cancelled'
    clock.move(days=30)
    assert engine.tick().fired == 0
    hall.do('check')
    hall.do('decide')
    assert hall.instance().status == 'completed'


def test_migrating_again_after_a_revert_arms_the_timer_again(engine: Engine, clock) -> None:
    hall = Hall(engine, OLD, OLD + LATE)
    hall.revert(hall.migrate())
    hall.migrate()
    with engine.reading() as connection:
        assert [row.state for row in read.timers(connection, hall.case)] == ['cancelled', 'armed']


def test_a_case_that_has_moved_since_is_not_taken_back(engine: Engine) -> None:
    hall = Hall(engine, OLD, OLD)
    migration = hall.migrate()
    with engine.begin(LI) as tx:
        user_tasks.claim(tx, hall.task('check').id)
    with pytest.raises(Conflict) as refusal:
        hall.revert(migration)
    assert '不能撤销迁移' in refusal.value.zh
    assert refusal.value.who == 'li'


def test_a_migration_is_taken_back_once(engine: Engine) -> None:
    hall = Hall(engine, OLD, OLD)
    migration = hall.migrate()
    hall.revert(migration)
    with pytest.raises(Conflict, match='reverted'):
        hall.revert(migration)


def test_a_finished_case_never_moves(engine: Engine) -> None:
    hall = Hall(engine, OLD, OLD)
    hall.do('check')
    hall.do('decide')
    assert hall.codes() == ['finished']
    with pytest.raises(Rejection, match='over'):
        hall.migrate()


def test_a_suspended_case_moves_and_stays_suspended(engine: Engine) -> None:
    hall = Hall(engine, OLD, OLD)
    with engine.begin(ADMINISTRATOR) as tx:
        instances.suspend(tx, hall.case, '核查')
    hall.migrate()
    assert (hall.instance().status, hall.instance().definition_id) == ('suspended', hall.new)


def test_only_an_administrator_migrates_and_says_why(engine: Engine) -> None:
    hall = Hall(engine, OLD, OLD)
    for actor in (LI, SUPERVISOR):
        with pytest.raises(Forbidden), engine.begin(actor) as tx:
            placing.carry_out(tx, hall.case, hall.plan(), '试')
    with pytest.raises(Rejection, match='reason'), engine.begin(ADMINISTRATOR) as tx:
        placing.carry_out(tx, hall.case, hall.plan(), ' ')


def test_a_plan_names_two_versions_of_one_item_and_elements_they_have(engine: Engine) -> None:
    hall = Hall(engine, OLD, OLD)
    with engine.begin(SYSTEM) as tx:
        other = definitions.deploy(tx, tx.engine.check(bundle(OLD, name='other')), key='other', name='别的')
        draft = definitions.deploy(tx, tx.engine.check(bundle(OLD + LATE)), key='item', name='事项', state='draft')
    wrong = (
        MigrationPlan(hall.old, other),
        MigrationPlan(hall.old, hall.old),
        MigrationPlan(hall.old, draft),
        hall.plan(mapping={'check': 'nowhere'}),
        hall.plan(mapping={'nowhere': 'check'}),
    )
    for plan in wrong:
        with pytest.raises(Rejection), engine.begin(ADMINISTRATOR) as tx:
            placing.carry_out(tx, hall.case, plan, '试')
    with pytest.raises(Rejection):
        hall.plan(added='yesterday')
    assert hall.instance().definition_id == hall.old


def test_an_incident_is_retried_in_the_new_version(make_engine) -> None:
    engine = make_engine(handlers={'ask': lambda call: {'answer': 42}})
    old = start() + '<serviceTask id="ask" camunda:topic="aks"/>' + user_task('a') + end() + chain('start', 'ask', 'a', 'end')
    hall = Hall(engine, old, old.replace('"aks"', '"ask"'), rules=(), new_rules=())
    with engine.reading() as connection:
        (incident,) = read.incidents(connection, instance_id=hall.case)
    hall.migrate()
    with engine.begin(ADMINISTRATOR) as tx:
        operations.retry(tx, incident.id)
    assert [task.element for task in hall.tasks()] == ['a']


def test_a_promise_read_by_a_new_timer_counts_from_the_clock_not_from_the_migration(engine: Engine, clock) -> None:
    over = boundary_timer('over', 'check', 'promise', interrupting=False, on_expiry='escalate')
    watching = OLD + over + end('seen') + flow('over', 'seen')
    hall = Hall(engine, OLD, watching)
    clock.move(days=5)
    hall.migrate()
    assert hall.timers()['over'].due_at == hall.clock().due_at
    assert hall.clock().due_at - timedelta(seconds=1) < beijing('2026-03-31T00:00:00')
