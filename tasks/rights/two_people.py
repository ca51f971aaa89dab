"""Two people for whatever comes into force (A-05): one declared table. Which acts wait for a second person, which are signed afterwards.

`docs/reference/rights.md` is printed from it. An act that stands here in neither list needs nobody else: it is undone as easily as done, or
gives nobody power, or is work on one case, for which the diagram says who signs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from engine.words import Word

When = Literal['beforehand', 'afterwards']


@dataclass(frozen=True)
class TwoPersonRule:
    """One kind of act, as the operator log calls it. `right`: the verb whoever does it must have. `undone`: how it is taken back."""

    action: str
    when: When
    right: str
    why: str
    undone: Word


_CALENDAR = 'every due date of the hall follows it'
_POWER = 'it gives somebody power over cases or people, or takes it away'
_CASES = 'many cases change at once'
_COUNTER = 'somebody stands at the counter and cannot work'
_LAW = 'the law says from when; the office follows'
_NEW = 'new cases run on it'

_RULES = (
    TwoPersonRule('item.deployed', 'beforehand', 'definition.deploy', _NEW, Word('回退到上一版本', 'roll the version back')),
    TwoPersonRule('release.rolled_back', 'beforehand', 'release.decide', _NEW, Word('再次回退', 'roll back again')),
    TwoPersonRule('calendar.imported', 'beforehand', 'calendar.change', _CALENDAR, Word('导入更正后的安排', 'import the right table')),
    TwoPersonRule('calendar.closed', 'beforehand', 'calendar.change', _CALENDAR, Word('恢复办公日', 'reopen the days')),
    TwoPersonRule('calendar.reopened', 'beforehand', 'calendar.change', _CALENDAR, Word('登记停止办公日', 'close the days')),
    TwoPersonRule('calendar.hours_set', 'beforehand', 'calendar.change', _CALENDAR, Word('重新设置办公时间', 'set the hours again')),
    TwoPersonRule('clerk.created', 'beforehand', 'staff.administer', _POWER, Word('停用该账号', 'switch the account off')),
    TwoPersonRule(
        'clerk.changed', 'beforehand', 'staff.administer', _POWER, Word('改回原角色和部门', 'give the roles and the department of before')
    ),
    TwoPersonRule('clerk.windows_assigned', 'beforehand', 'staff.administer', _POWER, Word('改回原窗口', 'give the windows of before')),
    TwoPersonRule('clerk.activated', 'beforehand', 'staff.administer', _POWER, Word('停用该账号', 'switch the account off')),
    TwoPersonRule('window.changed', 'beforehand', 'staff.administer', _POWER, Word('改回原窗口权限', 'give the authority of before')),
    TwoPersonRule(
        'policy.changed',
        'beforehand',
        'account.policy',
        'it says how safe every account is',
        Word('改回原要求', 'set the policy of before'),
    ),
    TwoPersonRule('batch.migrate', 'beforehand', 'instance.migrate', _CASES, Word('撤销迁移', 'revert the batch')),
    TwoPersonRule('batch.move', 'beforehand', 'instance.migrate', _CASES, Word('转移回原环节', 'move the cases back')),
    TwoPersonRule(
        'release.released',
        'afterwards',
        'release.decide',
        'done by the owner of the machine: only the submission has a person',
        Word('回退版本', 'roll back'),
    ),
    TwoPersonRule('batch.take_back', 'afterwards', 'case.move', 'a wrong clock has done harm that grows', Word('逐件处理', 'case by case')),
    TwoPersonRule(
        'clerk.password_reset',
        'afterwards',
        'staff.administer',
        _COUNTER,
        Word('停用账号或再次重设', 'switch the account off, or reset it again'),
    ),
    TwoPersonRule(
        'clerk.deactivated',
        'afterwards',
        'staff.administer',
        'whoever signs for others is not silenced by one person',
        Word('重新启用', 'switch the account on again'),
    ),
    TwoPersonRule('factor.reset', 'afterwards', 'staff.administer', _COUNTER, Word('停用账号', 'switch the account off')),
    TwoPersonRule('item.cancelled', 'afterwards', 'item.publish', _LAW, Word('凭新的设立依据恢复', 'with a new legal basis')),
    TwoPersonRule('item.handed_down', 'afterwards', 'item.publish', _LAW, Word('凭新的设立依据恢复', 'with a new legal basis')),
    TwoPersonRule(
        'evidence.key_replaced', 'afterwards', 'key.rotate', 'without a key the hall stands still', Word('再次更换', 'rotate again')
    ),
    TwoPersonRule(
        'evidence.key_rotated', 'afterwards', 'key.rotate', 'a key that may be known must go at once', Word('再次更换', 'rotate again')
    ),
)
RULES: Mapping[str, TwoPersonRule] = {rule.action: rule for rule in _RULES}


def waits(action: str) -> bool:
    """Whether an act of this kind waits for a second person before it takes effect."""
    return action in RULES and RULES[action].when == 'beforehand'
