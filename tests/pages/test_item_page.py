"""O-37: the public page of an item is for people: what to bring, how long, how much, where, what first; the profile decides the rest."""

from __future__ import annotations

import tomllib

import pytest

from engine import SYSTEM, Bundle, read_path
from tasks.catalogue import checking, items
from tasks.catalogue.steps import ordered_steps
from tasks.workshop.item_text import write_item

from .conftest import BUNDLE

ITEM = '/items/food-business-licence'
SHIPPED = read_path(BUNDLE)
FORMAL = {'legal_basis': '设立依据', 'fee_basis': '收费依据', 'windows': '窗口权限', 'quantity': '数量限制', 'statutory': '法定期限'}
BY_PROFILE = {
    'eight': {'legal_basis', 'fee_basis', 'windows'},
    'seven': {'legal_basis', 'windows'},
    'five': set(),
    'law30': {'legal_basis', 'quantity', 'statutory'},
}


def test_what_people_need_comes_before_the_law(visitor) -> None:
    """O-37"""
    page = visitor().get(ITEM)
    words = page.words
    places = [
        words.index(said) for said in ('要带什么', '食品经营许可申请书', '7个工作日', '带齐材料到综合受理窗口申请', '怎么办', '设立依据')
    ]
    assert places == sorted(places)
    (picture,) = page.tree.xpath('//details[.//*[local-name()="svg"]]')
    assert picture.get('open') is None


def test_the_flow_is_told_in_the_order_it_runs(visitor) -> None:
    """O-37: in words, without timers, gateways and the supervisor's steps."""
    told = visitor().get(ITEM).tree.xpath('//ol[@class="flow"]/li/span[1]/text()')
    assert told[:1] == ['受理审查']
    assert told.index('资料审查') < told.index('审核') < told.index('审批决定') < told.index('制证')
    assert '超时督办' not in told


@pytest.mark.parametrize('path', sorted(BUNDLE.parent.iterdir()), ids=lambda path: path.name)
def test_every_item_begins_with_a_step_of_the_hall(path) -> None:
    """O-37: every shipped item."""
    steps = ordered_steps(checking.edition(read_path(path)).diagram)
    assert steps[0].groups
    assert len({step.id for step in steps}) == len(steps)


@pytest.mark.parametrize('profile', sorted(BY_PROFILE))
def test_the_profile_decides_which_formal_fields_are_public(visitor, office, profile: str) -> None:
    """O-37 (S-27, S-28, Licensing Law art. 30)."""
    tree = tomllib.loads(SHIPPED.files['item.toml'].decode())
    tree['item']['quantity'] = '无数量限制'
    tree['materials'][0]['form'] = '申请书'
    tree['disclosure'] = {'profile': profile}
    files = {path: content for path, content in SHIPPED.files.items() if not path.startswith('scenarios/')}
    bundle = Bundle({**files, 'item.toml': write_item(tree).encode()}, SHIPPED.name)
    with office.begin(SYSTEM) as tx:
        items.deploy(tx, checking.judge(tx.connection, bundle), '公开方式')
    rows = {row.text_content().strip() for row in visitor().get(ITEM).tree.xpath('//th[@scope="row"]')}
    assert {key for key, title in FORMAL.items() if title in rows} == BY_PROFILE[profile]
