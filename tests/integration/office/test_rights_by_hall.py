"""What belongs to a hall is seen and changed by its people; what counts in every hall, by who serves them all (A-01)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from engine import SYSTEM, Forbidden, NotFound, read_path
from engine.tables import process_instance
from engine.verbs import instances
from tasks import tables as t
from tasks.backup.restoring import acknowledge
from tasks.calendars import editions, preview, proposals
from tasks.cases import board
from tasks.catalogue import items
from tasks.catalogue.releases import queries as releases
from tasks.catalogue.releases import verbs as release_verbs
from tasks.clock.guard import confirm
from tasks.clock.tables import clock_doubt
from tasks.deadlines import stopped
from tasks.demo.hall import HALL, password_of_all
from tasks.marks.settings import settings
from tasks.migration import batches, views
from tasks.migration.choice import Order, dry_run
from tasks.operations.tables import restore
from tasks.people import posts, queries
from tasks.people import roster as people
from tasks.people.policy import AccountPolicy, change_policy
from tasks.people.vacant import unseen_tasks
from tasks.rights.table import EVERYWHERE
from tasks.workshop import drafts
from tasks.workshop import queries as workshop
from tests.integration.office.conftest import ITEM, PERSON, PROCESSES, allowed


@pytest.fixture
def shared(two_halls) -> dict[str, Any]:
    """One of everything that belongs to the demo hall."""
    hall, analyst, administrator = two_halls, two_halls.actors['liucheng'], two_halls.actors['guanli']
    case_no, bundle = hall.receive(PERSON).case_no, read_path(PROCESSES / ITEM)
    draft = hall.engine.run(analyst, lambda tx: drafts.create(tx, '修订', bundle))
    hall.engine.run(analyst, lambda tx: drafts.put_file(tx, draft, 'item.toml', bundle.files['item.toml'] + b'\n# changed\n'))
    with hall.engine.reading() as connection:
        judged = release_verbs.judge_draft(connection, analyst, draft)
        of_case = select(process_instance.c.id, process_instance.c.definition_id).where(process_instance.c.business_key == case_no)
        instance, definition = connection.execute(of_case).one()
        closure = proposals.closure(connection, HALL, date(2026, 5, 20), None, '停电')
        everywhere = proposals.closure(connection, '', date(2026, 5, 21), None, '停电')
        window = connection.execute(select(t.window.c.code).where(t.window.c.hall == HALL).limit(1)).scalar_one()
    order = Order('suspend', definition, cases=(case_no,))
    with hall.engine.begin(SYSTEM) as tx:
        said = {'host': 'a', 'kind': 'jump', 'machine_at': tx.now, 'expected_at': tx.now, 'boot': 'b', 'uptime': 1, 'state': 'open'}
        doubt = tx.connection.execute(insert(clock_doubt).returning(clock_doubt.c.id), said).scalar_one()
    return {
        'case': case_no,
        'instance': instance,
        'definition': definition,
        'window': window,
        'draft': draft,
        'release': hall.engine.run(analyst, lambda tx: release_verbs.submit(tx, draft, judged, '修订')),
        'judged': judged,
        'order': order,
        'batch': hall.engine.run(administrator, lambda tx: batches.place(tx, order, '统一挂起')),
        'closure': closure,
        'everywhere': everywhere,
        'edition': hall.engine.run(administrator, lambda tx: editions.apply(tx, closure)),
        'doubt': doubt,
    }


ACTS: dict[str, Callable[[Any, dict[str, Any]], object]] = {
    'the engine itself': lambda tx, s: instances.suspend(tx, s['instance'], '挂起'),
    'a dry run': lambda tx, s: dry_run(tx, s['order']),
    'a batch': lambda tx, s: views.batch_view(tx.connection, tx.by, s['batch']),
    'the plan of a migration': lambda tx, s: views.plan_view(tx.connection, tx.by, s['definition'], s['definition']),
    'a department': lambda tx, s: posts.see_department(tx.connection, tx.by, 'market'),
    'a window': lambda tx, s: posts.see_window(tx.connection, tx.by, s['window']),
    'a person': lambda tx, s: people.see_clerk(tx.connection, tx.by, 'jueding'),
    'the calendar of a hall': lambda tx, s: preview.preview(tx.connection, tx.by, s['closure']),
    'a change of it': lambda tx, s: editions.edition(tx.connection, tx.by, s['edition']),
    'an item': lambda tx, s: items.withdraw_from_public(tx, ITEM, '依据'),
    'a refusal of a release': lambda tx, s: release_verbs.refuse(tx, s['release'], '退回'),
    'a release': lambda tx, s: release_verbs.judge_submission(tx.connection, tx.by, s['release']),
    'a rollback': lambda tx, s: release_verbs.rollback(tx, s['definition'], s['judged'], '回退'),
    'a staged version': lambda tx, s: release_verbs.unstage(tx, s['definition'], '取消'),
}
OF_PEOPLE = ('a department', 'a window', 'a person')
"""The affair of who administers accounts."""
DRAWN: dict[str, Callable[[Any, dict[str, Any]], object]] = {
    'a draft': lambda tx, s: workshop.draft(tx.connection, tx.by, s['draft']),
    'a file of it': lambda tx, s: workshop.file(tx.connection, tx.by, s['draft'], 'item.toml'),
    'another name': lambda tx, s: drafts.rename_draft(tx, s['draft'], '别名'),
    'a submission': lambda tx, s: releases.submission(tx.connection, tx.by, s['release']),
    'its withdrawal': lambda tx, s: release_verbs.withdraw(tx, s['release'], '撤回'),
}


@pytest.mark.parametrize('what', [*ACTS, *DRAWN])
def test_what_belongs_to_a_hall_is_its_peoples(two_halls, shared, what: str) -> None:
    """A-01: the table says of what hall; the page and the verb behind it ask for it."""
    act = {**ACTS, **DRAWN}[what]
    own, other = ('guanli', 'other_administrator') if what in ACTS else ('liucheng', 'other_analyst')
    if what in OF_PEOPLE:
        own, other = 'renshi', 'other_accounts'
    assert allowed(two_halls, own, lambda tx: act(tx, shared))
    assert not allowed(two_halls, other, lambda tx: act(tx, shared))


@pytest.mark.parametrize('username', ['guanli', 'other_administrator'])
def test_a_list_shows_what_belongs_to_the_persons_hall(two_halls, shared, username: str) -> None:
    """A-01: people, windows, thresholds, batches, submissions, drafts, changes of the calendar, cases on the board."""
    own, actor, now = username == 'guanli', two_halls.actors[username], two_halls.clock()
    with two_halls.engine.reading() as c:
        unclaimed = board.supervision(c, actor, board.BoardFilter('unclaimed'), now=now)
        lists = {
            'people': 'jueding' in {row.username for row in queries.clerks(c, actor, words='jueding').rows},
            'windows': shared['window'] in {row.code for row in queries.windows(c, actor)},
            'departments': 'market' in {row.code for row in queries.departments(c, actor)},
            'choices': shared['window'] in queries.choices(c, actor)['windows'] and HALL in queries.choices(c, actor)['halls'],
            'thresholds': HALL in {code for code, _name, _rule in settings(c, actor)[0]},
            'substitutes': 'shencha' in {row.username for row in settings(c, actor)[1]},
            'batches': shared['batch'] in {row.id for row in views.batches(c, actor).rows},
            'submissions': shared['release'] in {row.id for row in releases.submissions(c, actor)},
            'drafts': shared['draft'] in {row.id for row in workshop.drafts(c, actor, state='submitted')},
            'calendar': shared['edition'] in {row.id for row in editions.editions(c, actor)},
            'board': shared['case'] in {row.case_no for row in unclaimed.page.rows},
        }
        assert {name for name, there in lists.items() if there != own} == set()
        assert unclaimed.totals['unclaimed'] == (1 if own else 0)
        assert stopped.stops_of(c, actor, [shared['case']], now.date()) == {}
        assert unseen_tasks(c, actor, now) == []


def restored(tx: Any) -> None:
    """Answer for a restore, as if there had been one."""
    at = {'restored_at': tx.now, 'backup_at': tx.now, 'by': 'cli', 'year': 2026, 'day': '20260302', 'label': '03020900'}
    tx.connection.execute(restore.insert(), [{'epoch': 1, **at, 'first_serial': 1, 'serials': {}, 'report': {}}])
    acknowledge(tx, 1, '磁盘损坏')


EVERY_HALL: dict[str, Callable[[Any, dict[str, Any]], object]] = {
    'account.policy': lambda tx, s: change_policy(tx, AccountPolicy(min_length=12), '加强'),
    'clock.confirm': lambda tx, s: confirm(tx, s['doubt'], '正确'),
    'restore.acknowledge': lambda tx, s: restored(tx),
    'hall.create': lambda tx, s: people.create_hall(tx, 'south', '江南', '990123', document_prefix='南政服'),
    'calendar.change': lambda tx, s: editions.apply(tx, s['everywhere']),
}


@pytest.mark.parametrize('verb', EVERY_HALL)
def test_what_counts_in_every_hall_is_for_who_serves_them_all(two_halls, shared, verb: str) -> None:
    """A-01: the rules of accounts, the machine's clock, a new hall, a calendar that all halls share."""
    assert set(EVERY_HALL) == EVERYWHERE | {'calendar.change'}
    for username in ('guanli', 'renshi', 'other_administrator', 'other_accounts', 'jiancha', 'chuangkou'):
        assert not allowed(two_halls, username, lambda tx: EVERY_HALL[verb](tx, shared)), username
    with two_halls.engine.begin(SYSTEM) as tx:
        people.create_clerk(tx, 'chief', '总管', password_of_all(), ['process_administrator', 'account_administrator'])
    with two_halls.engine.reading() as connection:
        two_halls.actors['chief'] = people.actor_of(people.find_clerk(connection, 'chief'))
    assert allowed(two_halls, 'chief', lambda tx: EVERY_HALL[verb](tx, shared))


def test_where_there_is_one_hall_its_administrator_serves_them_all(hall) -> None:
    """A-01: nobody is locked out of a hall that stands alone."""
    assert allowed(hall, 'renshi', lambda tx: change_policy(tx, AccountPolicy(min_length=12), '加强'))


def test_an_item_stays_with_its_hall(two_halls, shared) -> None:
    """A-01: whoever deploys the item of another hall as his own takes it away from its people."""
    with two_halls.engine.reading() as connection:
        judged = shared['judged']
        with pytest.raises((Forbidden, NotFound)):
            releases.submission(connection, two_halls.actors['other_analyst'], shared['release'])
    for where in (None, 'north', HALL):
        assert not allowed(two_halls, 'other_administrator', lambda tx, where=where: items.deploy(tx, judged, '部署', hall=where))
    assert allowed(two_halls, 'guanli', lambda tx: items.deploy(tx, judged, '部署'))
