"""How things are printed: instants in the hall's zone, days left in words, statuses in Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

ZONE = ZoneInfo('Asia/Shanghai')
WEEKDAYS = '一二三四五六日'

STATUSES: Mapping[str, tuple[str, str]] = {
    'draft': ('草稿', 'grey'),
    'received': ('已收件', 'blue'),
    'supplement': ('补正', 'amber'),
    'accepted': ('已受理', 'blue'),
    'in_review': ('办理中', 'blue'),
    'special': ('特别程序', 'grey'),
    'suspended': ('中止', 'grey'),
    'decided': ('已决定', 'green'),
    'granted': ('准予', 'green'),
    'refused': ('不予', 'plain'),
    'deemed': ('默认', 'amber'),
    'deemed_renewed': ('视为准予延续', 'amber'),
    'delivering': ('待送达', 'green'),
    'closed': ('办结', 'green'),
    'not_accepted': ('不予受理', 'plain'),
    'not_required': ('不受理', 'grey'),
    'returned': ('退回', 'plain'),
    'withdrawn': ('撤回', 'grey'),
    'expired_supplement': ('逾期未补正', 'grey'),
    'voided': ('作废', 'grey'),
    'active': ('运行中', 'blue'),
    'completed': ('已结束', 'green'),
    'terminated': ('已终止', 'grey'),
    'cancelled': ('已取消', 'grey'),
    'in_force': ('现行', 'green'),
    'staged': ('待生效', 'amber'),
    'retired': ('已停用', 'grey'),
    'armed': ('计时中', 'blue'),
    'stopped': ('停走', 'grey'),
    'fired': ('已触发', 'amber'),
    'dead': ('失败', 'plain'),
    'running': ('计时中', 'blue'),
    'met': ('按时', 'green'),
    'breached': ('超期', 'plain'),
    'open': ('待处理', 'plain'),
    'retried': ('已重试', 'green'),
    'resolved': ('已处理', 'green'),
    'complete': ('齐全', 'green'),
    'missing': ('缺', 'plain'),
    'deferred': ('容缺', 'amber'),
}

CLOCKS = {'notify': '受理告知期限', 'promise': '承诺期限', 'statutory': '法定期限', 'delivery': '送达期限'}
CHANNELS = {'window': '窗口', 'online': '网上', 'agent': '代办', 'mail': '邮寄'}
KINDS = {'person': '自然人', 'natural': '自然人', 'organisation': '法人或其他组织', 'legal': '法人或其他组织'}


def stamp(value: datetime | None) -> str:
    """An instant to the minute in Shanghai time, e.g. 2026-09-18 09:30; empty for None."""
    return value.astimezone(ZONE).strftime('%Y-%m-%d %H:%M') if value else ''


def day(value: datetime | date | str | None) -> str:
    """A date with its weekday, e.g. 2026-09-18（周五）."""
    if not value:
        return ''
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    if isinstance(value, datetime):
        value = value.astimezone(ZONE).date()
    return f'{value.isoformat()}（周{WEEKDAYS[value.weekday()]}）'


def days_left(value: float | None) -> str:
    """Working days left in words; negative means late."""
    if value is None:
        return _('无期限')
    count = int(value)
    if count < 0:
        return _('超期 %(count)s 天', count=-count)
    return _('今日到期') if count == 0 else _('剩 %(count)s 天', count=count)


def status_zh(value: str | None) -> str:
    """A status word in Chinese; unknown words are shown as they are."""
    return STATUSES.get(value or '', (value or '', ''))[0]


def status_colour(value: str | None) -> str:
    """The chip colour of a status."""
    return STATUSES.get(value or '', ('', 'grey'))[1]


def plain(value: Any) -> str:
    """Any form value as text on a page: booleans in words, lists joined."""
    if value is None or value == '':
        return '—'
    if isinstance(value, bool):
        return _('是') if value else _('否')
    if isinstance(value, Mapping):
        return '；'.join(f'{key}：{plain(inner)}' for key, inner in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return '、'.join(plain(inner) for inner in value) or '—'
    return str(value)


FILTERS = {
    'stamp': stamp,
    'day': day,
    'days_left': days_left,
    'status_zh': status_zh,
    'status_colour': status_colour,
    'plain': plain,
    'clock_zh': lambda name: CLOCKS.get(name, name),
    'channel_zh': lambda name: CHANNELS.get(name, name),
    'kind_zh': lambda name: KINDS.get(name, name),
}
