"""A hall with its clerks, served by Flask's test client on both databases, and visitors who read pages as a browser does."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy import Integer, text

from engine import SYSTEM, Bundle, Engine, FixedClock, read_path
from tasks.all_tables import metadata
from tasks.catalogue import checking, items
from tasks.demo import building as demo
from tasks.demo import hall as demo_hall
from web.app import create_app
from web.root import Root, make_engine
from web.settings import Settings

BUNDLE = Path(__file__).parent.parent.parent / 'processes' / 'food-business-licence'
PERSON = {'kind': 'person', 'name': '张三丰', 'id_no': '11010519491231002X', 'phone': '13800000001', 'address': '清江县东湖区一路2号'}
ENTERPRISE = {'kind': 'enterprise', 'name': '清江县好味餐饮有限公司', 'id_no': '91330100MA27X1234D', 'phone': '13800000000'}


_SNAPSHOTS: dict[str, dict[str, list[dict[str, Any]]]] = {}


@pytest.fixture
def office(database_url: str, clock: FixedClock) -> Iterator[Engine]:
    """The demo hall without cases: windows, clerks and the food business licence in force. Made once, then copied row by row."""
    engine = make_engine(database_url, clock)
    backend = engine.database.dialect.name
    if backend not in _SNAPSHOTS:
        with engine.begin(SYSTEM) as tx:
            demo_hall.set_up(tx)
            items.deploy(tx, checking.judge(tx.connection, read_path(BUNDLE)), 'first')
        with engine.reading() as conn:
            tables = metadata.sorted_tables
            _SNAPSHOTS[backend] = {table.name: [dict(row) for row in conn.execute(table.select()).mappings()] for table in tables}
    else:
        _restore(engine, _SNAPSHOTS[backend])
    yield engine
    engine.close()


def _restore(engine: Engine, snapshot: dict[str, list[dict[str, Any]]]) -> None:
    with engine.begin(SYSTEM) as tx:
        for table in metadata.sorted_tables:
            if snapshot[table.name]:
                tx.connection.execute(table.insert(), snapshot[table.name])
            if tx.connection.dialect.name == 'postgresql' and 'id' in table.c and isinstance(table.c.id.type, Integer):
                sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                highest = f'(SELECT coalesce(max(id), 0) + 1 FROM {table.name})'
                tx.connection.execute(text(f'SELECT setval({sequence}, {highest}, false)'))


@pytest.fixture
def app(office: Engine, clock: FixedClock, tmp_path: Path) -> Flask:
    """The web application over that hall."""
    patience = {'session_hours': 1e6, 'session_idle_minutes': 1e7}  # tests move the clock by months
    settings = Settings(
        home=tmp_path, secret_key='a key for tests only', demo=True, database_url=str(office.url), upload_bytes=300 * 1024, **patience
    )
    return create_app(settings, root=Root(settings, clock, office))


@dataclass
class Page:
    """An answer as a person sees it."""

    status: int
    text: str
    location: str | None
    headers: Any
    _tree: Any = field(default=None, repr=False)

    @property
    def tree(self) -> Any:
        """The parsed page."""
        if self._tree is None:
            self._tree = html.fromstring(self.text)
        return self._tree

    @property
    def words(self) -> str:
        """What stands on the page, without tags, white space drawn together."""
        return ' '.join(self.tree.text_content().split())

    def form(self, action_end: str) -> dict[str, Any]:
        """The fields of the form whose action ends like this, as a browser would send them if nothing were changed."""
        for form in self.tree.forms:
            if (form.get('action') or '').endswith(action_end):
                fields: dict[str, Any] = {}
                areas = set(form.xpath('.//textarea/@name'))
                for name, value in form.form_values():
                    value = value.removeprefix('\n') if name in areas else value  # as HTML says of a textarea's first line break
                    known = fields.get(name)
                    fields[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
                return fields
        raise AssertionError(f'no form {action_end!r} on the page: {[form.get("action") for form in self.tree.forms]}')


class Visitor:
    """A browser: cookies, redirects when asked, and the forgery token of the last page."""

    def __init__(self, app: Flask, address: str = '10.0.0.1') -> None:
        self.client = app.test_client()
        self.address = address

    def get(self, path: str, status: int = 200) -> Page:
        return self._page(self.client.get(path, environ_base={'REMOTE_ADDR': self.address}), path, status)

    def post(self, path: str, fields: dict[str, Any] | None = None, status: int = 302, *, token: bool = True) -> Page:
        data = dict(fields or {})
        if token and 'csrf_token' not in data:
            data['csrf_token'] = self.token()
        answer = self.client.post(path, data=data, content_type='multipart/form-data', environ_base={'REMOTE_ADDR': self.address})
        return self._page(answer, path, status)

    def act(self, path: str, fields: dict[str, Any] | None = None, status: int = 302) -> Page:
        """Do what cannot be taken back: look at what it issues and ends, then confirm it."""
        page = self.post(path, fields, 200)
        assert page.tree.xpath('//form[@class="confirm"]'), f'{path}: nothing was asked'
        shown = page.tree.xpath('//form[@class="confirm"]')[0]
        again = {**page.form(path), 'action': shown.xpath('.//button[@name="action"]/@value')[0]}
        return self.post(path, again, status)

    def token(self) -> str:
        """The forgery token of this session."""
        tree = html.fromstring(self.client.get('/items', environ_base={'REMOTE_ADDR': self.address}).get_data(as_text=True))
        return str(tree.xpath('//input[@name="csrf_token"]/@value')[0])

    def sign_in(self, username: str, password: str = demo.PASSWORD) -> Visitor:
        self.post('/login', {'username': username, 'password': password})
        return self

    def receive(self, **changes: Any) -> str:
        """Receive a food business licence case; its number."""
        page = self.get('/receive/food-business-licence')
        fields = {**page.form('/receive/food-business-licence'), **ENTERPRISE, **changes}
        for name in list(fields):
            if name.endswith('-state'):
                fields.setdefault(name, 'received')
                fields[name] = 'received' if fields[name] == 'missing' else fields[name]
        answer = self.post('/receive/food-business-licence', fields)
        return str(answer.location).rsplit('/', 1)[-1]

    @staticmethod
    def _page(answer: Any, path: str, status: int) -> Page:
        page = Page(answer.status_code, answer.get_data(as_text=True), answer.headers.get('Location'), answer.headers)
        answer.close()
        if page.status != status:
            said = page.tree.xpath('//main') if page.text.startswith('<!doctype') else []
            words = ' '.join(said[0].text_content().split())[:1500] if said else ''
            raise AssertionError(f'{path}: expected {status}, got {page.status} {page.location or ""} {words}')
        return page


@pytest.fixture
def visitor(app: Flask) -> Callable[..., Visitor]:
    """Make visitors: `visitor()` is nobody, `visitor('shenhe')` is signed in."""

    def make(username: str | None = None, address: str = '10.0.0.1') -> Visitor:
        new = Visitor(app, address)
        return new.sign_in(username) if username else new

    return make


@pytest.fixture
def cases(visitor, office) -> list[str]:
    """A person's case and an enterprise's, one received, one under review, one withdrawn."""
    with office.begin(SYSTEM) as tx:
        items.deploy(tx, checking.judge(tx.connection, read_path(BUNDLE.parent / 'real-estate-transfer')), 'first')
    receiver = visitor('chuangkou')
    numbers = [receiver.receive(**PERSON), receiver.receive(), receiver.receive(**PERSON), receiver.receive()]
    for number in numbers[:2]:
        accept(receiver, number)
    receiver.act(f'/cases/{numbers[3]}/withdraw', {'reason': '不办了'})
    return numbers


def accept(receiver, number: str) -> None:
    task = str(receiver.get(f'/receive/slips/{number}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    receiver.post(f'{task}/claim')
    receiver.act(task, {**receiver.get(task).form(task), 'action': 'complete', 'f.intake_outcome': 'accept'})


@pytest.fixture
def zipped() -> Callable[..., tuple[io.BytesIO, str]]:
    """The shipped bundle as an upload, with some files replaced: `zipped(**{'process.bpmn': b'...'})`."""

    def make(**changes: bytes) -> tuple[io.BytesIO, str]:
        bundle = read_path(BUNDLE)
        return io.BytesIO(Bundle({**bundle.files, **changes}).zipped()), 'bundle.zip'

    return make
