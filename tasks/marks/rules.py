"""The rules of electronic supervision (电子监察) as data and pure functions: which mark for what. When a limit turns amber is said by
`engine.worktime.urgency`.

Source: domain §8b (a city's eight triggers; colours 成都, 泉州, 广东 2007), S-57, S-58.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.words import Word
from engine.worktime import Limit, LimitExpr, Unit, WarnRule

RULES: Mapping[int, Word] = {
    1: Word('符合条件的申请未予受理', 'A lawful application was not accepted'),
    2: Word('超过办结期限', 'The time limit was exceeded'),
    3: Word('总时限内个别环节超时', 'A step was late within the limit'),
    4: Word('下级审查未按时上报', 'A lower authority reported late'),
    5: Word('不予许可未说明理由', 'A refusal gave no reasons'),
    6: Word('应网上办理而线下办理', 'An online matter was handled offline'),
    7: Word('超目录、超标准收费', 'Charged outside the list or above the rate'),
    8: Word('其他违规', 'Another breach'),
}
COLOUR: Mapping[str, Word] = {'amber': Word('预警', 'Warning'), 'yellow': Word('黄牌', 'Yellow card'), 'red': Word('红牌', 'Red card')}
FAULT: Mapping[str, Word] = {
    'inaction': Word('不作为', 'Inaction'),
    'wrong': Word('乱作为', 'Wrongful action'),
    'slow': Word('缓作为', 'Slow action'),
}
STATE: Mapping[str, Word] = {
    'raised': Word('待答复', 'Waiting for a reply'),
    'moved': Word('已失时效', 'No longer valid'),
    'closed': Word('已了结', 'Settled'),
    'replied': Word('待处理', 'Waiting for a disposition'),
    'disposed': Word('已处理', 'Disposed of'),
    'withdrawn': Word('已撤销', 'Withdrawn'),
}
AMBER_STATE: Mapping[str, Word] = {
    'raised': Word('临期', 'Due soon'),
    'moved': Word('到期日已后移', 'Due date moved on'),
    'closed': Word('已了结', 'Settled'),
    'withdrawn': Word('已撤销', 'Withdrawn'),
}
DISPOSITION: Mapping[str, Word] = {
    'noted': Word('提醒', 'Noted'),
    'talk': Word('约谈', 'Talk'),
    'rectify': Word('责令限期整改', 'Ordered to put right'),
    'criticism': Word('通报批评', 'Circular of criticism'),
    'accountability': Word('责任追究', 'Held accountable'),
}
LEVEL: Mapping[str, Word] = {
    'person': Word('经办人', 'Clerk in charge'),
    'unit': Word('责任单位', 'Responsible unit'),
    'unit_head': Word('单位负责人', 'Head of the unit'),
}
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


def cause_words(cause: str) -> str:
    """Why a due date moved, in words: the engine's causes are `extension of promise`, `stop 3`, `resume 3`; others are shown as said."""
    for word, zh in _CAUSES.items():
        if cause.startswith(word):
            return zh
    return cause or Word('重新计算', 'recount')


_CAUSES: Mapping[str, Word] = {
    'extension': Word('延长期限', 'extension'),
    'stop': Word('期限暂停', 'stop'),
    'resume': Word('期限恢复计算', 'end of a stop'),
    'calendar': Word('工作日历变更', 'change of the calendar'),
}
