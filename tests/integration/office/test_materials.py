"""The materials of a case: nothing is accepted that lacks them (L-06), and the window marks what comes in and goes back (S-21)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import Conflict, Forbidden, NotFound, Rejection
from tasks import tables as t
from tasks.cases import materials
from tasks.cases import page as case_page
from tasks.cases import receipt as cases
from tasks.desk import verbs as desk

MOST = tuple(cases.ReceivedMaterial(code) for code in ('application', 'business_licence', 'layout'))


def view(hall, case_no: str, by: str = 'chuangkou'):
    with hall.engine.reading() as connection:
        return case_page.case_view(connection, hall.actors[by], case_no, now=hall.clock())


def states(hall, case_no: str) -> dict[str, tuple[str, int, int]]:
    return {one.code: (one.state, one.originals, one.copies) for one in view(hall, case_no).materials}


def mark(hall, case_no: str, element: str, *marks: cases.ReceivedMaterial, by: str = 'chuangkou') -> None:
    task = hall.task(case_no, element).id
    hall.engine.run(hall.actors[by], lambda tx: materials.mark(tx, task, marks))


def notice(hall, case_no: str, kind: str) -> str:
    with hall.engine.reading() as connection:
        return connection.execute(select(t.document.c.body).where(t.document.c.case_no == case_no, t.document.c.kind == kind)).scalar_one()


@pytest.mark.parametrize('outcome', [{'intake_outcome': 'accept'}, {'intake_outcome': 'corrected', 'corrections': '改正面积'}])
def test_a_case_without_its_materials_is_not_accepted(hall, outcome) -> None:
    case_no = hall.receive(materials=MOST[:1]).case_no
    with pytest.raises(Rejection) as refusal:
        hall.do(case_no, 'intake', outcome)
    assert refusal.value.zh.startswith('必要材料尚未收齐，不能受理：经营场所平面布局图和操作流程、食品安全规章制度目录。')
    assert '营业执照' not in refusal.value.zh  # shared by the authorities: nobody need hand it in (S-22)
    assert (hall.case(case_no).status, hall.task(case_no, 'intake').state) == ('received', 'open')


def test_material_that_does_not_meet_the_form_is_not_accepted_until_it_is_put_right(hall) -> None:
    case_no = hall.receive(materials=(*MOST, cases.ReceivedMaterial('safety_system', state='defective'))).case_no
    with pytest.raises(Rejection, match='safety_system'):
        hall.do(case_no, 'intake', {'intake_outcome': 'accept'})
    hall.do(case_no, 'intake', {'intake_outcome': 'corrected', 'corrections': '当场补盖公章'})
    assert hall.case(case_no).status in ('accepted', 'in_review')


def test_asking_for_what_is_missing_and_declining_need_no_materials(hall) -> None:
    first, second = hall.receive(materials=()).case_no, hall.receive(materials=()).case_no
    hall.do(first, 'intake', {'intake_outcome': 'supplement', 'supplement_items': '全部材料'})
    hall.do(second, 'intake', {'intake_outcome': 'not_accepted', 'intake_reason': '不属于本机关管辖'})
    assert [hall.case(case_no).status for case_no in (first, second)] == ['supplement', 'not_accepted']


def test_the_notice_of_acceptance_names_what_may_come_later(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    said = notice(hall, case_no, 'acceptance')
    assert '从业人员健康证明' in said
    assert '容缺' in said
    complete = hall.receive(materials=[cases.ReceivedMaterial(one.code) for one in view(hall, case_no).materials]).case_no
    hall.walk(complete, 'intake')
    assert '容缺' not in notice(hall, complete, 'acceptance')


def test_silence_accepts_whatever_is_missing(hall) -> None:
    case_no = hall.receive(materials=()).case_no
    hall.clock.move(days=12)
    hall.engine.tick()
    assert hall.case(case_no).deemed == 'acceptance'


def test_what_was_supplied_is_marked_on_the_supplement_task_and_the_case_goes_on(hall) -> None:
    case_no = hall.receive(materials=MOST).case_no
    hall.do(case_no, 'intake', {'intake_outcome': 'supplement', 'supplement_items': '补交制度目录'})
    mark(hall, case_no, 'supplement', cases.ReceivedMaterial('safety_system', 2, 1, note='加盖公章'))
    assert states(hall, case_no)['safety_system'] == ('received', 2, 1)
    said = [line for line in view(hall, case_no).timeline if line.event == 'material.marked']
    assert [line.sentence for line in said] == ['核收材料：「食品安全规章制度目录」已收（原件 2，复印件 1；加盖公章）']
    assert said[0].who == '周晓敏'
    answer = {'supplement_checked': ['补交制度目录'], 'supplement_note': '已补交', 'supplement_complete': 'complete'}
    hall.do(case_no, 'supplement', answer)
    hall.walk(case_no, 'intake')
    assert hall.case(case_no).accepted_at == hall.clock()


def test_what_goes_back_to_the_applicant_is_on_the_record(hall) -> None:
    case_no = hall.receive().case_no
    mark(hall, case_no, 'intake', cases.ReceivedMaterial('layout', 0, 0, 'missing', '图纸不清'))
    assert states(hall, case_no)['layout'] == ('missing', 0, 0)
    (line,) = [line for line in view(hall, case_no).timeline if line.event == 'material.marked']
    assert line.sentence == '核收材料：「经营场所平面布局图和操作流程」退回申请人（图纸不清）'


def test_marking_what_is_so_already_leaves_no_trace(hall) -> None:
    case_no = hall.receive().case_no
    mark(hall, case_no, 'intake', cases.ReceivedMaterial('layout'))
    assert [line for line in view(hall, case_no).timeline if line.event == 'material.marked'] == []


def test_all_received_takes_the_counts_of_the_list_and_leaves_alone_what_was_counted(hall) -> None:
    case_no = hall.receive(materials=[cases.ReceivedMaterial('application', 3, 2)]).case_no
    task = hall.task(case_no, 'intake').id
    hall.engine.run(hall.actors['chuangkou'], lambda tx: materials.mark_all(tx, task))
    assert states(hall, case_no) == {
        'application': ('received', 3, 2),
        'business_licence': ('received', 0, 1),
        'layout': ('received', 1, 0),
        'safety_system': ('received', 1, 0),
        'health_certificates': ('received', 0, 1),
    }


def test_who_may_not_mark(hall) -> None:
    case_no = hall.receive().case_no
    task = hall.task(case_no, 'intake').id
    for username in ('shencha', 'guanli', 'jiancha'):
        with pytest.raises((Forbidden, NotFound)):
            mark(hall, case_no, 'intake', cases.ReceivedMaterial('layout', 5), by=username)
    hall.engine.run(hall.actors['chuangkou'], lambda tx: desk.claim(tx, task))
    with pytest.raises(Conflict):
        mark(hall, case_no, 'intake', cases.ReceivedMaterial('layout', 5), by='chuangkou2')
    hall.walk(case_no, 'intake')
    with pytest.raises(Forbidden) as refusal:
        mark(hall, case_no, 'document_review', cases.ReceivedMaterial('layout', 5), by='shencha')
    assert refusal.value.zh == '材料由收件窗口核收，本环节不能更改'


@pytest.mark.parametrize(
    ('one', 'zh'),
    [
        (cases.ReceivedMaterial('bribe'), '材料不在清单内，不得收取：bribe'),
        (cases.ReceivedMaterial('layout', 100), '份数应为 0 至 99 的整数'),
        (cases.ReceivedMaterial('layout', 0, 0), '「经营场所平面布局图和操作流程」标为已收，请填写份数'),
        (cases.ReceivedMaterial('layout', state='lost'), '材料状态不正确'),
    ],
)
def test_what_cannot_be_marked(hall, one, zh: str) -> None:
    case_no = hall.receive(materials=MOST[:2]).case_no
    with pytest.raises(Rejection) as refusal:
        mark(hall, case_no, 'intake', one)
    assert refusal.value.zh == zh
