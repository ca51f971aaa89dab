"""Search finds what was stored, however it is typed, and shows nobody what is masked for him."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select

from engine import SYSTEM
from tasks import tables as t
from tasks.cases import lists as case_lists
from tasks.cases import receipt as cases
from tasks.cases import search
from tasks.cases.search import keys_of, number_key
from tasks.desk import worklist as desk_lists

ZHANG = cases.Applicant('张三丰', 'person', '11010519491231002X', '19900005678', '清江县青石镇和平路2号')
BUYER = cases.Applicant('阿不都·买买提', 'person', '33080219900307005X', '13800001111', '清江县')
COMPANY = cases.Applicant('清江县味美餐饮有限公司', 'enterprise', '11330800MB0R57773W', '0570-88881234', '清江县城关镇人民路1号')
WIDE = str.maketrans('0123456789X', '０１２３４５６７８９Ｘ')


@pytest.fixture
def found(hall):
    """Receive the three, and search: found('chuangkou', '张三') gives names."""
    received = {who.name: hall.receive(who).case_no for who in (ZHANG, BUYER, COMPANY)}

    def search(username: str, words: str, **filters: str) -> set[str]:
        with hall.engine.reading() as connection:
            wanted = case_lists.CaseFilter(words=words, **filters)
            page = case_lists.cases(connection, hall.actors[username], wanted, now=hall.clock())
            desk = desk_lists.worklist(connection, hall.actors[username], desk_lists.DeskFilter(words=words), now=hall.clock())
        numbers = {number: name for name, number in received.items()}
        if username == 'chuangkou' and not filters:
            assert {numbers[row.case_no] for row in desk.rows} == {numbers[row.case_no] for row in page.rows}, words
        return {numbers[row.case_no] for row in page.rows}

    search.received = received
    return search


TYPED = [
    ('11010519491231002X', {'张三丰'}),
    ('11010519491231002x', {'张三丰'}),
    ('110105 1949 1231 002x', {'张三丰'}),
    ('11010519491231002X'.translate(WIDE), {'张三丰'}),
    ('1101051949\u200b1231002X', {'张三丰'}),
    ('002x', {'张三丰'}),
    ('005Ｘ', {'阿不都·买买提'}),
    ('19900005678', {'张三丰'}),
    ('+86 199-0000-5678', {'张三丰'}),
    ('5678', {'张三丰'}),
    ('0570 8888 1234', {'清江县味美餐饮有限公司'}),
    ('11330800mb0r57773w', {'清江县味美餐饮有限公司'}),
    ('57773W', {'清江县味美餐饮有限公司'}),
    ('张三丰', {'张三丰'}),
    ('张三', {'张三丰'}),
    ('三丰', {'张三丰'}),
    (' 张　三丰 ', {'张三丰'}),
    ('阿不都买买提', {'阿不都·买买提'}),
    ('阿不都•买买提', {'阿不都·买买提'}),
    ('阿不都 · 买买提', {'阿不都·买买提'}),
    ('买提', {'阿不都·买买提'}),
    ('味美', {'清江县味美餐饮有限公司'}),
    ('味美餐饮有限公司', {'清江县味美餐饮有限公司'}),
    ('食品经营', {'张三丰', '阿不都·买买提', '清江县味美餐饮有限公司'}),
    ('张四', set()),
    ('丰三', set()),
    ('味美有限', set()),
    ('没有这个人', set()),
    ('1234567', set()),
    ('100%', set()),
    ('%', set()),
    ('_', set()),
    ("'", set()),
]


def test_what_is_stored_is_found_however_it_is_typed(found) -> None:
    """O-14: letters of either size, either width, with spaces, dashes, interpuncts and characters nobody sees; ends of numbers."""
    for words, names in TYPED:
        assert found('chuangkou', words) == names, words


def test_a_case_number_is_found_by_any_part_of_four_digits(found) -> None:
    """O-14: whole, from its beginning, its last four digits, any fragment from the month on, full-width, with spaces."""
    for name, number in found.received.items():
        assert found('chuangkou', number) == found('chuangkou', f' {number.translate(WIDE)} ') == {name}
        assert found('chuangkou', number[:20]) == {name}
        assert name in found('chuangkou', number[:8])
        for length in range(4, 11):
            for begin in range(10, 22 - length):
                assert name in found('chuangkou', number[begin : begin + length]), (number, begin, length)
        assert found('chuangkou', number[-4:]) == {name}
        assert found('chuangkou', number[6:]) == {name}


def test_a_document_is_found_by_its_number(hall, found) -> None:
    """O-14: whole, without brackets, or the end of it."""
    with hall.engine.reading() as connection:
        document = connection.execute(select(t.document.c.number, t.document.c.case_no)).first()
    (name,) = (name for name, number in found.received.items() if number == document.case_no)
    plain = ''.join(sign for sign in document.number if sign.isalnum())
    serial = document.number.split('第')[1]
    for words in (document.number, plain, f'第 {serial}', document.number.replace('〔', '［').replace('〕', '］')):
        assert found('chuangkou', words) == {name}, words
        assert found('jiancha', words) == {name}, words


def test_nobody_finds_people_by_what_is_masked_for_him(found) -> None:
    """S-35, P-05: who sees a person masked cannot find out by searching what the mask hides."""
    for words in ('张三丰', '张三', '三丰', ZHANG.id_no, '002X', ZHANG.phone, '5678'):
        assert found('chuangkou', words) == found('jueding', words) == {'张三丰'}, words
        for username in ('jiancha', 'guanli', 'shencha'):
            assert found(username, words) == set(), (username, words)


def test_filters_and_words_go_together(found) -> None:
    """P-05: what is found by words keeps the status and item that were asked for too."""
    assert found('chuangkou', '张三', status='received') == {'张三丰'}
    assert found('chuangkou', '张三', status='closed') == set()
    assert found('chuangkou', '食品经营', item='food-business-licence', status='received') == set(found.received)
    assert found('chuangkou', '食品经营', item='another') == set()


def test_a_search_asks_each_question_once(hall, found) -> None:
    """P-04, P-05: which items are meant, how rare the pairs of a longer name are, and one statement for the page; nothing is counted."""
    for words, most in (
        ('张三', 2),
        ('味美餐饮', 3),
        ('5678', 1),
        ('000001', 1),
        ('没有这个人', 2),
        ('102030', 1),
        (found.received['张三丰'], 1),
    ):
        with hall.engine.reading() as connection:
            said: list[str] = []
            event.listen(connection, 'before_cursor_execute', lambda _c, _cursor, statement, *_, said=said: said.append(statement))
            case_lists.cases(connection, hall.actors['jueding'], case_lists.CaseFilter(words=words), now=hall.clock())
        asked = [one for one in said if 'case_key' in one or 'approval_item' in one or 'FROM approval_case' in one]
        assert len(asked) <= most, (words, asked)


def test_of_frequent_pairs_the_rarest_is_looked_for(hall, monkeypatch) -> None:
    """P-05: a name is not looked for among all cases of a pair that every other name has, however many have each of its pairs."""
    monkeypatch.setattr(search, '_RARE', 3)
    received = hall.receive().case_no
    with hall.engine.begin(SYSTEM) as tx:
        case = cases.find_case(tx.connection, received)
        of_case = {'case_no': received}
        for pair, days in {'清江': 1, '江味': 5, '味食': 2}.items():
            rows = [
                {'key': f'n{pair}', 'received_at': case.received_at - timedelta(days=days * number)} | of_case for number in range(1, 9)
            ]
            tx.connection.execute(insert(t.case_key), rows)
        (road,) = [one for one in search.roads(tx.connection, hall.actors['chuangkou'], '清江味食') if one.key]
        assert road.key == 'n江味'
        assert not [one for one in search.roads(tx.connection, hall.actors['chuangkou'], '清江味食店') if one.key]


def test_every_received_case_has_its_keys(hall, found) -> None:
    """P-05: what a case is found by is written with it, in one transaction."""
    with hall.engine.reading() as connection:
        for case_no in found.received.values():
            stored = connection.execute(select(t.case_key.c.key).where(t.case_key.c.case_no == case_no).order_by(t.case_key.c.key))
            case = cases.find_case(connection, case_no)
            own = (case.applicant_name, case.applicant_id_no, case.applicant_phone)
            assert set(stored.scalars()) == set(keys_of(case_no, *own))


def test_a_document_number_is_written_backwards_without_signs() -> None:
    """P-05: its end is the beginning of a range."""
    assert number_key('清政服〔2026〕第000123号') == number_key('清政服 ２０２６ 000123') == '3210006202服政清'
