"""item.toml is typed: a misspelt key, a wrong type, a vague material or a missing basis is refused with its place."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.worktime import longer
from tasks.catalogue.item import disclosure_gaps
from tasks.catalogue.item_toml import ItemError, parse_item

SHIPPED = Path(__file__).resolve().parents[3] / 'processes' / 'food-business-licence' / 'item.toml'
GOOD = """
[item]
code = "x"
name = "事项"
type = "01"
department = "局"
handling_class = "promised"
[limits]
promise = "7个工作日"
statutory = "10个工作日"
[[materials]]
name = "申请书"
basis = "某条"
"""


def wrong(text: str) -> dict[str, str]:
    with pytest.raises(ItemError) as caught:
        parse_item(text)
    assert all(problem.zh and problem.en for problem in caught.value.problems)
    return {problem.where: problem.zh for problem in caught.value.problems}


def test_the_shipped_item_is_complete():
    item = parse_item(SHIPPED.read_bytes())
    assert item.limits.promise == '7个工作日'
    assert item.window('综合受理窗口') is item.window('general')
    assert disclosure_gaps(item) == []


def test_defaults_are_those_of_the_law():
    limits = parse_item(GOOD).limits
    assert (limits.notify, limits.delivery, limits.supplement) == ('5个工作日', '10个工作日', '15个工作日')


def test_unknown_keys_are_refused_with_the_nearest_known_one():
    found = wrong(GOOD.replace('statutory', 'statutroy'))
    assert '是否想写 statutory' in found['limits.statutroy']
    assert 'colour' in wrong(GOOD + '[colour]\n')['colour']


def test_problems_have_lines():
    with pytest.raises(ItemError) as caught:
        parse_item(GOOD + '[[materials]]\nname = "其他材料"\nbasis = "某条"\n')
    problem = caught.value.problems[0]
    assert (problem.where, problem.line) == ('materials[1].name', 15)


@pytest.mark.parametrize(
    ('old', 'new', 'where'),
    [
        ('type = "01"', 'type = "x"', 'item.type'),
        ('"promised"', '"slow"', 'item.handling_class'),
        ('code = "x"', 'code = "食品"', 'item.code'),
        ('code = "x"', 'code = "x"\nuscc = "12441500196720245T"', 'item.uscc'),
        ('code = "x"', 'code = "x"\naudience = ["9"]', 'item.audience[0]'),
        ('code = "x"', 'code = "x"\nsafety = "yes"', 'item.safety'),
        ('code = "x"', 'code = "x"\ntimeout_policy = "deemed_grant"', 'item.timeout_basis'),
        ('"promised"', '"joint"', 'item.lead_department'),
        ('"7个工作日"', '"7个工日"', 'limits.promise'),
        ('"7个工作日"', '"promise"', 'limits.promise'),
        ('"7个工作日"', '""', 'limits.promise'),
        ('name = "申请书"', 'name = "其他相关材料"', 'materials[0].name'),
        ('name = "申请书"', 'name = "法律、法规规定的其他材料"', 'materials[0].name'),
        ('name = "申请书"', 'name = "相关证明"', 'materials[0].name'),
        ('name = "申请书"', 'name = "身份证等材料"', 'materials[0].name'),
        ('basis = "某条"', '', 'materials[0].basis'),
        ('basis = "某条"', 'basis = "某条"\noriginals = -1', 'materials[0].originals'),
        ('[limits]', '[[windows]]\nid = "w"\nname = "窗"\nauthority = "all"\n[limits]', 'windows[0].authority'),
        ('[limits]', '[[fees]]\nname = "工本费"\namount = "一元"\nbasis = "文"\n[limits]', 'fees[0].amount'),
        ('[limits]', '[[fees]]\nname = "工本费"\namount = "1"\n[limits]', 'fees[0].basis'),
        ('[limits]', '[disclosure]\nprofile = "none"\n[limits]', 'disclosure.profile'),
        ('[item]', '[other]', 'item'),
    ],
)
def test_each_mistake_is_found_at_its_place(old: str, new: str, where: str):
    assert where in wrong(GOOD.replace(old, new))


def test_material_names_that_are_exact_pass():
    for name in ('营业执照', '法定代表人身份证明', '食品安全管理人员健康证明', '场地使用证明'):
        parse_item(GOOD.replace('申请书', name))


def test_broken_text_is_refused_with_a_line():
    assert wrong('[item\n')
    assert wrong('a = ')
    with pytest.raises(ItemError):
        parse_item(b'\xff\xfe\x00')


def test_disclosure_profiles_ask_for_different_fields():
    gaps = disclosure_gaps(parse_item(GOOD))
    assert gaps == ['legal_basis', 'fee_basis', 'fees', 'windows']
    assert 'quantity' in disclosure_gaps(parse_item(GOOD + '[disclosure]\nprofile = "law30"\n'))
    assert disclosure_gaps(parse_item(GOOD + '[disclosure]\nprofile = "custom"\nfields = ["policies"]\n')) == ['policies']


@pytest.mark.parametrize(('code', 'right'), [('12441500196720244T', True), ('12441500196720254T', False), ('1244150019672024', False)])
def test_an_item_names_the_credit_code_of_its_agency(code: str, right: bool):
    """H-04: the same rule as for applicants and departments."""
    text = GOOD.replace('[item]\n', f'[item]\nuscc = "{code}"\n', 1)
    if right:
        assert parse_item(text).uscc == code
    else:
        with pytest.raises(ItemError, match='unified social credit code'):
            parse_item(text)


def test_limits_are_compared_only_where_that_is_certain():
    assert longer('8个工作日', '7个工作日')
    assert longer('7个工作日', '7个工作日') is False
    assert longer('10个工作日', '9日')
    assert longer('10日', '9个工作日') is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.integers(0, len(GOOD)))
def test_any_text_gives_an_item_or_its_problems(text: str, at: int):
    with contextlib.suppress(ItemError):
        parse_item(GOOD[:at] + text + GOOD[at:])
