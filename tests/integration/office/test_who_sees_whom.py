"""Personal data is plain for those who work the case, and masked for everybody else, supervisors included (S-35)."""

from __future__ import annotations

import pytest
from sqlalchemy.event import listen

from engine import Actor, NotFound
from tasks.cases import facts as case_facts
from tasks.cases import lists as case_lists
from tasks.cases import page as case_page
from tasks.cases import receipt as cases
from tasks.desk import task_page
from tasks.desk import worklist as desk_lists
from tasks.documents import reading as document_reading
from tasks.operations import administration
from tasks.people.names import names_of
from tasks.rights import looks

ZHANG = cases.Applicant('张三丰', 'person', '11010519491231002X', '19900005678', '清江县青石镇和平路2号')


def facts(hall, username: str, case_no: str):
    with hall.engine.reading() as connection:
        return case_page.case_view(connection, hall.actors[username], case_no, now=hall.clock())


@pytest.mark.parametrize('username', ['chuangkou', 'chuangkou2', 'jueding'])
def test_receiver_window_and_approver_see_it_plain(hall, username: str) -> None:
    view = facts(hall, username, hall.receive(ZHANG).case_no)
    assert view.unmasked
    assert (view.case.applicant_name, view.case.applicant_id_no, view.case.applicant_phone) == (
        '张三丰',
        '11010519491231002X',
        '19900005678',
    )


@pytest.mark.parametrize('username', ['shencha', 'chujian', 'dengbu', 'jiancha', 'guanli'])
def test_others_see_it_masked(hall, username: str) -> None:
    view = facts(hall, username, hall.receive(ZHANG).case_no)
    assert not view.unmasked
    assert (view.case.applicant_name, view.case.applicant_id_no, view.case.applicant_phone, view.case.applicant_address) == (
        '张**',
        '1101**********002X',
        '199****5678',
        '清江县***',
    )


def test_analysts_see_no_case_at_all(hall) -> None:
    """A-03: who draws items needs nobody's case."""
    case_no = hall.receive(ZHANG).case_no
    with pytest.raises(NotFound):
        facts(hall, 'liucheng', case_no)
    with hall.engine.reading() as connection:
        assert case_lists.cases(connection, hall.actors['liucheng'], now=hall.clock()).rows == []


def test_a_window_sees_it_from_the_moment_the_case_comes_to_it(hall) -> None:
    case_no = hall.receive(ZHANG).case_no
    hall.walk(case_no, 'intake')
    assert facts(hall, 'shencha', case_no).unmasked
    hall.walk(case_no, 'document_review')
    assert facts(hall, 'shencha', case_no).unmasked  # it worked the case
    assert not facts(hall, 'shenhe', case_no).unmasked


def test_lists_and_search_do_not_give_names_away(hall) -> None:
    case_no = hall.receive(ZHANG).case_no
    with hall.engine.reading() as connection:

        def found(username: str, words: str) -> list[str]:
            page = case_lists.cases(connection, hall.actors[username], case_lists.CaseFilter(words=words), now=hall.clock())
            return [row.applicant_name for row in page.rows]

        assert found('chuangkou', '张三') == ['张三丰']
        assert found('chuangkou', ZHANG.id_no) == ['张三丰']
        assert found('jiancha', '张三') == []
        assert found('shencha', '张三') == []
        assert found('jiancha', case_no) == ['张**']
        seen = desk_lists.worklist(connection, hall.actors['jiancha'], desk_lists.DeskFilter(window='general'), now=hall.clock())
    assert [row.applicant_name for row in seen.rows] == ['张**']


def test_the_task_page_masks_form_data_too(hall) -> None:
    task_id = hall.task(hall.receive(ZHANG).case_no, 'intake').id
    with hall.engine.reading() as connection:
        view = task_page.task_view(connection, hall.actors['jiancha'], task_id, now=hall.clock())
    assert view.data['applicant']['id_no'] == '1101**********002X'
    assert not view.unmasked


def test_documents_are_for_those_entitled_the_applicant_and_masked_for_who_supervises(hall) -> None:
    """O-05: an act that nobody may read cannot be supervised; what identifies a person is hidden."""
    case_no = hall.receive(ZHANG).case_no
    with hall.engine.reading() as connection:
        (document,) = case_facts.documents_of(connection, case_no)
        assert '张三丰' in document_reading.document_view(connection, hall.actors['chuangkou'], document.id).body
        mine = Actor('applicant:1', kind='applicant', cases=frozenset({case_no}))
        assert document_reading.document_view(connection, mine, document.id).case_no == case_no
        supervised = document_reading.document_view(connection, hall.actors['jiancha'], document.id)
        assert (supervised.masked, '张三丰' in supervised.body, '张**' in supervised.body) == (True, False, True)
        for stranger in (hall.actors['guanli'], hall.actors['shencha'], Actor('applicant:2', kind='applicant')):
            with pytest.raises(NotFound):
                document_reading.document_view(connection, stranger, document.id)


def test_an_applicant_sees_only_his_own_cases(hall) -> None:
    mine, other = hall.receive(ZHANG).case_no, hall.receive().case_no
    actor = Actor('applicant:1', kind='applicant', cases=frozenset({mine}))
    with hall.engine.reading() as connection:
        assert [row.case_no for row in case_lists.cases(connection, actor, now=hall.clock()).rows] == [mine]
        with pytest.raises(NotFound):
            case_page.case_view(connection, actor, other, now=hall.clock())


def test_viewing_is_logged_once_a_day(hall) -> None:
    case_no = hall.receive(ZHANG).case_no

    def look(tx) -> None:
        said = looks.unseen(tx.connection, tx.by, case_no, 'case', 'case.read', now=tx.now)
        if said is not None:
            looks.record(tx, case_no, said)

    for days in (0, 0, 2):
        hall.clock.move(days=days)
        hall.engine.run(hall.actors['chuangkou'], look)
    with hall.engine.reading() as connection:
        log = administration.operator_log(connection, hall.actors['jiancha'], administration.LogFilter(action='personal_data.viewed'))
    assert [(row.by, row.object) for row in log.rows] == [('chuangkou', case_no)] * 2


def test_names_are_read_of_those_who_are_asked_for(hall) -> None:
    """P-05: every page that names somebody read all clerks of the installation, each time."""
    with hall.engine.reading() as connection:
        asked: list[str] = []
        listen(
            connection,
            'before_cursor_execute',
            lambda _c, _cursor, statement, values, _context, _many: asked.append(f'{statement} {values}'),
        )
        names = names_of(connection, ['shencha', 'timer', 'applicant:x', None, ''])
        assert names_of(connection, ['shencha', 'timer']).items() <= names.items()
    assert set(names) == {'shencha', 'timer', 'applicant:x'}
    assert names['applicant:x'] == 'applicant:x'
    assert len(asked) == 1, 'nobody is read twice in one moment'
    assert 'chuangkou' not in asked[0]
