"""Pages of a hall of any size: what each asks of the database, and how long it takes.

Works on a database that `yizhan demo --cases N` has filled. It writes the rows a visit leaves (sessions, searches, views of personal data)
and gives one case a query password it knows. Statements are exact; of milliseconds compare only those of one run.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from engine import SYSTEM, FixedClock
from engine.core.database import connect
from engine.identity import normalise
from tasks import tables as t
from tasks.demo.hall import PASSWORD
from tasks.people.passwords import SLIPS
from web import logs
from web.app import create_app
from web.cli.speaking import Refused
from web.root import Root, make_engine
from web.settings import Settings

WARM, TIMES = 3, 15
SLOW_MS = 5.0
"""A statement whose quickest run takes this long is slow; the machine may be busy with other things."""
_READS = re.compile(r'\s*(SELECT|WITH)(?!.*\b(INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b)', re.DOTALL)
"""What may be explained: PostgreSQL carries out what it analyses."""
CLERK, SUPERVISOR = 'chuangkou', 'jiancha'


@dataclass
class Asked:
    """The statements of one request with their times in milliseconds."""

    said: list[tuple[str, Any, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Measured:
    """A page: statements of one visit, the median in milliseconds, and its slowest statements."""

    statements: int
    ms: float
    slow: list[tuple[str, Any, float]]


NEEDS = '应给出 yizhan demo --cases N 已写入办件的数据库'


def pages(url: str | None, plan: Callable[[str], None] | None = None) -> dict[str, Any]:
    """Medians and statement counts of the pages people open most; `plan` is told the plan of every slow statement."""
    if url is None:
        raise Refused(NEEDS, 'Expected a database that `yizhan demo --cases N` has filled, but none is named')
    with _served(url) as (app, asked):
        database = app.extensions['yizhan'].engine.database
        with database.connect() as connection:
            many = int(connection.execute(sa.select(sa.func.count()).select_from(t.approval_case)).scalar_one())
        measured = {name: _measure(visit, asked) for name, visit in _visits(app, database).items()}
        if plan is not None:
            for name, one in measured.items():
                for statement, parameters, ms in one.slow:
                    plan(f'{name}: {ms:.1f} ms\n{statement}\n{_plan(database, statement, parameters)}')
    return {'cases': many, 'pages': {name: {'statements': one.statements, 'ms': round(one.ms, 1)} for name, one in measured.items()}}


@contextmanager
def _served(url: str) -> Iterator[tuple[Flask, Asked]]:
    """The application over the database, at the instant after the hall's last event, every statement noted."""
    database = connect(url, pool_size=1)
    with database.connect() as connection:
        now = connection.execute(sa.select(sa.func.max(t.approval_case.c.received_at))).scalar_one()
    database.dispose()
    if now is None:
        raise Refused(NEEDS, 'Expected a database that `yizhan demo --cases N` has filled, but it has no case')
    clock, asked = FixedClock(now), Asked()
    with tempfile.TemporaryDirectory() as home:
        logs.configure(path=Path(home) / 'bench.log')
        patience = {'session_hours': 1e6, 'session_idle_minutes': 1e7}  # the hall's instant is not the machine's
        settings = Settings(home=Path(home), secret_key='for a bench, no secret at all', demo=True, database_url=url, **patience)
        engine = make_engine(url, clock)
        _listen(engine.database, asked)
        try:
            yield create_app(settings, root=Root(settings, clock, engine)), asked
        finally:
            engine.close()
            logs.configure()


def _listen(database: sa.Engine, asked: Asked) -> None:
    began: list[float] = []
    sa.event.listen(database, 'before_cursor_execute', lambda *_: began.append(time.perf_counter()))

    def after(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.said.append((statement, parameters, (time.perf_counter() - began.pop()) * 1000))

    sa.event.listen(database, 'after_cursor_execute', after)


def _measure(visit: Callable[[], int], asked: Asked) -> Measured:
    times, counts = [], []
    quickest: dict[str, tuple[str, Any, float]] = {}
    for number in range(WARM + TIMES):
        asked.said.clear()
        began = time.perf_counter()
        status = visit()
        took = (time.perf_counter() - began) * 1000
        if status != 200:
            raise ValueError(f'Expected a page, but the answer is {status}')
        if number >= WARM:
            times.append(took)
            counts.append(len(asked.said))
        for one in asked.said:
            quickest[one[0]] = min(one, quickest.get(one[0], one), key=lambda each: each[2])
    slow = [one for one in quickest.values() if one[2] >= SLOW_MS and _READS.match(one[0])]
    return Measured(int(statistics.median(counts)), statistics.median(times), slow)


def _visits(app: Flask, database: sa.Engine) -> Mapping[str, Callable[[], int]]:
    clerk, supervisor = _signed_in(app, CLERK), _signed_in(app, SUPERVISOR)
    case = t.approval_case.c
    with database.connect() as connection:
        newest = sa.select(case.case_no, case.applicant_name).order_by(case.received_at.desc(), case.case_no.desc())
        some = connection.execute(newest.where(case.status == 'in_review', case.applicant_kind != 'person').limit(1)).one()

    def get(client: FlaskClient, path: str) -> Callable[[], int]:
        return lambda: client.get(path).status_code

    def search(words: str) -> Callable[[], int]:
        answer = clerk.post('/cases/search', data={'q': words, 'csrf_token': _token(clerk)})
        return get(clerk, str(answer.headers['Location']))

    return {
        'desk': get(clerk, '/desk'),
        'list': get(clerk, '/cases'),
        'search_number': search(some.case_no[-5:]),
        'search_name': search(some.applicant_name),
        'search_nothing': search('没有这样的名称'),
        'case': get(clerk, f'/cases/{some.case_no}'),
        'board': get(supervisor, '/supervision'),
        'progress': _progress(app, some.case_no),
    }


def _progress(app: Flask, case_no: str) -> Callable[[], int]:
    """What an applicant sees of his case."""
    client, case = app.test_client(), t.approval_case
    with app.extensions['yizhan'].engine.begin(SYSTEM) as tx:
        known = {'query_password_hash': SLIPS.hash(normalise(PASSWORD))}
        tx.connection.execute(sa.update(case).where(case.c.case_no == case_no).values(known))
    fields = {'case_no': case_no, 'password': PASSWORD, 'csrf_token': _token(client)}
    return lambda: client.post('/progress', data=fields, follow_redirects=True).status_code


def _signed_in(app: Flask, username: str) -> FlaskClient:
    client = app.test_client()
    client.post('/login', data={'username': username, 'password': PASSWORD, 'csrf_token': _token(client)})
    return client


def _token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get('/items').get_data(as_text=True))
    if found is None:
        raise ValueError('Expected a page with a form, but it has none')
    return found[1]


def _plan(database: sa.Engine, statement: str, parameters: Any) -> str:
    postgres = database.dialect.name == 'postgresql'
    with database.connect() as connection:
        told = connection.exec_driver_sql(('EXPLAIN (ANALYZE, BUFFERS) ' if postgres else 'EXPLAIN QUERY PLAN ') + statement, parameters)
        return '\n'.join(str(row[-1]) for row in told)
