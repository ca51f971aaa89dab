"""The rules of electronic supervision (电子监察) as data and pure functions: which mark for what. When a limit turns amber is said by
`engine.worktime.urgency`.

Source: domain §8b (a city's eight triggers; colours 成都, 泉州, 广东 2007), S-57, S-58.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.worktime import Limit, LimitExpr, Unit, WarnRule

RULES: Mapping[int, str] = {
    1: '符合条件的申请未予受理',
    2: '超过办结期限',
    3: '总时限内个别环节超时',
    4: '下级审查未按时上报',
    5: '不予许可未说明理由',
    6: '应网上办理而线下办理',
    7: '超目录、超标准收费',
    8: '其他违规',
}
COLOUR: Mapping[str, str] = {'amber': '预警', 'yellow': '黄牌', 'red': '红牌'}
FAULT: Mapping[str, str] = {'inaction': '不作为', 'wrong': '乱作为', 'slow': '缓作为'}
STATE: Mapping[str, str] = {
    'raised': '待答复',
    'moved': '已失时效',
    'closed': '已了结',
    'replied': '待处理',
    'disposed': '已处理',
    'withdrawn': '已撤销',
}
AMBER_STATE: Mapping[str, str] = {'raised': '临期', 'moved': '到期日已后移', 'closed': '已了结', 'withdrawn': '已撤销'}
DISPOSITION: Mapping[str, str] = {
    'noted': '提醒',
    'talk': '约谈',
    'rectify': '责令限期整改',
    'criticism': '通报批评',
    'accountability': '责任追究',
}
LEVEL: Mapping[str, str] = {'person': '经办人', 'unit': '责任单位', 'unit_head': '单位负责人'}
RED_RULES = frozenset({1, 5, 7})
WRONG_RULES = frozenset({5, 6, 7})
LAWFUL_DELIVERY = 10
"""Workdays within which a decision must be delivered (行政许可法 art. 44): a hall that promises less has broken a promise, no law."""


@dataclass(frozen=True)
class Thresholds(WarnRule):
    """A hall's settings: when a limit is amber (`WarnRule`), and within how many workdays marks are answered."""

    reply_workdays: int = 3


def of_clock(name: str, limit: LimitExpr) -> tuple[int, str]:
    """Rule and colour of a broken clock: yellow for the promise, red for what a law sets (受理 art. 32, 决定 art. 42, 送达 art. 44)."""
    if name == 'notify':
        return 1, 'red'
    if name == 'statutory':
        return 2, 'red'
    lawful = name == 'delivery' and isinstance(limit, Limit) and limit.unit is Unit.WORKDAY and limit.amount >= LAWFUL_DELIVERY
    return 2, 'red' if lawful else 'yellow'


def by_hand(rule: int, fault: str | None = None) -> tuple[str, str]:
    """Colour and fault a supervisor's own mark begins with."""
    colour = 'red' if rule in RED_RULES else 'yellow'
    return colour, fault or ('wrong' if rule in WRONG_RULES else 'slow' if rule in (3, 4) else 'inaction')


def cause_zh(cause: str) -> str:
    """Why a due date moved, in Chinese: the engine's causes are `extension of promise`, `stop 3`, `resume 3`; others are shown as said."""
    for word, zh in _CAUSES.items():
        if cause.startswith(word):
            return zh
    return cause or '重新计算'


_CAUSES: Mapping[str, str] = {'extension': '延长期限', 'stop': '期限暂停', 'resume': '期限恢复计算', 'calendar': '工作日历变更'}
