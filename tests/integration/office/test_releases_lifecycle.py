"""Two people put a revision into force, now or at an instant; every process serves it; an earlier version comes back; all is logged."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from engine import SYSTEM, Actor, Bundle, Conflict, Engine, Forbidden, Rejection, Undeployable, edition_of
from engine.tables import incident, process_definition
from engine.verbs.definitions import in_force
from tasks import tables as t
from tasks.calendars import halls
from tasks.cases import functions
from tasks.cases import status as projection
from tasks.catalogue import items
from tasks.catalogue.item_toml import item_rules
from tasks.catalogue.releases import queries, verbs
from tasks.documents import handlers
from tasks.people.vacant import EmptyPosts
from tasks.rights.asking import engine_asks
from tasks.workshop import drafts
from tasks.workshop import queries as workshop

ITEM = 'food-business-licence'


def without_scenarios(bundle: Bundle, **texts: tuple[str, str]) -> Bundle:
    """The item as shipped with words replaced; its scenarios are examples of the shipped one."""
    files = {path: content for path, content in bundle.files.items() if not path.startswith('scenarios/')}
    for name, (old, new) in texts.items():
        path = {'item': 'item.toml', 'process': 'process.bpmn'}[name]
        assert old in files[path].decode()
        files[path] = files[path].decode().replace(old, new).encode()
    return Bundle(files, bundle.name)


@pytest.fixture
def shipped(hall) -> Bundle:
    with hall.engine.reading() as connection:
        return edition_of(connection, in_force(connection, ITEM, hall.engine.clock())).bundle


def draft(hall, bundle: Bundle) -> int:
    return hall.engine.run(hall.actors['liucheng'], lambda tx: drafts.create(tx, '修订', bundle))


def submit(hall, draft_id: int, **more) -> int:
    return hall.engine.run(
        hall.actors['liucheng'],
        lambda tx: verbs.submit(tx, draft_id, verbs.judge_draft(tx.connection, tx.by, draft_id), '压缩时限', **more),
    )


def submitted(hall, bundle: Bundle) -> int:
    return submit(hall, draft(hall, bundle))


def release(hall, release_id: int, by: str = 'guanli', **more):
    return hall.engine.run(
        hall.actors[by], lambda tx: verbs.release(tx, release_id, verbs.judge_submission(tx.connection, SYSTEM, release_id), '同意', **more)
    )


def states(hall) -> dict[int, str]:
    with hall.engine.reading() as connection:
        return {row.version: row.state for row in connection.execute(select(process_definition.c.version, process_definition.c.state))}


def promise(engine: Engine) -> str:
    with engine.reading() as connection:
        return connection.execute(select(t.approval_item.c.promise)).scalar_one()


def log(hall) -> list[tuple[str, str, str]]:
    with hall.engine.reading() as connection:
        rows = connection.execute(select(t.operator_log).where(t.operator_log.c.object == ITEM).order_by(t.operator_log.c.id))
        return [(row.action, row.by, row.reason) for row in rows]


def draft_state(hall, draft_id: int) -> str:
    with hall.engine.reading() as connection:
        return workshop.draft(connection, hall.actors['liucheng'], draft_id).state


@pytest.fixture
def first(hall) -> int:
    """The definition in force at the beginning."""
    with hall.engine.reading() as connection:
        return in_force(connection, ITEM, hall.engine.clock())


@pytest.fixture
def faster(shipped: Bundle) -> Bundle:
    return without_scenarios(shipped, item=('promise = "7个工作日"', 'promise = "6个工作日"'))


def test_a_draft_is_submitted_by_one_and_released_by_another(hall, faster: Bundle, first: int) -> None:
    old = hall.receive().case_no
    draft_id = draft(hall, faster)
    release_id = submit(hall, draft_id)
    with pytest.raises(Rejection):
        hall.engine.run(hall.actors['liucheng'], lambda tx: drafts.rename_draft(tx, draft_id, '另名'))
    done = release(hall, release_id)
    new = hall.receive().case_no
    assert (done.version, states(hall), draft_state(hall, draft_id)) == (2, {1: 'retired', 2: 'in_force'}, 'released')
    assert promise(hall.engine) == '6个工作日'
    assert (hall.case(old).definition_id, hall.case(new).definition_id) == (first, done.definition_id)
    assert [entry for entry in log(hall) if entry[0].startswith('release.')] == [
        ('release.submitted', 'liucheng', '压缩时限'),
        ('release.released', 'guanli', '同意'),
    ]


def test_nobody_releases_what_he_wrote_or_submitted(hall, faster: Bundle) -> None:
    both = hall.actors['guanli'].__class__('liucheng', '两职', roles=frozenset({'analyst', 'administrator'}))
    release_id = submitted(hall, faster)
    with pytest.raises(Forbidden):
        hall.engine.run(
            both, lambda tx: verbs.release(tx, release_id, verbs.judge_submission(tx.connection, SYSTEM, release_id), '自己发布')
        )
    with pytest.raises(Forbidden):
        release(hall, release_id, by='chuangkou')
    assert states(hall) == {1: 'in_force'}


def test_every_act_wants_a_reason_and_is_done_once(hall, faster: Bundle) -> None:
    draft_id = draft(hall, faster)
    with pytest.raises(Rejection):
        hall.engine.run(
            hall.actors['liucheng'], lambda tx: verbs.submit(tx, draft_id, verbs.judge_draft(tx.connection, tx.by, draft_id), '  ')
        )
    release_id = submit(hall, draft_id)
    with pytest.raises(Rejection):
        hall.engine.run(
            hall.actors['guanli'], lambda tx: verbs.release(tx, release_id, verbs.judge_submission(tx.connection, SYSTEM, release_id), '')
        )
    with pytest.raises(Conflict):
        submit(hall, draft_id)
    release(hall, release_id)
    with pytest.raises(Conflict) as caught:
        release(hall, release_id)
    assert caught.value.who == 'guanli'


def test_a_submission_is_withdrawn_or_refused_and_the_draft_goes_on(hall, faster: Bundle) -> None:
    draft_id = draft(hall, faster)
    early = submit(hall, draft_id)
    hall.engine.run(hall.actors['liucheng'], lambda tx: verbs.withdraw(tx, early, '漏改一处'))
    assert draft_state(hall, draft_id) == 'open'
    second = submit(hall, draft_id)
    hall.engine.run(hall.actors['guanli'], lambda tx: verbs.refuse(tx, second, '依据不足'))
    assert draft_state(hall, draft_id) == 'open'
    with hall.engine.reading() as connection:
        told = [(row.state, row.decision_reason) for row in queries.submissions(connection, SYSTEM)]
    assert told == [('refused', '依据不足'), ('withdrawn', '漏改一处')]
    assert states(hall) == {1: 'in_force'}


def test_a_staged_version_comes_into_force_at_its_instant_for_every_process(hall, faster: Bundle, first: int, make_engine, clock) -> None:
    other = make_engine(
        rights=engine_asks,
        handlers=handlers.HANDLERS,
        functions=functions.FUNCTIONS,
        item_rules=item_rules,
        halls=halls.find_hall,
        listeners=[projection.project],
    )
    instant = clock() + timedelta(days=3)
    done = release(hall, submitted(hall, faster), effective_at=instant)
    assert (states(hall), promise(other)) == ({1: 'in_force', 2: 'staged'}, '7个工作日')
    assert hall.case(hall.receive().case_no).definition_id == first
    clock.move_to(instant)
    case_no = hall.receive().case_no  # before anybody ticked
    assert hall.case(case_no).definition_id == done.definition_id
    assert promise(other) == '6个工作日'
    other.tick()
    assert states(hall) == {1: 'retired', 2: 'in_force'}
    with other.reading() as connection:
        rules = {
            row['name']: row['limit']
            for row in connection.execute(
                select(process_definition.c.clock_rules).where(process_definition.c.id == done.definition_id)
            ).scalar_one()
        }
    assert rules['promise'] == '6个工作日'


def test_the_ticker_brings_the_catalogue_up_to_what_is_in_force(hall, faster: Bundle, clock) -> None:
    release(hall, submitted(hall, faster), effective_at=clock() + timedelta(hours=1))
    assert hall.engine.tick().counted('version') == 0
    clock.move(hours=1)
    assert hall.engine.tick().counted('version') == 1
    assert promise(hall.engine) == '6个工作日'
    assert hall.engine.tick().counted('version') == 0


def test_what_was_released_meanwhile_is_not_replaced_by_an_earlier_staging(hall, shipped: Bundle, faster: Bundle, clock) -> None:
    stricter = without_scenarios(shipped, item=('statutory = "10个工作日"', 'statutory = "9个工作日"'))
    release(hall, submitted(hall, faster), effective_at=clock() + timedelta(hours=1))
    clock.move(hours=2)  # nobody ticked; another one is released for now
    release(hall, submitted(hall, stricter))
    hall.engine.tick()
    assert (states(hall), promise(hall.engine)) == ({1: 'retired', 2: 'retired', 3: 'in_force'}, '7个工作日')


def test_a_staged_version_is_taken_back(hall, faster: Bundle, clock) -> None:
    draft_id = draft(hall, faster)
    done = release(hall, submit(hall, draft_id), effective_at=clock() + timedelta(days=1))
    hall.engine.run(hall.actors['guanli'], lambda tx: verbs.unstage(tx, done.definition_id, '推迟'))
    clock.move(days=2)
    hall.engine.tick()
    assert (states(hall), promise(hall.engine), draft_state(hall, draft_id)) == ({1: 'in_force', 2: 'retired'}, '7个工作日', 'open')
    with pytest.raises(Rejection):
        hall.engine.run(
            hall.actors['guanli'],
            lambda tx: verbs.rollback(tx, done.definition_id, verbs.judge_version(tx.connection, done.definition_id), '从未生效'),
        )


def test_a_rollback_releases_the_earlier_content_again_and_leaves_cases_alone(hall, faster: Bundle, first: int) -> None:
    second = release(hall, submitted(hall, faster))
    between = hall.receive().case_no
    third = hall.engine.run(
        hall.actors['guanli'], lambda tx: verbs.rollback(tx, first, verbs.judge_version(tx.connection, first), '人手不足')
    )
    assert (third.version, states(hall)) == (3, {1: 'retired', 2: 'retired', 3: 'in_force'})
    assert promise(hall.engine) == '7个工作日'
    assert hall.case(between).definition_id == second.definition_id
    assert hall.case(hall.receive().case_no).definition_id == third.definition_id
    assert log(hall)[-1][0] == 'release.rolled_back'
    hall.walk(between, 'intake')
    with pytest.raises(Rejection):
        hall.engine.run(
            hall.actors['guanli'],
            lambda tx: verbs.rollback(tx, third.definition_id, verbs.judge_version(tx.connection, third.definition_id), '已是现行'),
        )


def test_what_is_unchanged_or_broken_is_not_submitted(hall, shipped: Bundle) -> None:
    with pytest.raises(Rejection, match='equals'):
        submitted(hall, shipped)
    with pytest.raises(Undeployable):
        submitted(hall, without_scenarios(shipped, process=('5个工作日', '五天以后吧')))
    with pytest.raises(Rejection):
        submitted(hall, Bundle({'process.bpmn': shipped.files['process.bpmn']}, 'lone'))


def test_a_failing_scenario_keeps_a_revision_out(hall, shipped: Bundle) -> None:
    diagram = shipped.files['process.bpmn'].decode().replace('3个工作日', '2个工作日')
    slower = Bundle({**shipped.files, 'process.bpmn': diagram.encode()}, 'x')
    with pytest.raises(Undeployable) as caught:
        submitted(hall, slower)
    (problem,) = caught.value.problems
    assert (problem.code, problem.file, problem.element) == ('SCENARIO_FAILED', 'scenarios/granted.toml', 'document_review')
    assert '第 3 步' in problem.message
    assert '2026-09-24' in problem.message


def test_the_type_of_an_item_is_fixed(hall, shipped: Bundle) -> None:
    with pytest.raises(Undeployable) as caught:
        submitted(hall, without_scenarios(shipped, item=('type = "01"', 'type = "07"')))
    assert [problem.code for problem in caught.value.problems] == ['ITEM_TYPE_CHANGED']


def test_a_cancelled_item_comes_back_only_with_a_new_basis(hall, shipped: Bundle, faster: Bundle) -> None:
    hall.engine.run(hall.actors['guanli'], lambda tx: items.cancel(tx, ITEM, '国务院决定取消'))
    with pytest.raises(Rejection, match='basis'):
        submitted(hall, faster)
    with pytest.raises(Rejection, match='basis'):
        hall.engine.run(hall.actors['guanli'], lambda tx: items.publish(tx, ITEM))
    renewed = without_scenarios(shipped, item=('article = "第三十五条"', 'article = "第三十六条"'))
    release(hall, submitted(hall, renewed))
    with pytest.raises(Rejection, match='published'):
        hall.receive()
    hall.engine.run(hall.actors['guanli'], lambda tx: items.publish(tx, ITEM, '新的设立依据'))
    hall.receive()


def test_a_new_item_that_is_staged_is_seen_by_nobody_before_its_instant(hall, shipped: Bundle, clock) -> None:
    fresh = without_scenarios(shipped, item=('code = "food-business-licence"', 'code = "small-eatery"'))
    fresh = without_scenarios(fresh, item=('number_prefix = "JY"', 'number_prefix = "XC"'))
    release(hall, submitted(hall, fresh), effective_at=clock() + timedelta(days=1))
    with pytest.raises(Rejection):
        hall.receive(item_code='small-eatery')
    clock.move(days=1)
    assert hall.receive(item_code='small-eatery').case_no


def test_whose_late_save_was_taken_up_does_not_release_it(hall, faster: Bundle) -> None:
    made = draft(hall, faster)
    both = Actor('guanli', '', frozenset({'analyst', 'administrator'}))
    late = hall.engine.run(both, lambda tx: drafts.save_file(tx, made, 'item.toml', faster.files['item.toml'] + b'# 1', 0))
    assert isinstance(late, drafts.TooLate)
    before = submit(hall, made)
    hall.engine.run(hall.actors['liucheng'], lambda tx: verbs.withdraw(tx, before, '再改'))
    hall.engine.run(hall.actors['liucheng'], lambda tx: drafts.take_back(tx, late.revision_id))
    with pytest.raises(Forbidden):
        release(hall, submit(hall, made))
    with hall.engine.reading() as connection:
        kept = {row.id: row.editors for row in queries.submissions(connection, SYSTEM)}
    assert kept[before] == ['liucheng']  # what was put aside and never used makes nobody its author


def test_what_came_into_force_meanwhile_is_not_undone_unseen(hall, shipped: Bundle, faster: Bundle, first: int) -> None:
    phone = without_scenarios(shipped, item=('0000-12345001', '0000-12345009'))
    one, other = submitted(hall, faster), submitted(hall, phone)
    released = release(hall, one, base=str(first))
    with pytest.raises(Conflict) as conflict:
        release(hall, other, base=str(first))
    assert conflict.value.facts['who'] == 'guanli'
    assert release(hall, other, base=str(released.definition_id)).version == 3


def test_what_the_clock_put_into_force_counts_before_any_worker_ticked(hall, shipped: Bundle, faster: Bundle, first: int, clock) -> None:
    """H-26: which version is in force has one answer, for new cases and for who compares a draft with it."""
    phone = without_scenarios(shipped, item=('0000-12345001', '0000-12345009'))
    one, other = submitted(hall, faster), submitted(hall, phone)
    staged = release(hall, one, effective_at=hall.clock() + timedelta(days=1))
    clock.move(days=1)
    with pytest.raises(Conflict):
        release(hall, other, base=str(first))
    assert release(hall, other, base=str(staged.definition_id)).version == 3


def test_a_version_whose_instant_has_come_is_not_taken_back(hall, faster: Bundle, clock) -> None:
    done = release(hall, submitted(hall, faster), effective_at=hall.clock() + timedelta(days=1))
    clock.move(days=1)
    with pytest.raises(Conflict):
        hall.engine.run(hall.actors['guanli'], lambda tx: verbs.unstage(tx, done.definition_id, '推迟'))


def test_releases_and_rollbacks_at_once_end_in_words(hall, shipped: Bundle, faster: Bundle, first: int) -> None:
    phone = without_scenarios(shipped, item=('0000-12345001', '0000-12345009'))
    waiting = [submitted(hall, faster), submitted(hall, phone)]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda one: _attempt(lambda: release(hall, one, base=str(first))), waiting))
        assert sorted(said) == ['Conflict', 'done']
        by = hall.actors['guanli']
        back = [
            pool.submit(
                _attempt,
                lambda: hall.engine.run(by, lambda tx: verbs.rollback(tx, first, verbs.judge_version(tx.connection, first), '退回')),
            )
            for _ in range(3)
        ]
        assert 'done' in {one.result() for one in back} <= {'done', 'Conflict', 'Rejection'}
    assert states(hall) == {1: 'retired', 2: 'retired', 3: 'in_force'}


def _attempt(act) -> str:
    try:
        act()
    except Rejection as refusal:
        return type(refusal).__name__
    return 'done'


def test_an_empty_post_stops_the_release_until_that_is_acknowledged(hall, faster: Bundle) -> None:
    """O-11"""
    release_id = submitted(hall, faster)
    with hall.engine.begin(SYSTEM) as tx:
        tx.connection.execute(t.clerk_window.delete().where(t.clerk_window.c.window == 'audit'))
    with pytest.raises(EmptyPosts, match='nobody works'):
        release(hall, release_id)
    assert release(hall, release_id, despite_empty=True).version == 2


def test_an_empty_post_stops_a_deployment_and_a_rollback_too(hall, shipped: Bundle, faster: Bundle, first: int) -> None:
    """O-11: one rule for whatever puts an item into force; who knows it says so."""
    release(hall, submitted(hall, faster))
    with hall.engine.begin(SYSTEM) as tx:
        tx.connection.execute(t.clerk_window.delete().where(t.clerk_window.c.window == 'audit'))
    by = hall.actors['guanli']
    with hall.engine.reading() as connection:
        back = verbs.judge_version(connection, first)

    def rollback(**more):
        return hall.engine.run(by, lambda tx: verbs.rollback(tx, first, back, '退回', **more))

    for act in (rollback, partial(items.check_and_deploy, hall.engine, by, shipped, '再次部署')):
        before = states(hall)
        with pytest.raises(EmptyPosts):
            act()
        assert states(hall) == before
        act(despite_empty=True)


def test_a_staged_version_whose_post_is_empty_by_then_is_an_incident(hall, faster: Bundle, clock) -> None:
    """O-11: its instant was announced and holds; that nobody works a step stands among the incidents."""
    release(hall, submitted(hall, faster), effective_at=clock() + timedelta(days=1))
    with hall.engine.begin(SYSTEM) as tx:
        tx.connection.execute(t.clerk_window.delete().where(t.clerk_window.c.window == 'audit'))
    clock.move(days=2)
    hall.engine.tick()
    assert states(hall) == {1: 'retired', 2: 'in_force'}
    with hall.engine.reading() as connection:
        (said,) = connection.execute(select(incident.c.message).where(incident.c.kind == 'posts', incident.c.state == 'open')).scalars()
    assert '无人在岗' in said
