"""Cases of the shipped item go to a revised version in batches, come back, and are moved by hand: as an administrator would."""

from __future__ import annotations

from typing import Any

import pytest
from fakes import each_event
from integration.office.conftest import Hall, licence_bundle

from engine import SYSTEM, Bundle, Conflict, Forbidden, Rejection, read
from engine.moving.plan import MigrationPlan
from tasks.cases import page as case_page
from tasks.catalogue import checking, items
from tasks.catalogue import views as catalogue_views
from tasks.demo import hall as demo_hall
from tasks.migration import batches, moves, views
from tasks.migration.choice import Order, dry_run, migration
from tasks.tables import operator_log


def revised(**changes: tuple[str, str]) -> Bundle:
    """The shipped bundle with words of its diagram replaced, and without the scenarios that name its steps."""
    files = {path: content for path, content in licence_bundle().files.items() if not path.startswith('scenarios/')}
    text = files['process.bpmn'].decode()
    for before, after in changes.values():
        assert before in text
        text = text.replace(before, after)
    return Bundle({**files, 'process.bpmn': text.encode()}, 'food-business-licence')


class Office:
    """The demo hall with cases of the first version and a second version in force."""

    def __init__(self, hall: Hall, bundle: Bundle) -> None:
        self.hall, self.engine = hall, hall.engine
        with self.engine.reading() as connection:
            self.old = catalogue_views.definitions(connection, 'food-business-licence')[0].id
        self.bundle = bundle
        self.new = 0

    def deploy(self) -> Office:
        with self.engine.begin(SYSTEM) as tx:
            self.new = items.deploy(tx, checking.judge(tx.connection, self.bundle), '修订', hall=demo_hall.HALL).definition_id
        return self

    @property
    def by(self) -> Any:
        return self.hall.actors['guanli']

    def plan(self, **choices: Any) -> MigrationPlan:
        return MigrationPlan(self.old, self.new, **choices)

    def dry(self, order: Order) -> Any:
        with self.engine.looking(self.by) as tx:
            return dry_run(tx, order)

    def carry_out(self, order: Order, reason: str = '流程修订') -> batches.BatchProgress:
        batch = self.engine.run(self.by, lambda tx: batches.place(tx, order, reason))
        return batches.work(self.engine, batch)

    def revert(self, batch: int) -> batches.BatchProgress:
        self.engine.run(self.by, lambda tx: batches.order_revert(tx, batch, '退回'))
        return batches.work(self.engine, batch)

    def view(self, case_no: str) -> Any:
        with self.engine.reading() as connection:
            return case_page.case_view(connection, self.by, case_no, now=self.hall.clock())

    def rows(self, batch: int) -> dict[str, Any]:
        with self.engine.reading() as connection:
            return {row.case_no: row for row in views.batch_view(connection, SYSTEM, batch).rows.rows}


RENAMED = {
    name: (f'{name}="document_review"', f'{name}="paper_review"')
    for name in ('id', 'attachedToRef', 'sourceRef', 'targetRef', 'value', 'bpmnElement')
}


def test_cases_of_a_version_go_to_the_next_one_and_their_pages_draw_it(hall: Hall) -> None:
    office = Office(hall, revised(step=('name="资料审查"', 'name="书面审查"')))
    first, second = hall.receive().case_no, hall.receive().case_no
    hall.walk(first, 'intake')
    office.deploy()
    third = hall.receive().case_no
    dry = office.dry(migration(office.plan()))
    assert (dry.can, dry.cannot) == (2, 0)
    done = office.carry_out(migration(office.plan()))
    assert (done.state, done.counts) == ('done', {'done': 2})
    for case_no in (first, second, third):
        view = office.view(case_no)
        assert view.case.definition_id == office.new
        assert view.diagram.elements['document_review'].name == '书面审查'
    assert any(entry.sentence.startswith('转到新版流程办理：第 1 版 → 第 2 版') for entry in office.view(first).timeline)
    hall.walk(first, 'document_review', 'site_inspection', 'site_inspection')
    hall.walk(first, 'audit', 'decide', 'make_certificate', 'deliver')
    assert hall.case(first).status == 'closed'


def test_the_dry_run_says_which_cases_cannot_and_why(hall: Hall) -> None:
    office = Office(hall, revised(**RENAMED))
    stuck, fine = hall.receive().case_no, hall.receive().case_no
    hall.walk(stuck, 'intake')
    office.deploy()
    dry = office.dry(migration(office.plan()))
    assert (dry.can, dry.cannot) == (1, 1)
    ((finding, count),) = dry.because
    assert (finding.code, count) == ('element_missing', 1)
    assert '资料审查' in finding.zh
    done = office.carry_out(migration(office.plan()))
    assert done.counts == {'done': 1, 'refused': 1}
    row = office.rows(done.batch_id)[stuck]
    assert '没有该环节' in row.zh
    assert 'document_review' in row.en
    assert office.view(fine).case.definition_id == office.new
    again = office.carry_out(migration(office.plan(mapping={'document_review': 'paper_review'})))
    assert again.counts == {'done': 1}
    view = office.view(stuck)
    assert view.here == {'paper_review'}
    assert any('「资料审查」' in entry.sentence for entry in view.timeline)


def test_a_promise_keeps_its_last_day_through_migration_and_revert(hall: Hall) -> None:
    office = Office(hall, revised(step=('name="审核"', 'name="复审"')))
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    before = office.view(case_no).clocks
    hall.clock.move(days=2)
    office.deploy()
    done = office.carry_out(migration(office.plan()))
    assert [(one.name, one.last_day, one.anchor) for one in office.view(case_no).clocks] == [
        (one.name, one.last_day, one.anchor) for one in before
    ]
    reverted = office.revert(done.batch_id)
    assert (reverted.state, reverted.counts) == ('reverted', {'reverted': 1})
    assert office.view(case_no).case.definition_id == office.old
    assert [one.last_day for one in office.view(case_no).clocks] == [one.last_day for one in before]


def test_reverting_a_batch_leaves_cases_that_have_moved_since(hall: Hall) -> None:
    office = Office(hall, revised(step=('name="审核"', 'name="复审"')))
    moved, still = hall.receive().case_no, hall.receive().case_no
    office.deploy()
    done = office.carry_out(migration(office.plan()))
    hall.walk(moved, 'intake')
    reverted = office.revert(done.batch_id)
    assert reverted.counts == {'kept': 1, 'reverted': 1}
    assert '不能撤销迁移' in office.rows(done.batch_id)[moved].zh
    assert (office.view(moved).case.definition_id, office.view(still).case.definition_id) == (office.new, office.old)


def test_one_case_of_a_batch_is_reverted_alone(hall: Hall) -> None:
    office = Office(hall, revised(step=('name="审核"', 'name="复审"')))
    one, other = hall.receive().case_no, hall.receive().case_no
    office.deploy()
    done = office.carry_out(migration(office.plan()))
    row = office.rows(done.batch_id)[one]
    office.engine.run(office.by, lambda tx: batches.revert_case(tx, row.id, '只退这一件'))
    assert (office.view(one).case.definition_id, office.view(other).case.definition_id) == (office.old, office.new)
    with pytest.raises(Conflict):
        office.engine.run(office.by, lambda tx: batches.revert_case(tx, row.id, '再来'))


def test_an_interrupted_batch_goes_on_where_it_was(hall: Hall) -> None:
    office = Office(hall, revised(step=('name="审核"', 'name="复审"')))
    for _ in range(3):
        hall.receive()
    office.deploy()
    batch = office.engine.run(office.by, lambda tx: batches.place(tx, migration(office.plan()), '修订'))
    assert batches.work(office.engine, batch, limit=1).counts == {'done': 1, 'waiting': 2}
    assert office.engine.tick().counted('batch') == 2
    with office.engine.reading() as connection:
        assert batches.progress(connection, batch).state == 'done'
    assert office.engine.tick().counted('batch') == 0


def test_a_case_that_went_on_between_dry_run_and_batch_is_judged_again(hall: Hall) -> None:
    office = Office(hall, revised(**RENAMED))
    case_no = hall.receive().case_no
    office.deploy()
    batch = office.engine.run(office.by, lambda tx: batches.place(tx, migration(office.plan()), '修订'))
    hall.walk(case_no, 'intake')
    assert batches.work(office.engine, batch).counts == {'refused': 1}


def test_a_case_that_breaks_holds_up_nobody(hall: Hall, make_engine: Any) -> None:
    office = Office(hall, revised(step=('name="审核"', 'name="复审"')))
    bad, good = hall.receive().case_no, hall.receive().case_no
    office.deploy()

    def poison(tx: Any, event: Any) -> None:
        if event.event == 'process_instance.migrated' and event.business_key == bad:
            raise ArithmeticError('坏了')

    office.engine.listeners = (*office.engine.listeners, each_event(poison))
    done = office.carry_out(migration(office.plan()))
    assert done.counts == {'done': 1, 'waiting': 1}
    for wait in (1, 2, 4, 8):
        hall.clock.move(minutes=wait)
        hall.engine.tick()
    with office.engine.reading() as connection:
        done = batches.progress(connection, done.batch_id)
    assert (done.state, done.counts) == ('done', {'done': 1, 'failed': 1})
    assert 'ArithmeticError' in office.rows(done.batch_id)[bad].zh
    assert (office.view(bad).case.definition_id, office.view(good).case.definition_id) == (office.old, office.new)


def test_everything_is_in_the_operator_log(hall: Hall) -> None:
    office = Office(hall, revised(step=('name="审核"', 'name="复审"')))
    hall.receive()
    office.deploy()
    done = office.carry_out(migration(office.plan()), '办理流程优化')
    office.revert(done.batch_id)
    with office.engine.reading() as connection:
        lines = connection.execute(operator_log.select().where(operator_log.c.action.like('batch.%'))).mappings().all()
    assert [(line['action'], line['reason'], line['by']) for line in lines] == [
        ('batch.migrate', '办理流程优化', 'guanli'),
        ('batch.revert', '退回', 'guanli'),
    ]


def test_only_administrators_order_and_something_must_be_there_to_do(hall: Hall) -> None:
    office = Office(hall, revised(step=('name="审核"', 'name="复审"'))).deploy()
    order = migration(office.plan())
    with pytest.raises(Rejection, match='none'):
        office.carry_out(order)
    hall.clock.move(minutes=1)
    with pytest.raises(Forbidden):
        office.engine.run(hall.actors['hecha1'], lambda tx: batches.place(tx, order, '试'))


def here(hall: Hall, case_no: str) -> list[str]:
    return [row.element for row in hall.waits(case_no)]


def move(hall: Hall, case_no: str, leave: str, begin: str) -> None:
    hall.engine.run(hall.actors['guanli'], lambda tx: moves.move_case(tx, case_no, [leave], begin, '退回重办'))


def test_a_case_returns_to_an_earlier_step_and_its_promise_runs_on(hall: Hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', 'document_review', 'site_inspection', 'site_inspection')
    with hall.engine.reading() as connection:
        before = list(read.clocks(connection, hall.case(case_no).instance_id))
    hall.clock.move(days=1)
    move(hall, case_no, 'audit', 'document_review')
    assert here(hall, case_no) == ['document_review']
    with hall.engine.reading() as connection:
        assert list(read.clocks(connection, hall.case(case_no).instance_id)) == before
        view = case_page.case_view(connection, hall.actors['guanli'], case_no, now=hall.clock())
    assert '「审核」转到「资料审查」：退回重办' in [entry.sentence for entry in view.timeline]
    hall.walk(case_no, 'document_review')


def test_nobody_is_moved_past_the_decision_or_back_before_acceptance(hall: Hall) -> None:
    case_no = hall.receive().case_no
    with pytest.raises(Rejection) as refusal:
        move(hall, case_no, 'intake', 'document_review')
    assert '受理' in refusal.value.zh
    hall.walk(case_no, 'intake', 'document_review')
    for target in ('make_certificate', 'deliver', 'end_granted', 'intake'):
        with pytest.raises(Rejection) as refusal:
            move(hall, case_no, 'site_inspection', target)
        assert ('管理人员不能代作决定' in refusal.value.zh) == (target in ('make_certificate', 'deliver'))
    assert here(hall, case_no) == ['site_inspection']


def test_a_clerk_moves_nothing(hall: Hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    with pytest.raises(Forbidden):
        hall.engine.run(hall.actors['hecha1'], lambda tx: moves.move_case(tx, case_no, ['document_review'], 'audit', '快'))


def test_all_cases_on_a_step_are_moved_at_once_after_a_dry_run(hall: Hall) -> None:
    office = Office(hall, licence_bundle())
    on_it, not_yet = hall.receive().case_no, hall.receive().case_no
    hall.walk(on_it, 'intake')
    order = Order('move', office.old, leave=('document_review',), begin='site_inspection')
    dry = office.dry(order)
    assert [one.business_key for one in dry.assessments] == [on_it]
    assert dry.can == 1
    assert office.carry_out(order).counts == {'done': 1}
    assert (here(hall, on_it), here(hall, not_yet)) == (['site_inspection'], ['intake'])


def test_cases_are_suspended_and_let_go_on_many_at_once(hall: Hall) -> None:
    office = Office(hall, licence_bundle())
    first, second = hall.receive().case_no, hall.receive().case_no
    assert office.carry_out(Order('suspend', office.old, cases=(first,))).counts == {'done': 1}
    with pytest.raises(Conflict):
        hall.walk(first, 'intake')
    hall.walk(second, 'intake')
    assert office.carry_out(Order('activate', office.old)).counts == {'done': 1}
    hall.walk(first, 'intake')


def test_no_token_is_made_without_leaving_a_step(hall: Hall) -> None:
    case_no = hall.receive().case_no
    for target in ('make_certificate', 'audit'):
        with pytest.raises(Rejection, match='leave'):
            hall.engine.run(hall.actors['guanli'], lambda tx, to=target: moves.move_case(tx, case_no, [], to, '快办'))
        with pytest.raises(Rejection):
            Order('move', 1, begin=target)
    assert here(hall, case_no) == ['intake']


def test_who_was_refused_gets_no_licence_by_a_move_or_a_mapping(hall: Hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', 'document_review', 'site_inspection', 'site_inspection', 'audit', 'decide', fate='refused')
    assert here(hall, case_no) == ['deliver_refusal']
    with pytest.raises(Rejection) as refusal:
        move(hall, case_no, 'deliver_refusal', 'make_certificate')
    assert '管理人员不能代作决定' in refusal.value.zh
    office = Office(hall, revised(step=('name="资料审查"', 'name="书面审查"'))).deploy()
    order = migration(office.plan(mapping={'deliver_refusal': 'make_certificate'}))
    assert office.dry(order).because[0][0].code == 'decides'
    assert office.carry_out(order).counts == {'refused': 1}
    assert here(hall, case_no) == ['deliver_refusal']
