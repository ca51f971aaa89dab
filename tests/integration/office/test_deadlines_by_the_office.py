"""Suspending, resuming and extending (Licensing Law art. 42, 45; L-13, L-14, L-17): rights, notices, and the dates that follow."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import Forbidden, NotFound, Rejection, read, read_path, verify_history
from engine.rows import StoredClock
from tasks import tables as t
from tasks.catalogue import checking, items
from tasks.deadlines import verbs
from tasks.deadlines.explanation import explanation
from tasks.deadlines.offers import offers
from tasks.deadlines.plain_words import in_plain_words
from tasks.demo.hall import HALL
from tasks.operations import administration
from tasks.people import roster as people

LAW = '《中华人民共和国行政许可法》第四十五条'


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text + '+08:00')


@pytest.fixture
def case_no(hall) -> str:
    """Accepted on Monday 2 March 2026: promise 7 workdays (11 March), statutory 10 (16 March)."""
    found = hall.receive().case_no
    hall.walk(found, 'intake')
    return found


def clock(hall, case_no: str, name: str) -> StoredClock:
    with hall.engine.reading() as connection:
        return next(row for row in read.clocks(connection, hall.case(case_no).instance_id) if row.name == name)


def suspend(hall, case_no: str, *, by: str = 'shencha', **changes) -> verbs.Suspended:
    said = {'kind': 'expert_review', 'reason': '工艺复杂，组织专家评审', 'basis': LAW, 'expected': '10个工作日', **changes}
    return hall.engine.run(hall.actors[by], lambda tx: verbs.suspend(tx, case_no, **said))


def resume(hall, case_no: str, stop_id: int, *, by: str = 'shencha', at: datetime | None = None) -> None:
    hall.engine.run(hall.actors[by], lambda tx: verbs.resume(tx, case_no, stop_id, at=at))


def extend(hall, case_no: str, *, by: str = 'jueding', reason: str = '现场情况复杂') -> verbs.Extended:
    return hall.engine.run(hall.actors[by], lambda tx: verbs.extend(tx, case_no, reason=reason))


def documents(hall, case_no: str, kind: str) -> list[str]:
    with hall.engine.reading() as connection:
        body = t.document.c.body
        return list(connection.execute(select(body).where(t.document.c.case_no == case_no, t.document.c.kind == kind)).scalars())


def refused(act, *arguments, **named) -> str:
    """The Chinese sentence of the refusal."""
    with pytest.raises(Rejection) as refusal:
        act(*arguments, **named)
    return refusal.value.zh


def test_special_procedure_stops_the_clock_and_tells_how_long(hall, case_no) -> None:
    hall.clock.move_to(beijing('2026-03-04T10:00:00'))
    made = suspend(hall, case_no)
    assert made.until == date(2026, 3, 18)
    assert (clock(hall, case_no, 'promise').state, clock(hall, case_no, 'promise').due_at) == ('stopped', None)
    assert clock(hall, case_no, 'statutory').state == 'stopped'
    (notice,) = documents(hall, case_no, 'stop_notice')
    for said in ('专家评审', LAW, '预计需要10个工作日', '至2026年3月18日', '工艺复杂', made.notice.number):
        assert said in notice
    assert hall.case(case_no).status == 'special'
    hall.clock.move_to(beijing('2026-03-09T11:00:00'))
    resume(hall, case_no, made.stop_id)
    assert hall.case(case_no).status == 'in_review'
    assert clock(hall, case_no, 'promise').last_day == '2026-03-17'  # 3 March counts, 4–9 March do not
    with hall.engine.reading() as connection:
        assert verify_history(connection, hall.case(case_no).instance_id).intact


def test_suspension_is_the_word_on_its_notice(hall, case_no) -> None:
    suspend(hall, case_no, kind='suspension', reason='等待法院判决', basis='《工伤保险条例》第二十条', expected='30日')
    (notice,) = documents(hall, case_no, 'stop_notice')
    assert '现中止审批' in notice
    assert '《工伤保险条例》第二十条' in notice
    assert hall.case(case_no).status == 'suspended'


def test_stops_that_overlap_count_once(hall, case_no) -> None:
    hall.clock.move_to(beijing('2026-03-04T10:00:00'))
    review = suspend(hall, case_no)
    hall.clock.move_to(beijing('2026-03-05T10:00:00'))
    hearing = suspend(hall, case_no, kind='hearing', reason='利害关系人要求听证')
    assert '已经在进行中' in refused(suspend, hall, case_no, kind='hearing')
    hall.clock.move_to(beijing('2026-03-06T10:00:00'))
    resume(hall, case_no, review.stop_id)
    assert clock(hall, case_no, 'promise').due_at is None
    hall.clock.move_to(beijing('2026-03-09T10:00:00'))
    resume(hall, case_no, hearing.stop_id)
    assert clock(hall, case_no, 'promise').last_day == '2026-03-17'


def test_stop_says_kind_reason_basis_and_length(hall, case_no) -> None:
    assert '类型不合法' in refused(suspend, hall, case_no, kind='supplement')
    assert '理由和法律依据' in refused(suspend, hall, case_no, reason=' ')
    assert '理由和法律依据' in refused(suspend, hall, case_no, basis='')
    assert '预计时长' in refused(suspend, hall, case_no, expected='很久')
    assert '预计时长' in refused(suspend, hall, case_no, expected='promise')
    assert documents(hall, case_no, 'stop_notice') == []
    assert clock(hall, case_no, 'promise').state == 'running'


def test_stop_needs_a_limit_that_runs(hall, case_no) -> None:
    fresh = hall.receive().case_no
    assert '尚未受理' in refused(suspend, hall, fresh, by='chuangkou')
    hall.clock.move_to(beijing('2026-03-17T00:00:00'))
    assert '不得以此掩盖超期' in refused(suspend, hall, case_no)
    hall.engine.tick()
    assert '不得以此掩盖超期' in refused(suspend, hall, case_no)


def test_decided_case_is_not_stopped(hall, case_no) -> None:
    hall.walk(case_no, 'document_review', 'site_inspection', 'site_inspection', 'audit', 'decide')
    assert '已作出决定' in refused(suspend, hall, case_no, by='jueding')
    assert '已作出决定' in refused(extend, hall, case_no)


def test_stop_recorded_late_lies_between_the_last_stop_and_now(hall, case_no) -> None:
    hall.clock.move_to(beijing('2026-03-06T10:00:00'))
    assert '不能晚于现在' in refused(suspend, hall, case_no, since=beijing('2026-03-07T10:00:00'))
    assert '不能早于受理' in refused(suspend, hall, case_no, since=beijing('2026-03-01T10:00:00'))
    made = suspend(hall, case_no, since=beijing('2026-03-05T09:00:00'))
    assert '不能早于上一次' in refused(suspend, hall, case_no, kind='hearing', since=beijing('2026-03-04T09:00:00'))
    hall.clock.move_to(beijing('2026-03-10T10:00:00'))
    assert '不能早于暂停开始' in refused(resume, hall, case_no, made.stop_id, at=beijing('2026-03-04T10:00:00'))
    assert '也不能晚于现在' in refused(resume, hall, case_no, made.stop_id, at=beijing('2026-03-11T10:00:00'))
    resume(hall, case_no, made.stop_id, at=beijing('2026-03-06T17:00:00'))
    assert clock(hall, case_no, 'promise').last_day == '2026-03-13'  # 5 and 6 March do not count
    with hall.engine.reading() as connection:
        log = administration.operator_log(connection, hall.actors['jiancha'])
    assert {'stop.backdated', 'stop.ended_earlier'} <= {row.action for row in log.rows}


def test_expired_limit_is_not_revived_by_a_stop_recorded_late(hall, case_no) -> None:
    hall.clock.move_to(beijing('2026-03-13T10:00:00'))  # the promise was due on the 11th, the statutory limit runs until the 16th
    assert '承诺期限已届满' in refused(suspend, hall, case_no, since=beijing('2026-03-10T10:00:00'))
    hall.engine.tick()
    suspend(hall, case_no)
    assert clock(hall, case_no, 'promise').state == 'breached'


def test_only_clerks_of_the_case_stop_it(hall, case_no) -> None:
    for username in ('guanli', 'jiancha', 'liucheng', 'zhizheng'):
        with pytest.raises((Forbidden, NotFound)):
            suspend(hall, case_no, by=username)
    made = suspend(hall, case_no)
    with pytest.raises(Forbidden):
        resume(hall, case_no, made.stop_id, by='zhizheng')
    other = hall.receive().case_no
    assert '没有该中止记录' in refused(resume, hall, other, made.stop_id, by='chuangkou')


def test_extension_moves_the_statutory_limit_once_with_a_notice(hall, case_no) -> None:
    made = extend(hall, case_no)
    assert (made.clocks, made.amount, made.last_day) == (('statutory',), 5, date(2026, 3, 23))
    assert clock(hall, case_no, 'statutory').last_day == '2026-03-23'
    assert clock(hall, case_no, 'promise').last_day == '2026-03-11'  # the item does not promise less than it says
    (notice,) = documents(hall, case_no, 'extension_notice')
    for said in ('法定期限延长5个工作日', '至2026年3月23日止', '现场情况复杂', '第四十二条', '高国强', made.notice.number):
        assert said in notice
    assert '已延长过一次' in refused(extend, hall, case_no)


def test_extension_needs_the_right_post_and_a_reason(hall, case_no) -> None:
    for username in ('shencha', 'shenhe', 'guanli', 'jiancha'):
        with pytest.raises(Forbidden):
            extend(hall, case_no, by=username)
    assert '须由行政机关负责人' in refused(extend, hall, case_no, by='shenhe')
    assert '理由' in refused(extend, hall, case_no, reason='  ')


def test_extension_asked_for_after_expiry_is_refused(hall, case_no) -> None:
    hall.clock.move_to(beijing('2026-03-17T00:00:00'))
    assert refused(extend, hall, case_no) == '超过办结时限才提出延期申请，不予延长'
    hall.engine.tick()
    assert refused(extend, hall, case_no) == '超过办结时限才提出延期申请，不予延长'
    fresh = hall.receive().case_no
    assert '尚未受理' in refused(extend, hall, fresh)


def test_extension_while_the_clock_stands_still_names_no_day(hall, case_no) -> None:
    suspend(hall, case_no)
    made = extend(hall, case_no)
    assert made.last_day is None
    (notice,) = documents(hall, case_no, 'extension_notice')
    assert '办理期限至' not in notice


def deploy_changed(hall, *changes: tuple[str, str]) -> None:
    """The item with other lines in item.toml."""
    bundle = read_path(Path(__file__).parents[3] / 'processes' / 'food-business-licence')
    text = bundle.files['item.toml'].decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    changed = type(bundle)({**bundle.files, 'item.toml': text.encode()}, bundle.name)
    hall.engine.run(hall.actors['guanli'], lambda tx: items.deploy(tx, checking.judge(tx.connection, changed), '改期限', hall=HALL))


def test_promise_moves_with_the_extension_when_the_item_says_so(hall) -> None:
    deploy_changed(hall, ('extension_role = "agency_head"', 'extension_role = "agency_head"\nextend_promise = true'))
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    assert extend(hall, case_no).clocks == ('statutory', 'promise')
    assert clock(hall, case_no, 'promise').last_day == '2026-03-18'
    assert '法定期限和承诺期限延长5个工作日' in documents(hall, case_no, 'extension_notice')[0]


def test_law_gives_ten_days_where_the_item_says_nothing(hall) -> None:
    deploy_changed(hall, ('extension = "5个工作日"\n', ''))
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    assert extend(hall, case_no).amount == 10


def test_other_post_than_the_agency_head_is_a_window_of_that_code(hall) -> None:
    deploy_changed(hall, ('extension_role = "agency_head"', 'extension_role = "government_head"'))
    hall.engine.run(hall.actors['renshi'], lambda tx: people.create_window(tx, 'government_head', '县长办公室', HALL, authority='decide'))
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    assert '本级人民政府负责人' in refused(extend, hall, case_no)
    hall.engine.run(hall.actors['renshi'], lambda tx: people.assign_windows(tx, 'jueding', ['approval', 'government_head'], '县长授权'))
    with hall.engine.reading() as connection:
        hall.actors['jueding'] = people.actor_of(people.find_clerk(connection, 'jueding'))
    assert extend(hall, case_no).amount == 5


def test_page_offers_what_the_verb_allows(hall, case_no) -> None:
    def seen(username: str):
        with hall.engine.reading() as connection:
            return offers(connection, hall.actors[username], case_no, now=hall.clock())

    assert (seen('shencha').may_suspend, seen('shencha').may_extend) == (True, False)
    assert (seen('jueding').may_suspend, seen('jueding').may_extend) == (True, True)
    assert '行政机关负责人' in seen('shencha').why_no_extension
    assert not seen('guanli').may_suspend
    made = suspend(hall, case_no)
    assert [(one.id, one.may_resume) for one in seen('shencha').open_stops] == [(made.stop_id, True)]
    extend(hall, case_no)
    assert '已延长过一次' in seen('jueding').why_no_extension


def test_explanation_names_every_row_of_the_ledger(hall, case_no) -> None:
    hall.clock.move_to(beijing('2026-03-04T10:00:00'))
    made = suspend(hall, case_no)
    extend(hall, case_no)
    hall.clock.move_to(beijing('2026-03-20T10:00:00'))
    with hall.engine.reading() as connection:
        told = explanation(connection, case_no, as_of=hall.clock())
    (stop,) = told.stops
    assert (stop.kind_name, stop.reason, stop.opened_by) == ('专家评审', '工艺复杂，组织专家评审', '林志远')
    assert stop.notice == made.notice.number
    assert (stop.expected, stop.until, stop.overrun, stop.by_diagram) == ('10个工作日', date(2026, 3, 18), True, False)
    (granted,) = told.extensions
    assert (granted.title, granted.amount, granted.granted_by) == ('法定期限', '5个工作日', '高国强')
    first = told.recomputations[0]
    assert (first.cause, first.by) == ('期限暂停', '林志远')
    assert ('承诺期限', date(2026, 3, 11), None) in [(one.title, one.old, one.new) for one in first.moved]
    promise = next(one for one in told.limits if one.name == 'promise')
    assert promise.if_resumed == date(2026, 3, 30)
    sentences = in_plain_words(promise, today=date(2026, 3, 20))
    assert sentences[0] == '承诺期限为7个工作日，从2026年3月2日（周一）的次日开始计算。'
    assert '因工艺复杂，组织专家评审，3月4日至20日暂停计算。' in sentences
    statutory = next(one for one in told.limits if one.name == 'statutory')
    assert in_plain_words(statutory, today=date(2026, 3, 20))[0].startswith('法定期限为10个工作日，经批准延长5个工作日，从')
    assert sentences[-1] == '期限目前暂停计算，已经计入1天。如果今天恢复计算，最后一日是2026年3月30日（周一）。'
