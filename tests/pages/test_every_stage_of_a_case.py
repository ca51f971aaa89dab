"""The pages of a case at every stage, its steps and papers × every role × own and other windows and halls, and the table (A-01, A-03)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from engine import SYSTEM
from engine.tables import user_task
from tasks import tables as t
from tasks.cases import receipt as cases
from tasks.demo.hall import CLERKS
from tasks.people import roster as people
from tasks.people import sessions
from tasks.rights.asking import STRANGER, case_standing
from tests.integration.office.conftest import Hall
from tests.pages.test_every_route_asks_the_table import (
    MATERIALS,
    PERSON,
    PLAIN,
    WHO,
    Place,
    _session,
    expected,
    place,  # noqa: F401  the fixture
    read_whole,
    routes,
)

STEPS = ('intake', 'document_review', 'site_inspection', 'site_inspection', 'audit', 'decide', 'make_certificate', 'deliver')
STAGES = ('waits for its applicant', 'decided', 'delivered', 'withdrawn')
OF_A_CASE = ({'case_no'}, {'task_id'}, {'document_id'})


@pytest.fixture(scope='module')
def stages(place) -> dict[str, Place]:  # noqa: F811
    """The place of the walk with another case in the middle, for each stage."""
    undone = place.engine.__dict__.pop('run')
    with place.engine.reading() as connection:
        actors = {name: people.actor_of(people.find_clerk(connection, name)) for name, *_more in CLERKS}
    hall = Hall(place.engine, place.engine.clock, actors)
    given = {'item_code': 'food-business-licence', 'window': 'general', 'applicant': PERSON, 'materials': MATERIALS}
    found = {}
    for stage in STAGES:
        case_no = place.engine.run(actors['chuangkou'], lambda tx: cases.receive(tx, cases.query_password(), **given)).case_no
        if stage == 'waits for its applicant':
            hall.do(case_no, 'intake', {'intake_outcome': 'supplement', 'supplement_items': '一、布局图'})
        elif stage == 'withdrawn':
            place.engine.run(actors['chuangkou'], lambda tx, case_no=case_no: cases.withdraw(tx, case_no, '不办了'))
        else:
            hall.walk(case_no, *STEPS[: 6 if stage == 'decided' else 8])
        found[stage] = replace(place, case_no=case_no)
    limits, now = sessions.SessionLimits(), place.engine.clock()
    tokens = {name: place.engine.run(SYSTEM, lambda tx, name=name: _session(tx, name, now, limits)) for name in place.actors}
    place.engine.run = undone
    return {stage: replace(one, tokens=tokens) for stage, one in found.items()}


def of(place: Place) -> tuple[dict[int, bool], list[int]]:  # noqa: F811
    """The steps of its case, and whether each is over; its papers."""
    case = t.approval_case.c
    with place.engine.reading() as c:
        tasks = select(user_task.c.id, user_task.c.state).join(t.approval_case, case.instance_id == user_task.c.instance_id)
        steps = {row.id: row.state != 'open' for row in c.execute(tasks.where(case.case_no == place.case_no))}
        return steps, list(c.execute(select(t.document.c.id).where(t.document.c.case_no == place.case_no)).scalars())


@pytest.mark.parametrize('stage', STAGES)
def test_a_case_is_shown_as_the_table_says_at_every_stage(stages, stage: str) -> None:
    """A-01, A-03: who may know of it, who reads its persons plain or masked, and whose look is written down."""
    here = stages[stage]
    steps, papers = of(here)
    wrong: list[str] = []
    asked = looked = 0
    for username in WHO:
        client = here.client(username)
        with here.engine.reading() as connection:
            plain = case_standing(connection, here.actors.get(username, STRANGER), here.case_no).reading('case.read') == 'plain'
        for rule, method in routes(here.app):
            if method != 'GET' or rule.arguments not in OF_A_CASE or rule.endpoint in ('receive.slip', 'task.done'):
                continue
            for number in steps if 'task_id' in rule.arguments else papers if 'document_id' in rule.arguments else (0,):
                seen = replace(here, document=number, tasks=(number if steps.get(number) else -1, -1))
                wrong += told(seen, username, rule, number, client, plain=plain)
                asked, looked = asked + 1, looked + bool(seen.looks)
    assert wrong == []
    assert (asked > 150, looked > 10) == (True, True)


def told(place: Place, username: str, rule: Any, number: int, client: Any, *, plain: bool) -> list[str]:  # noqa: F811
    """What is wrong with one answer."""
    must, never = expected(place, username, rule, number)
    place.looks.clear()
    answer = client.get(rule.rule.split('<')[0] + str(number or place.case_no) + rule.rule.partition('>')[2])
    text = read_whole(answer)
    answer.close()
    what = f'{username or "a stranger"}: {rule.rule} ({number}) {answer.status_code}'
    named = [one for one in PLAIN if one in text]
    wrong = (
        [f'{what}, expected {must or f"none of {never}"}']
        if (must and answer.status_code not in must) or answer.status_code in never
        else []
    )
    wrong += [f'{what} names {named} to who may not read it plain'] if named and not plain else []
    return wrong + ([f'{what} names {named} plain, and no look is written down'] if named and username not in place.looks else [])
