"""O-16: a file that was chosen is there whatever becomes of the page; it is filed with the case, and handed out to who may read it."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from engine import SYSTEM, Bundle, Rejection, read_path
from tasks import tables as t
from tasks.cases.attachments import Upload, checked_upload, keep
from tasks.cases.file_kinds import KINDS, FileLimits
from tasks.catalogue import checking, items
from tasks.people.roster import actor_of, find_clerk
from tests.pages.conftest import BUNDLE, PERSON
from tests.pages.test_releases_and_trials import begin, definition

PDF = b'%PDF-1.7 one'
SCANS = {'type': 'filepicker', 'key': 'scans', 'label': '扫描件', 'id': 'scans', 'multiple': True, 'validate': {'required': True}}
COPY = {'type': 'filepicker', 'key': 'copy', 'label': '副本', 'id': 'copy'}
ROWS = {
    'type': 'dynamiclist',
    'path': 'partners',
    'label': '合伙人',
    'id': 'partners',
    'isRepeating': True,
    'defaultRepetitions': 1,
    'allowAddRemove': True,
    'components': [{'type': 'filepicker', 'key': 'card', 'label': '证件', 'id': 'card'}],
}


@pytest.fixture
def with_files(office) -> None:
    """The licence with file fields in the form of its first step."""
    shipped = read_path(BUNDLE)
    form = json.loads(shipped.files['intake.form'])
    form['components'] += [SCANS, COPY, ROWS]
    files = {name: content for name, content in shipped.files.items() if not name.startswith('scenarios/')}
    with office.begin(SYSTEM) as tx:
        items.deploy(tx, checking.judge(tx.connection, Bundle({**files, 'intake.form': json.dumps(form).encode()})), 'files')


@pytest.fixture
def clerk(visitor, with_files):
    return visitor('chuangkou')


@pytest.fixture
def case_no(clerk) -> str:
    return clerk.receive(**PERSON)


@pytest.fixture
def task(clerk, case_no) -> str:
    """A claimed task whose form takes files."""
    path = str(clerk.get(f'/receive/slips/{case_no}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    clerk.post(f'{path}/claim')
    return path


def chosen(name: str = '身份证.pdf', content: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def kept_on(page, field: str = 'f.scans') -> list[str]:
    """The ids of the files the page says are kept in a field."""
    return page.tree.xpath(f'//p[@class="f-document"]/input[@name="{field}"]/@value')


def stored(office) -> int:
    with office.reading() as connection:
        return connection.execute(select(func.count()).select_from(t.attachment)).scalar_one()


def send(clerk, task: str, action: str, status: int = 200, **fields):
    page = clerk.get(task)
    return clerk.post(task, {**page.form(task), 'action': action, **fields}, status)


def test_a_file_chosen_before_a_draft_is_saved_is_kept_with_it(clerk, task, office) -> None:
    """O-16(b): and more can be added to it."""
    send(clerk, task, 'draft', 302, **{'f.scans': chosen()})
    page = clerk.get(task)
    assert '已保存：身份证.pdf 12 B' in page.words
    (first,) = kept_on(page)
    send(clerk, task, 'draft', 302, **{'f.scans': [first, chosen('房产证.pdf', PDF + b'2')]})
    assert len(kept_on(clerk.get(task))) == stored(office) == 2


def test_a_file_chosen_before_a_refusal_is_kept_on_the_page(clerk, task) -> None:
    """O-16(b): nothing was answered, so the submission is refused; the file need not be chosen again."""
    page = send(clerk, task, 'complete', 422, **{'f.scans': chosen()})
    assert len(kept_on(page)) == 1
    assert not page.tree.xpath('//input[@type="file"][@name="f.scans"]/@required')


def test_a_file_is_kept_when_a_row_is_added_or_the_form_brought_up_to_date(clerk, task) -> None:
    """O-16(b): in a row of a list, too."""
    page = send(clerk, task, '', **{'f-action': 'add:partners', 'f.partners.0.card': chosen(), 'f.scans': chosen('乙.pdf', PDF + b'3')})
    assert len(kept_on(page, 'f.partners.0.card')) == len(kept_on(page)) == 1


def test_a_kept_file_can_be_removed_and_is_gone_with_the_next_draft(clerk, task, office) -> None:
    """O-16(b)"""
    send(clerk, task, 'draft', 302, **{'f.scans': chosen()})
    (kept,) = kept_on(clerk.get(task))
    page = send(clerk, task, '', **{'f-action': f'drop:{kept}'})
    assert kept_on(page) == []
    clerk.post(task, {**page.form(task), 'action': 'draft'})
    assert (kept_on(clerk.get(task)), stored(office)) == ([], 0)


def test_a_field_for_one_file_takes_the_last_one_chosen(clerk, task, office) -> None:
    """O-16(b)"""
    send(clerk, task, 'draft', 302, **{'f.copy': chosen('甲.pdf')})
    send(clerk, task, 'draft', 302, **{'f.copy': chosen('乙.pdf', PDF + b'4')})
    assert '乙.pdf' in clerk.get(task).words
    assert stored(office) == 1


def complete(clerk, task: str, **fields):
    return clerk.act(task, {**clerk.get(task).form(task), 'action': 'complete', 'f.intake_outcome': 'accept', **fields})


def test_what_is_completed_is_filed_with_the_case_and_the_rest_is_gone(clerk, task, case_no, office) -> None:
    """O-16: through the page that asks first; the case page and the next task's page list it."""
    send(clerk, task, 'draft', 302, **{'f.copy': chosen('旧.pdf', PDF + b'5')})
    (old,) = kept_on(clerk.get(task), 'f.copy')
    page = send(clerk, task, '', **{'f-action': f'drop:{old}'})
    clerk.act(task, {**page.form(task), 'action': 'complete', 'f.intake_outcome': 'accept', 'f.scans': chosen()})
    page = clerk.get(f'/cases/{case_no}')
    (link,) = page.tree.xpath('//a[starts-with(@href, "/attachments/")]')
    assert (link.text, stored(office)) == ('身份证.pdf', 1)
    with office.reading() as connection:
        assert connection.execute(select(t.attachment.c.filed_at)).scalar_one() is not None


def test_a_file_is_saved_and_never_shown_in_the_site(clerk, task, case_no, visitor, office) -> None:
    """O-16: as an attachment under its name, of the type its end says, never sniffed; that it was taken is in the log (S-35)."""
    complete(clerk, task, **{'f.scans': chosen()})
    (path,) = clerk.get(f'/cases/{case_no}').tree.xpath('//a[starts-with(@href, "/attachments/")]/@href')
    answer = clerk.client.get(path)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PDF, 'application/pdf')
    assert answer.headers['Content-Disposition'].startswith('attachment;')
    assert "filename*=UTF-8''%E8%BA%AB" in answer.headers['Content-Disposition']
    assert answer.headers['X-Content-Type-Options'] == 'nosniff'
    assert answer.headers['Cache-Control'] == 'no-store'
    with office.reading() as connection:
        log = t.operator_log.c
        assert f'attachment {path.rsplit("/", 1)[-1]}' in [
            data['what'] for data in connection.execute(select(log.data).where(log.action == 'personal_data.viewed')).scalars()
        ]


@pytest.mark.parametrize('refused', [('jiancha', 404), ('guanli', 403), ('quanshu', 404), (None, 302)])
def test_who_sees_personal_data_masked_or_not_at_all_gets_no_file(clerk, task, case_no, visitor, refused) -> None:
    """O-16: nor its name, which may be a person's. A supervisor may be named for a step (D-05), not for this one."""
    who, status = refused
    complete(clerk, task, **{'f.scans': chosen()})
    (path,) = clerk.get(f'/cases/{case_no}').tree.xpath('//a[starts-with(@href, "/attachments/")]/@href')
    stranger = visitor(who)
    assert stranger.client.get(path).status_code == status
    if who:
        assert '身份证.pdf' not in stranger.client.get(f'/cases/{case_no}').text


def test_a_file_that_is_only_kept_is_for_who_keeps_it(clerk, task, visitor) -> None:
    """O-16: a colleague of the window sees it once it is filed."""
    send(clerk, task, 'draft', 302, **{'f.scans': chosen()})
    (kept,) = kept_on(clerk.get(task))
    clerk.client.get(f'/attachments/{kept}').close()
    assert clerk.client.get(f'/attachments/{kept}').status_code == 200
    assert visitor('shencha').client.get(f'/attachments/{kept}').status_code == 404


def test_a_form_names_no_file_of_another_case_and_none_that_is_made_up(clerk, task, office) -> None:
    """O-16: an id, or a descriptor, that the office did not give out is dropped."""
    send(clerk, task, 'draft', 302, **{'f.scans': chosen()})
    (foreign,) = kept_on(clerk.get(task))
    other = str(clerk.get(f'/receive/slips/{clerk.receive()}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    clerk.post(f'{other}/claim')
    for made_up in (foreign, '999999', '{"id": "1", "name": "x.pdf"}', 'x' * 500):
        send(clerk, other, 'draft', 302, **{'f.scans': made_up})
        assert kept_on(clerk.get(other)) == []
    refused = send(clerk, other, 'complete', 422, **{'f.scans': foreign, 'f.intake_outcome': 'accept'})
    assert '扫描件' in refused.words


def test_the_files_of_a_draft_go_when_the_case_is_over(clerk, task, case_no, office) -> None:
    """O-16: removed with the draft."""
    send(clerk, task, 'draft', 302, **{'f.scans': chosen()})
    clerk.act(f'/cases/{case_no}/withdraw', {'reason': '不办了'})
    assert stored(office) == 0


@pytest.mark.parametrize(
    ('name', 'content', 'said'),
    [
        ('a.html', b'<script>', '不能上传'),
        ('a.pdf.exe', b'MZ', '不能上传'),
        ('pdf', PDF, '不能上传'),
        ('a.pdf', b'<html>', '不是 pdf 文件'),
        ('a.png', PDF, '不是 png 文件'),
        ('a.pdf', b'', '空文件'),
        ('a.pdf', PDF + b'x' * 100, '超过'),
    ],
)
def test_what_may_not_be_kept_is_refused_by_name(name: str, content: bytes, said: str) -> None:
    """O-16: limits on type, content and size."""
    with pytest.raises(Rejection) as refusal:
        checked_upload(Upload(name, content), FileLimits(largest=50))
    assert said in refusal.value.zh
    assert name.strip('.') in refusal.value.zh


@pytest.mark.parametrize(
    ('sent', 'name'),
    [
        ('C:\\Users\\某\\身份证.PDF', '身份证.PDF'),
        ('../../etc/证.pdf', '证.pdf'),
        ('a\u202efdp.\r\nx.pdf', 'afdp.x.pdf'),
        ('长' * 300 + '.pdf', '长' * 116 + '.pdf'),
    ],
)
def test_a_name_is_kept_plain(sent: str, name: str) -> None:
    """O-16: no path, no sign nobody sees, its end kept."""
    assert checked_upload(Upload(sent, PDF), FileLimits())[0] == name


def test_every_kind_is_served_as_what_no_browser_runs() -> None:
    """O-16: no page, no script, no drawing with scripts among them."""
    assert not [
        kind for kind, (media_type, _) in KINDS.items() if any(word in media_type for word in ('html', 'svg', 'xml;', 'script', 'text/'))
    ]


def test_a_refused_file_says_why_and_the_others_are_kept(clerk, task) -> None:
    """O-16"""
    page = send(clerk, task, 'draft', 422, **{'f.scans': [chosen('网页.html', b'<html>'), chosen()]})
    assert '「网页.html」的类型不能上传' in page.words
    assert len(kept_on(page)) == 1


def test_a_step_keeps_only_so_many_files_and_the_same_file_once(clerk, task, office, app) -> None:
    """O-16: limit on the count, by setting."""
    limits = replace(app.extensions['yizhan'].settings.files, most=2)
    number = int(task.rsplit('/', 1)[-1])
    with office.reading() as connection:
        me = actor_of(find_clerk(connection, 'chuangkou'))
    for content in (b'1', b'1', b'2'):
        office.run(me, lambda tx, content=content: keep(tx, number, Upload('a.pdf', PDF + content), limits))
    with pytest.raises(Rejection, match='at most 2 files'):
        office.run(me, lambda tx: keep(tx, number, Upload('a.pdf', PDF + b'3'), limits))
    assert stored(office) == 2


def test_a_file_chosen_in_a_trial_is_known_by_its_name_and_the_page_says_so(visitor, with_files) -> None:
    """O-16: a trial dropped the file in silence, so a step with a required one could never be tried."""
    analyst = visitor('liucheng')
    trial = begin(analyst, f'definition:{definition(analyst)}')
    page = analyst.get(trial)
    assert '只记文件名' in page.words
    fields = {**page.form(f'{trial}/complete'), 'f.intake_outcome': 'accept', 'action': 'complete'}
    assert '此项为必填项' in analyst.post(f'{trial}/complete', fields, 422).words
    analyst.post(f'{trial}/complete', {**fields, 'f.scans': '营业执照.pdf'})
    assert '营业执照.pdf' in analyst.get(trial).words
