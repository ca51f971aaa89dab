"""The demo hall is what the software makes of real acts, in every state a user should see; copies are as good as what they copy."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from engine import SYSTEM, FixedClock, read_path
from engine.identity import complaint_about
from engine.tables import history, process_instance, stop, timer, user_task
from engine.worktime import Office
from tasks import tables as t
from tasks.cases import numbers
from tasks.cases import page as case_page
from tasks.deadlines import day_by_day, doctor
from tasks.demo import building as demo
from tasks.demo.copying import load, tables_of_a_case
from tasks.demo.stories import STORIES
from tasks.desk import worklist as desk_lists
from tasks.marks.tables import mark
from tasks.operations import administration
from tasks.people import roster as people
from tasks.people import signing_in
from web.root import make_engine

from .conftest import PROCESSES

BUNDLES = [read_path(path) for path in sorted(PROCESSES.iterdir()) if path.is_dir()]
UNTIL = datetime.fromisoformat('2026-11-20T15:00:00+08:00')
CASES = 90


@pytest.fixture
def office(database_url, clock):
    """An engine with everything, on an empty database."""
    engine = make_engine(database_url, clock)
    yield engine
    engine.close()


@pytest.fixture(scope='module')
def filled(tmp_path_factory, _sqlite_template):
    """A demo hall of ninety cases, and what was reported meanwhile. Read by several tests, made once."""
    path = tmp_path_factory.mktemp('demo') / 'yizhan.sqlite'
    shutil.copyfile(_sqlite_template, path)
    clock, told = FixedClock(UNTIL), list[tuple[int, int]]()
    engine = make_engine(f'sqlite:///{path}', clock)
    demo.build(engine, clock, BUNDLES, until=UNTIL, cases=CASES, progress=lambda done, total: told.append((done, total)))
    assert clock() == UNTIL
    yield engine, told
    engine.close()


def column(connection, wanted) -> list:
    return list(connection.execute(select(wanted)).scalars())


@pytest.mark.slow
def test_every_item_in_every_state(filled) -> None:
    """O-34: each clerk has work, every item was run to its end, and nothing that can happen to a case is missing."""
    engine, told = filled
    assert told[-1] == (CASES, CASES)
    assert told == sorted(told)
    with engine.reading() as connection:
        states = {(row.item, row.status) for row in connection.execute(select(t.approval_case))}
        food, estate = ({status for item, status in states if item.startswith(code)} for code in ('food', 'real'))
        assert food >= set(t.CASE_STATUSES) - {'suspended', 'returned', 'accepted'}
        assert estate >= {'received', 'in_review', 'special', 'delivering', 'closed', 'not_accepted', 'withdrawn'}
        assert {row.result for row in connection.execute(select(t.approval_case))} >= {'granted', 'refused'}
        assert set(column(connection, mark.c.colour)) == {'amber', 'yellow', 'red'}
        assert set(column(connection, stop.c.kind)) >= {'supplement', 'fee', 'inspection'}
        assert connection.execute(select(func.count()).select_from(t.licence)).scalar_one() > 0
        assert len(administration.incidents(connection, SYSTEM)) == 1
        kinds = set(column(connection, t.document.c.kind))
        assert kinds >= {
            'receipt',
            'acceptance',
            'supplement_notice',
            'stop_notice',
            'extension_notice',
            'licence',
            'refusal',
            'delivery_receipt',
        }
        posts = {'general', 'food_review', 'inspection', 'audit', 'approval', 'certificate', 'delivery', 'registration'}
        assert set(column(connection, user_task.c.group_key)) >= posts
        for username in ('quanshu', 'dengbu', 'shencha', 'hecha1', 'shenhe', 'jueding', 'zhizheng', 'chujian', 'chuangkou'):
            actor = people.actor_of(people.find_clerk(connection, username))
            assert desk_lists.worklist(connection, actor, now=UNTIL).rows, username


@pytest.mark.slow
def test_the_doctor_finds_nothing_wrong_and_every_page_opens(filled) -> None:
    """P-15: copied cases have valid due dates, histories and states, numbers of their own and made-up people."""
    engine, _ = filled
    examined = doctor.examine(engine)
    assert (examined.instances, list(examined.differences)) == (CASES, [])
    with engine.reading() as connection:
        rows = connection.execute(select(t.approval_case)).mappings().all()
        for row in rows:
            assert numbers.verify(row['case_no'])
            assert complaint_about('id_card' if row['applicant_kind'] == 'person' else 'uscc', row['applicant_id_no'], UNTIL.date()) is None
            assert row['received_at'] <= UNTIL
            assert row['case_no'][6:14] == f'{row["received_at"] + timedelta(hours=8):%Y%m%d}'
        supervisor = people.actor_of(people.find_clerk(connection, 'jiancha'))
        for row in rows:
            view = case_page.case_view(connection, supervisor, row['case_no'], now=UNTIL)
            assert not [entry for entry in view.timeline if '有新的记录' in entry.sentence]
            day_by_day.explain_case(connection, row['case_no'], as_of=UNTIL)
        people_of = Counter(row['applicant_id_no'] for row in rows)
        assert max(people_of.values()) == 1
        for table in (t.document.c.number, t.licence.c.no, mark.c.number):
            found = column(connection, table)
            assert len(set(found)) == len(found)
    assert signing_in.authenticate(engine, 'chuangkou', demo.PASSWORD, 'here', demo=True).name == '周晓敏'


class Killed(Exception):
    """The process dies."""


def killed_at(number: int):
    def progress(done: int, _total: int) -> None:
        if done >= number:
            raise Killed

    return progress


@pytest.mark.slow
def test_a_run_that_was_killed_is_taken_up_again(office, clock) -> None:
    """P-15: a play begins anew, copies are gone on with; a real hall is never touched. The doctor, who reads digests and chains too, finds
    nothing in some hundred copies written in bulk."""
    for number in (5, 60):
        with pytest.raises(Killed):
            demo.build(office, clock, BUNDLES, until=UNTIL, cases=400, progress=killed_at(number))
        with office.reading() as connection:
            assert (demo.is_begun(connection), demo.is_played(connection)) == (number == 5, number == 60)
    with office.reading() as connection:
        before = column(connection, t.approval_case.c.case_no)
    report = demo.build(office, clock, BUNDLES, until=UNTIL, cases=len(before) + 10)
    assert report.cases == len(before) + 10
    with office.reading() as connection:
        assert set(before) < set(column(connection, t.approval_case.c.case_no))
    assert list(doctor.examine(office).differences) == []


@pytest.mark.slow
def test_a_copy_is_whole(filled) -> None:
    """Every table that has rows of played cases has as many of each copy."""
    engine, _ = filled
    with engine.reading() as connection:
        played = demo._played(connection)
        first = {story: load(connection, case_no, story, Office()) for case_no, story in played}
        known = {case_no for case_no, _ in played}
        for case_no in column(connection, t.approval_case.c.case_no):
            if case_no in known:
                continue
            found = load(connection, case_no, 0, Office())
            sizes = {name: len(rows) for name, rows in found.rows.items()}
            assert sizes in [{name: len(rows) for name, rows in one.rows.items()} for one in first.values()]
    assert {table.name for table in tables_of_a_case()} >= {each.name for each in (history, process_instance, timer, t.licence, mark)}


def test_every_story_has_its_place() -> None:
    assert {story.item.code for story in STORIES} == {path.name for path in PROCESSES.iterdir() if path.is_dir()}
