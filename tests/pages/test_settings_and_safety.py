"""What an installation can be told, and what no request may do to its visitors."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from werkzeug.datastructures import MultiDict

from tasks.catalogue.item import Material
from web.app import create_app
from web.formats import stamp, time_left
from web.intake_form import read_intake
from web.security import safe_next, typed_text
from web.settings import Settings, SettingsError, from_environment, secret_key


@pytest.mark.parametrize(
    'target',
    [
        'https://evil.example/',
        '//evil.example',
        '/\\evil.example',
        'javascript:alert(1)',
        'desk',
        '/a\nb',
        '\\\\evil',
        '/\t/evil',
        None,
        '',
        '/a\\b',
        ' /desk',
    ],
)
def test_a_login_link_never_leads_to_another_site(target: str | None) -> None:
    assert safe_next(target, '/desk') == '/desk'


@pytest.mark.parametrize('target', ['/', '/desk?window=general&page=2', '/cases/330102202611210000017', '/desk#x'])
def test_a_login_link_leads_back_to_the_page_that_was_asked_for(target: str) -> None:
    assert safe_next(target, '/elsewhere') == target


def test_typed_text_is_kept_with_labels_and_without_secrets() -> None:
    typed = [('reason', '面积不足'), ('password', 'hunter22'), ('f.tags', 'a'), ('f.tags', 'b'), ('f.empty', ' ')]
    form = MultiDict([('csrf_token', 't'), *typed])
    assert typed_text(form) == [('理由', '面积不足'), ('填写的内容', 'a'), ('填写的内容', 'b')]


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path) -> None:
    settings = Settings(home=tmp_path / 'var')
    first = secret_key(settings)
    assert len(first) == 64
    assert secret_key(settings) == first
    assert stat.S_IMODE((tmp_path / 'var' / 'secret_key').stat().st_mode) == 0o600


def test_a_given_secret_key_is_used_and_nothing_is_written(tmp_path) -> None:
    given = 'given by the environment'
    assert secret_key(Settings(home=tmp_path / 'var', secret_key=given)) == given
    assert not (tmp_path / 'var').exists()


def test_a_short_secret_key_is_refused(tmp_path) -> None:
    """A-06: `YIZHAN_SECRET_KEY=1` was accepted."""
    with pytest.raises(SettingsError, match='at least 16'):
        secret_key(Settings(home=tmp_path, secret_key='1'))


def test_settings_come_from_the_environment() -> None:
    found = from_environment({'YIZHAN_DATABASE_URL': 'postgres://u@h/d', 'YIZHAN_PORT': '81', 'YIZHAN_DEMO': 'yes'})
    assert (found.url, found.port, found.demo) == ('postgresql+psycopg://u@h/d', 81, True)
    assert from_environment({}).url.startswith('sqlite:///')


def test_a_setting_that_is_no_number_is_named() -> None:
    with pytest.raises(SettingsError, match='YIZHAN_PORT'):
        from_environment({'YIZHAN_PORT': 'eighty'})


@pytest.mark.parametrize('number', ['inf', 'nan', '-1', '0', '1.5', '1e99'])
def test_a_number_out_of_range_is_named(number: str) -> None:
    with pytest.raises(SettingsError, match='YIZHAN_THREADS'):
        from_environment({'YIZHAN_THREADS': number})
    for name in ('YIZHAN_TICK_SECONDS', 'YIZHAN_SESSION_HOURS', 'YIZHAN_PORT'):
        if not (name == 'YIZHAN_PORT' and number == '0') and number != '1.5':
            with pytest.raises(SettingsError, match=name):
                from_environment({name: number})


@pytest.mark.parametrize('url', ['sqlite://', 'sqlite:///', 'sqlite:///:memory:'])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match='in memory'):
        from_environment({'YIZHAN_DATABASE_URL': url})


@pytest.mark.parametrize('content', [b'', b'  \n', b'short', b'\xff' * 64])
def test_a_secret_key_file_without_a_key_is_refused_with_a_sentence(tmp_path, content: bytes) -> None:
    """An empty file is what a full disk leaves; a page signed with nothing would be worse than none."""
    (tmp_path / 'secret_key').write_bytes(content)
    with pytest.raises(SettingsError, match=r'Expected .* key .*, but'):
        create_app(Settings(home=tmp_path))


def test_processes_that_start_at_once_share_one_secret_key(tmp_path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secret_key(Settings(home=tmp_path)), range(16)))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ['secret_key']


LISTED = [Material(name='申请书', code='application'), Material(name='平面图', code='layout')]
GOOD = {
    'kind': 'enterprise',
    'name': '清江县好味餐饮有限公司',
    'id_no': '91330100MA27X1234D',
    'phone': '13800000000',
    'm-application-state': 'received',
    'm-application-originals': '1',
}


@pytest.fixture
def pages(tmp_path):
    """A request of an application whose database is never opened."""
    with create_app(Settings(home=tmp_path, secret_key='a key for tests only')).test_request_context():
        yield


def _intake(**changes: str):
    return read_intake(MultiDict({**GOOD, **changes}), LISTED)


@pytest.mark.usefixtures('pages')
def test_numbers_of_persons_and_organisations_are_checked_at_the_window() -> None:
    assert 'id_no' in _intake(id_no='91330100MA27X1234A').errors
    assert 'id_no' in _intake(kind='person', id_no='110101199003070000').errors
    good = _intake(kind='person', name='张三', id_no=' 11010519491231002x ')
    assert good.ok
    assert good.applicant.id_no == '11010519491231002X'


@pytest.mark.usefixtures('pages')
def test_every_missing_field_is_named_at_once() -> None:
    errors = _intake(kind='', name='', id_no='', phone='').errors
    assert set(errors) == {'kind', 'name', 'id_no', 'phone'}


@pytest.mark.usefixtures('pages')
def test_only_materials_of_the_list_that_were_handed_in_are_taken() -> None:
    intake = _intake(**{'m-layout-state': 'missing', 'm-bribe-state': 'received'})
    assert [(one.code, one.originals, one.state) for one in intake.materials] == [('application', 1, 'received')]


@pytest.mark.usefixtures('pages')
@pytest.mark.parametrize('count', ['-1', '100', '1e3', '一', '²'])
def test_a_count_of_copies_that_is_no_small_number_is_refused(count: str) -> None:
    assert 'm-application-originals' in _intake(**{'m-application-originals': count}).errors


def test_times_are_printed_in_the_halls_zone() -> None:
    """H-11: the zone is the hall's own."""
    instant = datetime(2026, 9, 18, 16, 30, tzinfo=UTC)
    assert stamp(instant, ZoneInfo('Asia/Shanghai')) == '2026-09-19 00:30'
    assert stamp(instant, ZoneInfo('Asia/Urumqi')) == '2026-09-18 22:30'
    assert stamp(None) == ''


@pytest.mark.usefixtures('pages')
def test_time_left_is_said_in_the_unit_of_the_limit() -> None:
    """O-27: natural days are 日, working days 个工作日, hours are hours; an old row not counted yet says its last day."""
    rows = [(-2, 'workday'), (0, 'workday'), (13, 'workday'), (20, 'day'), (-3, 'day'), (4, 'workhour'), (-1, 'hour'), (None, None)]
    said = [str(time_left(SimpleNamespace(left=left, unit=unit, last_day='2026-03-09'))) for left, unit in rows]
    assert said == [
        '超期 2 个工作日',
        '今日到期',
        '剩 13 个工作日',
        '剩 20 日',
        '超期 3 日',
        '剩 4 个工作小时',
        '超期 1 小时',
        '最后一日 2026-03-09',
    ]
    assert str(time_left(SimpleNamespace(left=None, unit=None, last_day=None))) == '无期限'


def test_the_icon_that_browsers_ask_for_is_there(app) -> None:
    """A browser asks for /favicon.ico whatever the page says; every page of a PDF, and every JSON, was a 404 in the log."""
    answer = app.test_client().get('/favicon.ico')
    assert (answer.status_code, answer.mimetype) == (200, 'image/svg+xml')
    answer.close()
