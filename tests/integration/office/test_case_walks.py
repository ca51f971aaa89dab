"""A food business licence from application to delivery, and every other way a case can go (行政许可法 art. 32–44, domain §7)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import Rejection, verify_history
from engine.verbs import user_tasks
from tasks import tables as t
from tasks.cases import facts as case_facts
from tasks.cases import page as case_page
from tasks.cases import receipt as cases
from tasks.desk import verbs as desk
from tasks.desk import worklist as desk_lists
from tasks.operations import administration
from tasks.words.vocabulary import DOCUMENT

REVIEW = ('document_review', 'site_inspection', 'site_inspection', 'audit', 'decide')


def kinds(hall, case_no: str) -> list[str]:
    with hall.engine.reading() as connection:
        return [row.kind for row in case_facts.documents_of(connection, case_no)]


def bodies(hall, case_no: str) -> dict[str, str]:
    with hall.engine.reading() as connection:
        rows = connection.execute(select(t.document.c.kind, t.document.c.body).where(t.document.c.case_no == case_no))
        return {row.kind: row.body for row in rows}


def test_from_application_to_delivered_licence(hall) -> None:
    case_no = hall.receive().case_no
    assert hall.case(case_no).status == 'received'
    hall.walk(case_no, 'intake')
    assert hall.case(case_no).status == 'in_review'
    hall.walk(case_no, *REVIEW)
    decided = hall.case(case_no)
    assert (decided.status, decided.result) == ('delivering', 'granted')
    hall.walk(case_no, 'make_certificate', 'deliver')
    case = hall.case(case_no)
    assert (case.status, case.result) == ('closed', 'granted')
    assert case.received_at < case.accepted_at < case.decided_at < case.delivered_at <= case.closed_at
    assert kinds(hall, case_no) == ['receipt', 'acceptance', 'grant', 'licence', 'delivery_receipt']
    with hall.engine.reading() as connection:
        assert verify_history(connection, case.instance_id).intact
        licence = connection.execute(select(t.licence)).mappings().one()
    assert (licence['valid_from'], licence['valid_until'], licence['state']) == ('2026-03-02', '2031-03-01', 'valid')
    assert licence['document_id'] is not None


def test_acceptance_notice_carries_promise_and_phones(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    notice = bodies(hall, case_no)['acceptance']
    for said in ('7个工作日', '2026年3月11日', '10个工作日', '0000-12345', '（盖章）', '2026年3月2日', case_no, '清政服〔2026〕第000002号'):
        assert said in notice


def test_five_outcomes_of_article_32(hall) -> None:
    ends = {'not_accepted': ('not_accepted', 'non_acceptance'), 'not_required': ('not_required', 'not_required')}
    for fate, (status, document) in ends.items():
        case_no = hall.receive().case_no
        hall.walk(case_no, 'intake', fate=fate)
        assert (hall.case(case_no).status, kinds(hall, case_no)) == (status, ['receipt', document])
    assert '江北县市场监督管理局' in bodies(hall, hall_case(hall, 'not_accepted'))['non_acceptance']
    corrected = hall.receive().case_no
    hall.walk(corrected, 'intake', fate='corrected')
    assert hall.case(corrected).accepted_at


def hall_case(hall, status: str) -> str:
    with hall.engine.reading() as connection:
        return connection.execute(select(t.approval_case.c.case_no).where(t.approval_case.c.status == status)).scalars().first()


def test_supplement_stops_the_clock_and_is_handed_in_at_the_counter(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', fate='supplement')
    assert (hall.case(case_no).status, kinds(hall, case_no)) == ('supplement', ['receipt', 'supplement_notice'])
    assert bodies(hall, case_no)['supplement_notice'].count('<li>') == 2
    with hall.engine.reading() as connection:
        view = case_page.case_view(connection, hall.actors['chuangkou'], case_no, now=hall.clock())
        listed = desk_lists.worklist(connection, hall.actors['chuangkou'], desk_lists.DeskFilter(window='applicant'), now=hall.clock())
    assert [(clock.name, clock.state, clock.colour, clock.stopped) for clock in view.clocks] == [('notify', 'stopped', 'grey', True)]
    assert [row.case_no for row in listed.rows] == [case_no]
    hall.clock.move(days=3)
    hall.walk(case_no, 'supplement')
    assert hall.case(case_no).status == 'received'


def test_second_supplement_notice_is_refused(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', fate='supplement')
    hall.walk(case_no, 'supplement')
    task = hall.task(case_no, 'intake')
    again = {'intake_outcome': 'supplement', 'supplement_items': '又发现一项'}
    with pytest.raises(desk.FormRejection):  # the form does not offer it
        hall.do(case_no, 'intake', again)
    with pytest.raises(Rejection) as refusal:  # and the office refuses it whatever the form says
        hall.engine.run(hall.actors['chuangkou'], lambda tx: user_tasks.complete(tx, task.id, again))
    assert '一次性告知' in refusal.value.zh
    assert kinds(hall, case_no) == ['receipt', 'supplement_notice']
    facts = again | {'supplement_new_facts': '申请人变更了经营项目'}
    hall.engine.run(hall.actors['chuangkou'], lambda tx: user_tasks.complete(tx, task.id, facts))
    with hall.engine.reading() as connection:
        log = administration.operator_log(connection, hall.actors['jiancha'], administration.LogFilter(action='supplement.repeated'))
    assert [(row.object, row.reason) for row in log.rows] == [(case_no, '申请人变更了经营项目')]


def test_supplement_that_never_comes_ends_the_case(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', fate='supplement')
    hall.clock.move(days=30)
    hall.engine.tick()
    case = hall.case(case_no)
    assert (case.status, case.result) == ('expired_supplement', 'expired_supplement')
    assert 'expiry_notice' in kinds(hall, case_no)


def test_silence_of_five_workdays_is_acceptance_from_the_day_of_receipt(hall) -> None:
    received = hall.receive()
    hall.clock.move(days=8)
    hall.engine.tick()
    case = hall.case(received.case_no)
    assert (case.status, case.deemed, case.accepted_at) == ('in_review', 'acceptance', case.received_at)
    with hall.engine.reading() as connection:
        view = case_page.case_view(connection, hall.actors['shencha'], received.case_no, now=hall.clock())
    promise = next(clock for clock in view.clocks if clock.name == 'promise')
    assert (promise.anchor, promise.last_day) == (case.received_at, '2026-03-11')
    assert '即为受理' in bodies(hall, received.case_no)['acceptance']
    fired = next(entry for entry in view.timeline if entry.event == 'timer.fired')
    assert (fired.who, fired.automatic) == ('系统（超时）', True)
    assert '第三十二条' in fired.sentence


def test_refusal_gives_reasons_and_remedies(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', *REVIEW, fate='refused')
    refusal = bodies(hall, case_no)['refusal']
    for said in ('卫生间', '行政复议', '清江县人民政府', '行政诉讼', '清江县人民法院'):
        assert said in refusal
    hall.walk(case_no, 'deliver_refusal')
    assert (hall.case(case_no).status, hall.case(case_no).result) == ('closed', 'refused')


@pytest.mark.parametrize('reasons', ['', '   '])
def test_refusal_without_reasons_does_not_happen(hall, reasons: str) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', *REVIEW[:-1])
    task = hall.task(case_no, 'decide')
    data = {'decision': 'refused', 'decision_reasons': reasons}
    with pytest.raises(desk.FormRejection):
        hall.do(case_no, 'decide', data)
    with pytest.raises(Rejection) as refusal:
        hall.engine.run(hall.actors['jueding'], lambda tx: user_tasks.complete(tx, task.id, data))
    assert refusal.value.zh == '不予行政许可决定书缺少理由，不能出具'
    assert hall.task(case_no, 'decide').state == 'open'
    assert hall.case(case_no).decided_at is None


def test_withdrawal_ends_the_case_before_the_decision_only(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    with pytest.raises(Rejection):
        hall.engine.run(hall.actors['chuangkou'], lambda tx: cases.withdraw(tx, case_no, ' '))
    hall.engine.run(hall.actors['chuangkou'], lambda tx: cases.withdraw(tx, case_no, '不想开店了'))
    assert (hall.case(case_no).status, hall.case(case_no).result) == ('withdrawn', 'withdrawn')
    assert '不想开店了' in bodies(hall, case_no)['withdrawal']
    late = hall.receive().case_no
    hall.walk(late, 'intake', *REVIEW)
    with pytest.raises(Rejection, match='nothing in it waits'):
        hall.engine.run(hall.actors['chuangkou'], lambda tx: cases.withdraw(tx, late, '反悔'))


def test_rectification_is_special_time_with_a_notice(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', 'document_review', 'site_inspection', 'site_inspection', fate='rectify')
    assert hall.case(case_no).status == 'special'
    assert '防蝇' in bodies(hall, case_no)['stop_notice']
    hall.walk(case_no, 'rectify')
    assert hall.case(case_no).status == 'in_review'


def test_two_people_sign_the_inspection(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', 'document_review')
    assert not hall.do(case_no, 'site_inspection', by='hecha1').closed
    with pytest.raises(Rejection):
        hall.do(case_no, 'site_inspection', by='hecha1')
    assert hall.do(case_no, 'site_inspection', by='hecha2').closed


def test_every_line_of_the_timeline_is_a_sentence(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', fate='supplement')
    hall.walk(case_no, 'supplement', 'intake')
    hall.clock.move(days=20)
    hall.engine.tick()
    hall.walk(case_no, *REVIEW, 'make_certificate', 'deliver')
    with hall.engine.reading() as connection:
        view = case_page.case_view(connection, hall.actors['chujian'], case_no, now=hall.clock())
    said = [entry.sentence for entry in view.timeline]
    assert not [sentence for sentence in said if '有新的记录' in sentence or 'None' in sentence or '{' in sentence]
    assert {'收件', '受理', '决定', '送达'} <= set(said)
    assert '「受理审查」办理完毕：一次告知补正' in said
    assert any('超过承诺期限' in sentence for sentence in said)
    assert {document.title for document in view.documents} >= {DOCUMENT['grant'], '食品经营许可证'}
