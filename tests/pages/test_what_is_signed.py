"""What the second person sees before a version comes into force, of a new item as of a revision (D-39)."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Bundle, read_path
from engine.verbs.definitions import newest_in_force
from tasks.catalogue.releases.whole import whole
from tests.pages.conftest import BUNDLE
from tests.pages.designer.test_drafts import copied, put
from tests.pages.test_migrating_and_moving import RENAMED

SHIPPED = read_path(BUNDLE)


def submitted(analyst: Any, *changes: tuple[bytes, bytes], code: str = '') -> str:
    """A draft of the shipped item, changed and submitted; the address of the submission."""
    address = copied(analyst)
    content = analyst.client.get(f'{address}/raw/process.bpmn').get_data()
    for old, new in changes:
        assert old in content
        content = content.replace(old, new)
    version = 1
    assert put(analyst, address, content, version).status_code == 200
    if code:
        item = analyst.client.get(f'{address}/raw/item.toml').get_data()
        item = item.replace(b'food-business-licence', code.encode(), 1).replace(b'"JY"', b'"JX"')
        assert put(analyst, address, item, 1, 'item.toml').status_code == 200
    answer = analyst.post(address.replace('/workshop/drafts/', '/releases/submit/'), {'reason': '修订', 'wanted_at': ''})
    return str(answer.location)


CALLED = ('name="审核"'.encode(), 'name="科室审核"'.encode())
WHOLE = ('承诺期限', '7个工作日', '资料审查', '审核', '不收费', '场景', '相符', '表单', '意见')


@pytest.mark.parametrize('new', [False, True], ids=['a revision', 'a new item'])
def test_a_submission_shows_everything_it_puts_into_force(visitor, new: bool) -> None:
    """D-39: a checksum and a button are not what one signs."""
    page = visitor('guanli').get(submitted(visitor('liucheng'), CALLED, code='other-licence' if new else ''))
    assert page.tree.xpath('//div[@class="diagram"]//*[local-name()="svg"]')
    assert [one for one in WHOLE if one not in page.words] == []
    assert ('尚无现行版本' in page.words) is new


def revision(*changes: tuple[bytes, bytes]) -> Bundle:
    text = SHIPPED.files['process.bpmn']
    for old, new in changes:
        text = text.replace(old, new)
    return Bundle({**SHIPPED.files, 'process.bpmn': text}, SHIPPED.name)


def test_a_revision_says_how_many_cases_stand_on_a_step_that_is_gone(visitor, office) -> None:
    """D-39: and a step drawn anew under another id is not gone."""
    visitor('chuangkou').receive()
    visitor('chuangkou').receive()
    with office.reading() as connection:
        base = newest_in_force(connection, 'food-business-licence', office.clock())
        again = whole(connection, revision(*RENAMED), base, {}).standing
        gone = whole(connection, revision(*RENAMED, ('name="受理审查"'.encode(), 'name="初步核对"'.encode())), base, {}).standing
        changed = whole(connection, SHIPPED, base, {'intake': 'changed'}).standing
    assert [(one.step, one.cases, one.becomes, one.changed) for one in again] == [('受理审查', 2, '受理审查', False)]
    assert [(one.step, one.cases, one.becomes) for one in gone] == [('受理审查', 2, '')]
    assert [one.changed for one in changed] == [True]
