"""How things are printed: instants in the hall's zone, days left in words, statuses in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from engine import Undeployable
from engine.forms import longest
from engine.rows import known
from engine.words import EXPIRY, NOTHING, Word, joined, said
from engine.worktime import VERDICTS, WEEKDAYS, day_name
from tasks.cases import numbers
from tasks.catalogue.item import HANDLING
from tasks.rights.table import RELATIONS
from tasks.words import vocabulary as words
from web.browsers import browser_name
from web.hall_facts import hall_zone

# states of engine rows; the office's own words come from tasks.words
ROW_STATES: Mapping[str, Word] = {
    'active': Word('运行中', 'Running'),
    'completed': Word('已结束', 'Ended'),
    'terminated': Word('已终止', 'Terminated'),
    'cancelled': Word('已取消', 'Cancelled'),
    'in_force': Word('现行', 'In force'),
    'staged': Word('待生效', 'Waiting to come into force'),
    'retired': Word('已停用', 'Retired'),
    'draft': Word('草稿', 'Draft'),
    'armed': Word('计时中', 'Running'),
    'stopped': Word('停走', 'Stopped'),
    'fired': Word('已触发', 'Fired'),
    'dead': Word('失败', 'Failed'),
    'open': Word('待处理', 'Open'),
    'retried': Word('已重试', 'Retried'),
    'resolved': Word('已处理', 'Resolved'),
}
COLOURS: Mapping[str, str] = {
    'received': 'blue',
    'supplement': 'amber',
    'accepted': 'blue',
    'in_review': 'blue',
    'decided': 'green',
    'delivering': 'green',
    'closed': 'green',
    'not_accepted': 'plain',
    'returned': 'plain',
    'active': 'blue',
    'completed': 'green',
    'in_force': 'green',
    'staged': 'amber',
    'armed': 'blue',
    'fired': 'amber',
    'dead': 'plain',
    'open': 'plain',
    'retried': 'green',
    'resolved': 'green',
}
CLOCK_COLOURS: Mapping[str, str] = {'running': 'blue', 'stopped': 'grey', 'met': 'green', 'breached': 'plain', 'cancelled': 'grey'}
MATERIAL_COLOURS: Mapping[str, str] = {'missing': 'plain', 'received': 'green', 'defective': 'amber', 'verified': 'green'}


def stamp(value: datetime | str | None, zone: ZoneInfo | None = None) -> str:
    """An instant to the minute in the zone of the hall (of the request, unless one is given), e.g. 2026-09-18 09:30; empty for None."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if value else None
    return value.astimezone(zone or hall_zone()).strftime('%Y-%m-%d %H:%M') if value else ''


def day(value: datetime | date | str | None) -> str:
    """A date with its weekday, e.g. 2026-09-18（周五）."""
    if not value:
        return ''
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    if isinstance(value, datetime):
        value = value.astimezone(hall_zone()).date()
    return said('{day}（{weekday}）', '{day} ({weekday})', day=value.isoformat(), weekday=WEEKDAYS[value.weekday()])


class Limited(Protocol):
    """A row with a limit: `left` is counted in `unit`, None where it was not counted yet."""

    @property
    def left(self) -> int | None: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def last_day(self) -> str | None: ...


_AMOUNTS: Mapping[str, Callable[[int], str]] = {
    'workday': lambda count: ngettext('%(num)s 个工作日', '%(num)s 个工作日', count),
    'day': lambda count: ngettext('%(num)s 日', '%(num)s 日', count),
    'workhour': lambda count: ngettext('%(num)s 个工作小时', '%(num)s 个工作小时', count),
    'hour': lambda count: ngettext('%(num)s 小时', '%(num)s 小时', count),
}


def time_left(row: Limited) -> str:
    """The time left of a row (`left`, `unit`, `last_day`) in the limit's own unit; an old row not counted yet says its last day."""
    if row.left is None:
        return str(_('最后一日 %(day)s', day=row.last_day) if row.last_day else _('无期限'))
    if row.left == 0:
        return str(_('今日到期'))
    amount = _AMOUNTS[known(row.unit, 'the unit of what is left')](abs(row.left))
    return str(_('超期 %(amount)s', amount=amount) if row.left < 0 else _('剩 %(amount)s', amount=amount))


def status_zh(value: str | None) -> str:
    """A state word in Chinese; unknown words are shown as they are."""
    return words.STATUS.get(value or '') or ROW_STATES.get(value or '') or (value or '')


def dot(event: str) -> str:
    """The look of a line of the timeline."""
    if event.startswith(('clock.', 'timer.')):
        return 'is-bad-dot' if event.endswith(('breached', 'failed')) else 'is-clock'
    if event.startswith('incident.'):
        return 'is-bad-dot'
    return 'is-end' if event.startswith(('milestone.', 'process_instance.')) else ''


def _from(table: Mapping[str, Any], default: str = '') -> Callable[[str | None], str]:
    return lambda value: table.get(value or '', default or value or '')


def plain(value: Any) -> str:
    """Any form value as text on a page: booleans in words, lists joined."""
    if value is None or value == '':
        return '—'
    if isinstance(value, bool):
        return str(_('是') if value else _('否'))
    if isinstance(value, Mapping):
        return joined([said('{key}：{value}', '{key}: {value}', key=key, value=plain(inner)) for key, inner in value.items()], '；', '; ')
    if isinstance(value, list | tuple | set | frozenset):
        return joined(plain(inner) for inner in value) or '—'
    return str(value)


def sentence(problem: Any) -> Word:
    """What a problem of the check or an incident says, in both languages: one just found, or one that was kept."""
    told = problem if isinstance(problem, Mapping) else {name: getattr(problem, name) for name in ('message', 'message_en')}
    return Word(told['message'], told['message_en'] or told['message'])


def first_problem(refusal: Undeployable) -> Word:
    """Why nothing was deployed, with the first of the errors."""
    first = next((sentence(problem) for problem in refusal.problems if problem.severity == 'error'), NOTHING)
    return joined([refusal.zh, first], '：', ': ') if first else refusal.zh


def paper(body: str) -> Markup:
    """The body of a document: HTML the office made itself, from escaped values."""
    return Markup(body)  # noqa: S704


def file_size(size: int) -> str:
    """A number of bytes as people read it: 900 B, 12 KB, 3.4 MB."""
    if size < 1024:
        return f'{size} B'
    return f'{size / 1024:.0f} KB' if size < 1024 * 1024 else f'{size / 1024 / 1024:.1f} MB'


def _look(page: str) -> str:
    """A page that was looked at: its kind in words, and its number where it has one."""
    kind, space, number = page.partition(' ')
    word = _from(words.LOOK)(kind)
    return said('{word}{number}', '{word}{number}', word=word, number=space + number)


FILTERS: Mapping[str, Callable[..., str | bool | int]] = {
    'browser_name': browser_name,
    'paper': paper,
    'is_case_no': numbers.verify,
    'file_size': file_size,
    'longest': longest,
    'stamp': stamp,
    'day': day,
    'day_name': day_name,
    'listed': joined,
    'weekday': lambda value: WEEKDAYS[value.weekday()],
    'time_left': time_left,
    'plain': plain,
    'sentence': sentence,
    'dot': dot,
    'status_zh': status_zh,
    'status_colour': _from(COLOURS, 'grey'),
    'result_zh': _from(words.RESULT),
    'clock_zh': _from(words.CLOCK),
    'action_zh': _from(words.ACTION),
    'intent_zh': _from({**words.ACTION, **words.INTENT}),
    'look_zh': _look,
    'relation_zh': _from({name: relation.word for name, relation in RELATIONS.items()}),
    'limit_zh': words.limit_words,
    'clock_state_zh': _from(words.CLOCK_STATE),
    'clock_colour': _from(CLOCK_COLOURS, 'grey'),
    'channel_zh': _from(words.CHANNEL),
    'kind_zh': _from(words.APPLICANT_KIND),
    'id_type_zh': _from(words.ID_TYPE),
    'material_zh': _from(words.MATERIAL_STATE),
    'material_colour': _from(MATERIAL_COLOURS, 'grey'),
    'authority_zh': _from(words.AUTHORITY),
    'handling_zh': _from(HANDLING),
    'expiry_zh': _from(EXPIRY),
    'verdict_zh': _from(VERDICTS),
}
