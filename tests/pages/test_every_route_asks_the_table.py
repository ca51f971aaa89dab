"""Every route × every role × own window, other window of the department, other department, other hall, and the table (A-01, A-03).

The addresses name one object of every kind: a case, its steps and papers, marks, people, windows, drafts, submissions, batches and the
like, all of one hall. The walk changes nothing: what a page would write is undone. A route without a declared right fails, so does a page
that names a person plain and leaves no look behind.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from engine import SYSTEM, Actor, Engine, FixedClock, read, read_path
from tasks import tables as t
from tasks.cases import receipt as cases
from tasks.cases.facts import documents_of
from tasks.catalogue import checking, items
from tasks.demo import hall as demo_hall
from tasks.demo.answers import answers
from tasks.desk import verbs as desk
from tasks.people import passwords, sessions
from tasks.people import roster as people
from tasks.rights.asking import STRANGER, case_standing, could, task_standing
from tasks.rights.looks import LISTED, VIEWED
from tests.conftest import NOW
from tests.pages import objects_of_a_hall
from tests.pages.conftest import BUNDLE
from tests.pages.objects_of_a_hall import lets
from web.app import create_app
from web.root import Root, make_engine
from web.settings import Settings

ELSEWHERE = {
    'other_clerk': ('clerk', ('north_counter',)),
    'other_decider': ('clerk', ('north_decides',)),
    'other_analyst': ('analyst', ()),
    'other_supervisor': ('supervisor', ()),
    'other_administrator': ('process_administrator', ()),
    'other_accounts': ('account_administrator', ()),
    'other_auditor': ('auditor', ()),
}
WHO = {
    'chuangkou': 'the window that received it',
    'shencha': 'the window that has it',
    'shencha2': 'a colleague of that window',
    'jueding': 'the lead of its item',
    'zhizheng': 'another window of the department',
    'dengbu': 'another department',
    'liucheng': 'analyst',
    'guanli': 'process administrator',
    'renshi': 'account administrator',
    'shenji': 'auditor',
    'jiancha': 'supervisor',
    **{name: f'another hall: {role}' for name, (role, _windows) in ELSEWHERE.items()},
    'chief': 'whoever administers all halls',
    '': 'a stranger',
}
PERSON = cases.Applicant('张三丰', 'person', '11010519491231002X', '19900005678', '清江县青石镇和平路2号')
MATERIALS = tuple(cases.ReceivedMaterial(code) for code in ('application', 'business_licence', 'layout', 'safety_system'))


@dataclass
class Place:
    """The hall of the walk: its pages, its people, a person's case at document review with its first and its open step."""

    app: Flask
    engine: Engine
    actors: dict[str, Actor]
    case_no: str
    tasks: tuple[int, int]
    document: int
    tokens: dict[str, str]
    objects: dict[str, Any]
    looks: list[str]  # whose looks the pages wrote down before they were undone

    def client(self, username: str) -> Any:
        made = self.app.test_client()
        if username:
            with made.session_transaction() as session:
                session.update({'token': self.tokens[username], '_user_id': username, '_fresh': True})
        return made


@pytest.fixture(scope='module')
def place(_sqlite_template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Made once: nothing in this module keeps anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords.PEOPLE, '_hasher', PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        home = tmp_path_factory.mktemp('walk')
        shutil.copyfile(_sqlite_template, home / 'yizhan.sqlite')
        clock = FixedClock(NOW)
        engine = make_engine(f'sqlite:///{home / "yizhan.sqlite"}', clock)
        built = _built(engine, clock, home)
        patch.setattr(engine, 'run', lambda by, work, **_options: _undone(engine, by, work, built.looks))
        yield built
        engine.close()


def _undone(engine: Engine, by: Actor, work: Any, looks: list[str]) -> Any:
    log = t.operator_log.c
    looked = select(log.by).where(log.action.in_((VIEWED, LISTED)), log.at == engine.clock())
    with engine.looking(by) as tx:
        before = tx.connection.execute(looked).scalars().all()
        done = work(tx)
        looks += tx.connection.execute(looked).scalars().all()[len(before) :]
        return done


def _built(engine: Engine, clock: FixedClock, home: Any) -> Place:
    with engine.begin(SYSTEM) as tx:
        demo_hall.set_up(tx)
        items.deploy(tx, checking.judge(tx.connection, read_path(BUNDLE)), 'first', hall=demo_hall.HALL)
        people.create_hall(tx, 'north', '江北县政务服务中心', '990122', document_prefix='北政服')
        people.create_department(tx, 'north_office', '江北县审批局', 'north')
        people.create_window(tx, 'north_counter', '受理窗口', 'north', department='north_office', authority='receive')
        people.create_window(tx, 'north_decides', '决定岗', 'north', department='north_office', authority='decide')
        for name, (role, windows) in ELSEWHERE.items():
            people.create_clerk(tx, name, name, demo_hall.password_of_all(), [role], windows=windows, department='north_office')
        people.create_clerk(tx, 'chief', 'chief', demo_hall.password_of_all(), [ELSEWHERE['other_administrator'][0]])
    with engine.reading() as connection:
        actors = {name: people.actor_of(people.find_clerk(connection, name)) for name in WHO if name}
    receiver = actors['chuangkou']
    received = engine.run(
        receiver,
        lambda tx: cases.receive(
            tx, cases.query_password(), item_code='food-business-licence', window='general', applicant=PERSON, materials=MATERIALS
        ),
    )
    with engine.reading() as connection:
        [first] = read.open_tasks(connection, received.instance_id)
    said = answers('granted', 'intake', 0, clock().date())
    engine.run(receiver, lambda tx: desk.complete(tx, first.id, said))
    with engine.reading() as connection:
        [second] = read.open_tasks(connection, received.instance_id)
        document = documents_of(connection, received.case_no)[0].id
    objects = objects_of_a_hall.make(engine, actors, read_path(BUNDLE), received.case_no, (first.id, second.id))
    limits = sessions.SessionLimits()
    tokens = {name: engine.run(SYSTEM, lambda tx, name=name: _session(tx, name, clock(), limits)) for name in actors}
    settings = Settings(home=home, secret_key='for the walk of every route', demo=True, database_url=str(engine.url))
    app = create_app(settings, root=Root(settings, clock, engine))
    app.config['WTF_CSRF_ENABLED'] = False
    return Place(app, engine, actors, received.case_no, (first.id, second.id), document, tokens, objects, [])


def _session(tx: Any, username: str, now: Any, limits: Any) -> str:
    return sessions.begin(tx, people.find_clerk(tx.connection, username), now, limits, sessions.Begun('10.0.0.1', 'walk'))


def routes(app: Flask) -> list[tuple[Rule, str]]:
    return [
        (rule, method)
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)
        for method in sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'})
        if rule.endpoint not in ('static', 'favicon')
    ]


def test_every_route_declares_its_right(place) -> None:
    """A page that asks no right is open to everybody."""
    assert [rule.rule for rule, _method in routes(place.app) if not hasattr(place.app.view_functions[rule.endpoint], 'rule')] == []


def test_every_argument_of_an_address_names_an_object_of_the_walk(place) -> None:
    """A-01: a page of a new kind of object is walked too."""
    walked = {'case_no', 'task_id', 'document_id', 'code', *place.objects}
    named = {name for rule, _method in routes(place.app) for name in rule.arguments}
    assert named - walked == {'stop_id', 'token'}  # the case of the walk is not stopped; a token is anybody's who has it


UNKNOWN = 10**6


def address(place: Place, rule: Rule, task_id: int) -> str:
    """The address of a route for the objects of the walk; a stop, which the case has not, has a number that nothing has."""
    known = {'case_no': place.case_no, 'task_id': task_id, 'document_id': place.document}
    known |= objects_of_a_hall.values(place.objects, rule.endpoint, 'food-business-licence')
    if rule.endpoint.startswith('progress.'):
        known = {}
    values = {
        name: known.get(name, UNKNOWN if 'int' in type(rule._converters[name]).__name__.lower() or name.endswith('_id') else 'x')
        for name in rule.arguments
    }
    with place.app.test_request_context():
        from flask import url_for

        return url_for(rule.endpoint, **values)


def expected(place: Place, username: str, rule: Rule, task_id: int) -> tuple[set[int], set[int]]:
    """What the table says: the statuses one of which it must be, and those it must not be."""
    actor = place.actors.get(username, STRANGER)
    right = place.app.view_functions[rule.endpoint].rule
    if not could(actor, right.verb):
        return ({302, 401} if not username else {403}), set()
    if rule.endpoint.startswith('progress.'):
        return set(), {403}
    with place.engine.reading() as connection:
        if 'case_no' in rule.arguments:
            standing = case_standing(connection, actor, place.case_no)
            if not standing.allows('case.read'):
                return {404}, set()
            return (
                (set(), {403} if 'stop_id' in rule.arguments or rule.endpoint == 'receive.slip' else {403, 404})
                if standing.allows(right.verb)
                else ({403}, set())
            )
        if 'task_id' in rule.arguments and rule.endpoint != 'task.done':
            standing = task_standing(connection, actor, task_id)
            if not standing.allows('task.read'):
                return {404}, set()
            finished = task_id == place.tasks[0]
            return (set(), {404}) if finished or standing.allows(right.verb) else ({403}, set())
        if 'document_id' in rule.arguments:
            return ({404}, set()) if not case_standing(connection, actor, place.case_no).allows(right.verb) else ({200}, set())
        if 'attachment_id' in rule.arguments:
            return ({404}, set()) if not case_standing(connection, actor, place.case_no).allows(right.verb) else ({200}, set())
    if not rule.arguments or rule.endpoint in NO_OBJECT:
        return set(), {403} if not rule.arguments else set()
    if lets(actor, right.verb, frozenset(rule.arguments)):
        return set(), {403, 404} - ({404} if rule.endpoint in MISSING else set())
    return {403, 404, *({302} if rule.endpoint in SAYS_SO else ())}, set()


NO_OBJECT = {'task.done', 'receive.form', 'receive.receive'}
"""A step that is over is said to be; whose items are received where is a matter of the window, not of right."""
MISSING = {
    'health.decide',
    'releases.proposed',
    'releases.proposed_bundle',
    'profile.end_session',
    'migration.revert_case',
    'trial.rerecord',
}
"""What the walk has not made: a proposal, a migrated case, a scenario, a session by its name. Whoever may is told that there is none."""
FORM = {
    **dict.fromkeys(('reason', 'name', 'reply', 'note', 'opinion', 'grounds', 'file'), '走查'),
    **{'path': 'item.toml', 'new_path': 'other.toml', 'version': '2', 'verdict': 'agreed', 'to': 'workday'},
    **{'disposition': 'noted', 'fault': 'slow', 'level': 'person'},
}
"""What is typed on every page: a form that lacks something is refused before anybody asks who sends it."""
HEADERS = {'PUT': {'If-Match': '"2"'}}
SAYS_SO = {'trial.keep', 'trial.rerecord'}
"""What goes back to the page of the trial and says there why not."""
PLAIN = (PERSON.name, PERSON.id_no, PERSON.phone, PERSON.address)


def form(method: str) -> dict[str, Any] | None:
    return {**FORM, 'files': (io.BytesIO(b'# nothing'), 'item.toml')} if method == 'POST' else None


def read_whole(answer: Any) -> str:
    """The text of an answer; of an archive that of its files."""
    body = answer.get_data()
    if body[:4] == b'PK\x03\x04':
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            body = b'\n'.join(archive.read(name) for name in archive.namelist())
    return body.decode('utf-8', 'replace')


@pytest.mark.parametrize('username', WHO, ids=lambda name: name or 'stranger')
def test_every_route_answers_as_the_table_says(place, username: str) -> None:
    """A-01, A-03."""
    client, wrong = place.client(username), []
    with place.engine.reading() as connection:
        plain = case_standing(connection, place.actors.get(username, STRANGER), place.case_no).reading('case.read') == 'plain'
    for rule, method in routes(place.app):
        if rule.endpoint in ('login.leave', 'login.enter', 'designer.element_templates'):
            continue
        for task_id in place.tasks if 'task_id' in rule.arguments else (UNKNOWN,):
            place.looks.clear()
            answer = client.open(address(place, rule, task_id), method=method, data=form(method), headers=HEADERS.get(method))
            status, text = answer.status_code, read_whole(answer)
            answer.close()
            named = [one for one in PLAIN if one in text]
            if named and not plain:
                wrong.append(f'{method} {rule.rule} ({task_id}) names {named} to who may not read the case plain')
            if named and username not in place.looks:
                wrong.append(f'{method} {rule.rule} ({task_id}) names {named} plain, and no look is written down')
            # what the software did is in everybody's log
            if username.startswith('other_') and status < 400 and rule.endpoint != 'operation.log':
                wrong += [f'{method} {rule.rule} shows {one}' for one in objects_of_a_hall.LISTED if one in text]
            must, never = expected(place, username, rule, task_id)
            if (must and status not in must) or status in never or status == 500:
                wrong.append(f'{method} {rule.rule} ({task_id}): {status}, expected {must or f"none of {never}"}')
    assert wrong == [], f'{WHO[username]}\n' + '\n'.join(wrong)
