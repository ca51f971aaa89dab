"""One object of every kind that the address of a page may name, all of the demo hall, and who may do what to them by the table alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from engine import SYSTEM, Actor, Bundle, Engine
from engine.tables import incident, process_instance
from tasks import tables as t
from tasks.calendars import editions, proposals
from tasks.calendars.asking import asked
from tasks.calendars.preview import preview
from tasks.catalogue.releases import verbs as releases
from tasks.clock.tables import clock_doubt
from tasks.demo.hall import HALL, password_of_all
from tasks.marks.tables import reminder
from tasks.marks.verbs import raise_by_hand
from tasks.migration import batches
from tasks.migration.choice import Order
from tasks.migration.tables import case_batch, case_batch_row
from tasks.operations.countersigning import ask
from tasks.operations.proposals import propose
from tasks.people import roster as people
from tasks.rights.table import EVERYWHERE, RELATIONS, TABLE
from tasks.workshop import drafts
from tasks.workshop.tables import draft_revision
from tasks.workshop.trial import sessions as trials
from tasks.workshop.trial.scenario import Scenario

OWNER = {'reminder_id': 'shencha', 'trial_id': 'liucheng', 'session_id': ''}
"""Whose it is, of what is one person's; a session in an address without a name is anybody's own."""
MARKED = 'food_review'
"""The window the mark is about."""
LISTED = ('甲厅修订草稿', '甲厅送审理由', '甲厅统一挂起', '甲厅停电', '甲厅打印机', 'zhizheng', 'food_review')
"""What lists show of what belongs to the hall: no person of another hall reads it."""


def make(engine: Engine, actors: Mapping[str, Actor], bundle: Bundle, case_no: str, tasks: tuple[int, int]) -> dict[str, Any]:
    """The value of every argument; what is done is done by people of the hall."""
    analyst = actors['liucheng']
    draft = engine.run(analyst, lambda tx: drafts.create(tx, LISTED[0], bundle))
    sent = engine.run(analyst, lambda tx: drafts.create(tx, '甲厅送审草稿', bundle))
    for one in (draft, sent):
        engine.run(analyst, lambda tx, one=one: drafts.put_file(tx, one, 'item.toml', bundle.files['item.toml'] + b'\n# changed\n'))
    with engine.reading() as c:
        judged = releases.judge_draft(c, analyst, sent)
        closure = proposals.closure(c, HALL, date(2026, 12, 30), None, LISTED[3])
        of_case = select(process_instance.c.id, process_instance.c.definition_id).where(process_instance.c.business_key == case_no)
        instance, definition = c.execute(of_case).one()
        revision = c.execute(select(draft_revision.c.id).where(draft_revision.c.draft_id == draft)).scalars().first()
    found: dict[str, Any] = {'definition_id': definition, 'draft_id': draft, 'path': 'item.toml', 'revision_id': revision}
    found |= {'username': LISTED[5], 'session_id': 'none', 'hall': HALL, 'act': 'publish'}
    found |= {'restore_id': 1, 'number': 1}  # there is none: who may is told so
    found['release_id'] = engine.run(analyst, lambda tx: releases.submit(tx, sent, judged, LISTED[1]))
    opened = trials.opening(bundle, Scenario('甲厅试运行', engine.clock()))
    found['trial_id'] = engine.run(analyst, lambda tx: trials.begin(tx, opened, draft_id=draft))
    engine.run(analyst, lambda tx: ask(tx, 'item.deployed', str(draft), '甲厅一人作出'))
    order = Order('suspend', definition, cases=(case_no,))
    found['batch_id'] = engine.run(actors['guanli'], lambda tx: batches.place(tx, order, LISTED[2]))
    found['edition_id'] = engine.run(actors['guanli'], lambda tx: editions.apply(tx, closure))
    editions.advance(engine, SYSTEM, found['edition_id'])
    found['number'] = _proposed(engine)
    found['mark_id'] = engine.run(actors['jiancha'], lambda tx: raise_by_hand(tx, case_no, 4, '甲厅多次要求补正', window=MARKED))
    return found | _rows(engine, case_no, instance, tasks[0], found['batch_id'])


def _proposed(engine: Engine) -> int:
    """What somebody of the hall proposed whom the walk does not sign in: whoever may sign may confirm it."""
    with engine.begin(SYSTEM) as tx:
        people.create_clerk(tx, 'tiyi', '提议人', password_of_all(), ['process_administrator'], department='centre')
    with engine.reading() as c:
        wants = people.actor_of(people.find_clerk(c, 'tiyi'))
        typed = {'kind': 'closure', 'hall': HALL, 'first': '2026-12-28', 'reason': LISTED[3]}
        base = preview(c, wants, asked(c, typed)).base
    return engine.run(wants, lambda tx: propose(tx, 'calendar.closed', HALL, LISTED[3], {**typed, 'base': base}))


def _rows(engine: Engine, case_no: str, instance: int, task_id: int, batch: int) -> dict[str, Any]:
    """What no verb makes by itself; the batch is done, so that going on with it changes nothing."""
    with engine.begin(SYSTEM) as tx:
        c, now, content = tx.connection, tx.now, b'%PDF-1.4'
        row = c.execute(select(case_batch_row.c.id).where(case_batch_row.c.batch_id == batch)).scalar_one()
        c.execute(update(case_batch_row).where(case_batch_row.c.id == row).values(state='done'))
        c.execute(update(case_batch).where(case_batch.c.id == batch).values(state='done', finished_at=now))
        stuck = {'instance_id': instance, 'kind': 'step', 'token': '0', 'message': LISTED[4], 'state': 'open', 'opened_at': now}
        said = {'host': 'a', 'kind': 'jump', 'machine_at': now, 'expected_at': now, 'boot': 'b', 'uptime': 1, 'state': 'open'}
        told = {'key': 'walk', 'case_no': case_no, 'kind': 'step', 'username': OWNER['reminder_id'], 'title': '提醒', 'at': now}
        file = {'case_no': case_no, 'task_id': task_id, 'name': 'a.pdf', 'media_type': 'application/pdf', 'size': len(content)}
        file |= {'sha256': sha256(content).hexdigest(), 'content': content, 'kept_by': 'chuangkou', 'kept_at': now, 'filed_at': now}
        attachment = _id(c, t.attachment, file)
        tx.seal(t.attachment, {**file, 'id': attachment})
        acts = t.metadata.tables['sole_act']
        found = {'attachment_id': attachment, 'row_id': row, 'incident_id': _id(c, incident, stuck), 'doubt_id': _id(c, clock_doubt, said)}
        act = c.execute(select(acts.c.id).where(acts.c.by == 'liucheng')).scalar_one()
        return found | {'reminder_id': _id(c, reminder, told), 'act_id': act}


def _id(connection: Connection, table: Table, row: Mapping[str, Any]) -> int:
    return int(connection.execute(insert(table).returning(table.c.id), row).scalar_one())


def values(objects: Mapping[str, Any], endpoint: str, item: str) -> dict[str, Any]:
    """The arguments of an address: a code is a department's, a window's or an item's."""
    return {**objects, 'code': {'staff.department': 'market', 'staff.window': MARKED}.get(endpoint, item)}


def lets(actor: Actor, verb: str, arguments: frozenset[str]) -> bool:
    """Whether the table lets the person do it to these objects of the demo hall (not: to its case). Said without the code that asks."""
    right = TABLE[verb]
    mine = {name for name in right.relations if actor.roles & RELATIONS[name].roles or not RELATIONS[name].roles}
    if 'mark_id' in arguments:
        return bool(mine - {'answers'} and actor.hall in ('', HALL)) or ('answers' in mine and MARKED in actor.groups)
    owners = [OWNER[name] for name in arguments & OWNER.keys() if 'username' not in arguments]
    if owners and owners[0]:
        return bool(mine) and actor.id == owners[0]
    if verb in EVERYWHERE:
        return bool(mine) and not actor.hall
    return bool(mine) and (right.reach != 'hall' or actor.hall in ('', HALL))
