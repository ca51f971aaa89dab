"""What every template may ask for: the menu, the hall's name, the forgery token, the state of the worker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app, g, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from sqlalchemy import Connection

from engine import Actor
from tasks.operations.countersigning import Open, open_acts
from tasks.people.names import names_of
from tasks.people.policy import policy
from tasks.rights.asking import STRANGER, could
from web.formats import stamp
from web.hall_facts import hall_facts
from web.session import actor, read, root

SILENT_AFTER = 3
"""Ticks a worker may miss before people are told."""


@dataclass(frozen=True)
class MenuEntry:
    """A menu entry."""

    label: str
    url: str
    current: bool


def install(app: Flask) -> None:
    """Make the names below known to every template."""
    names = {
        'may': can,
        'menu': menu,
        'hall_name': hall_name,
        'desk_name': desk_name,
        'csrf': csrf,
        'worker_silent': worker_silent,
        'clock_doubted': clock_doubted,
        'to_sign': to_sign,
        'here': here,
        'this_page': this_page,
        'get_locale': get_locale,
        'person_name': person_name,
        'know_people': know_people,
        'printed_at': printed_at,
    }
    app.jinja_env.globals.update(names)
    app.context_processor(lambda: {'demo_mode': demo_mode()})


def menu() -> list[MenuEntry]:
    """The main menu for the roles of whoever looks; never shows what would answer 403."""
    others = () if can('staff.administer') else ('staff',)
    places = [
        ('mark.judge', 'supervision.show', _('效能监察'), ('supervision',)),
        ('task.list', 'desk.show', desk_name(), ('desk', 'task')),
        ('case.receive', 'receive.choose', _('收件'), ('receive',)),
        ('case.read', 'case.search', _('办件查询'), ('case', 'document')),
        ('item.read', 'item.catalogue', _('事项目录'), ('item',)),
        ('progress.ask', 'progress.show', _('进度查询'), ('progress',)),
        ('mark.settings', 'supervision.show', _('效能监察'), ('supervision',)),
        ('mark.read', 'marks.board', _('亮牌'), ('marks',)),
        ('workshop.read', 'designer.index', _('流程与版本'), ('designer', 'designer_item', 'trial', 'releases', 'compare', 'definition')),
        ('calendar.history', 'calendar.show', _('工作日历'), ('calendar',)),
        ('staff.administer', 'staff.index', _('机构与人员'), ('staff',)),
        ('operation.read', 'operation.show', _('运行管理'), ('operation', 'health', 'metrics', 'migration', *others)),
    ]
    if not can('operation.read'):
        places.append(('act.countersign', 'health.red_list', _('会签与日志'), ('operation', 'health', *others)))
    blueprint = request.blueprint
    offered = [MenuEntry(label, url_for(endpoint), blueprint in rooms) for verb, endpoint, label, rooms in places if can(verb)]
    return list({entry.url: entry for entry in offered}.values())


def can(verb: str) -> bool:
    """Whether the table of rights lets whoever is signed in do this to some object: what a page offers."""
    return could(actor() if current_user.is_authenticated else STRANGER, verb)


def desk_name() -> str:
    """What whoever looks calls the list of what waits for him: in the menu, on the page and on the way back to it."""
    return str(_('我的督办') if can('mark.judge') else _('我的工作台'))


def hall_name() -> str:
    """The hall's name for the head of the page."""
    found = hall_facts()
    return found.name if found else ''


def demo_mode() -> bool:
    """True when the demo was asked for and the hall in the database is a made-up one: only then are passwords shown."""
    found = hall_facts()
    return bool(current_app.config['DEMO'] and found and found.demo)


def person_name(username: str | None) -> str:
    """A clerk's name for his user name, read once a request. The system and strangers keep theirs."""
    if not username:
        return '—'
    if username not in known_people():
        know_people([username])
    return known_people()[username]


def know_people(usernames: Iterable[str | None]) -> str:
    """Read the names a list will show in one statement; prints nothing."""
    asked = {name for name in usernames if name} - known_people().keys()
    if asked:
        known_people().update(read(names_of, asked))
    return ''


def known_people() -> dict[str | None, str]:
    """The names this request has read."""
    if 'names' not in g:
        g.names = {}
    names: dict[str | None, str] = g.names
    return names


def to_sign() -> Open | None:
    """What waits for a second person in the hall of whoever looks, at the top of his first page; None for who may not sign."""
    if not current_user.is_authenticated or not can('act.countersign'):
        return None
    found = read(_open, actor(), root().clock())
    return found if found.proposals or found.unsigned or found.objections else None


def _open(connection: Connection, who: Actor, now: datetime) -> Open:
    return open_acts(connection, now, policy(connection).countersign_days, who)


def csrf() -> Markup:
    """The hidden field every form that changes something carries."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())


def worker_silent() -> bool:
    """True for those who can act on it when no worker has ticked lately: promises would pass unnoticed."""
    if not can('supervision.read'):
        return False
    found = hall_facts()
    last = found.ticked_at if found else None
    return last is None or root().clock() - last > silent_after()


def clock_doubted() -> bool:
    """True for whoever is signed in while the clock of a machine cannot be believed: what is recorded now may bear a wrong time."""
    if not current_user.is_authenticated:
        return False
    found = hall_facts()
    return bool(found and found.doubted)


def silent_after() -> timedelta:
    """How long no worker may tick before promises are in danger: some intervals, and one more second for the tick itself."""
    return timedelta(seconds=SILENT_AFTER * root().settings.tick_seconds + 1)


def printed_at() -> str:
    """The hall's time now, for the head of a printed sheet."""
    return stamp(root().clock())


def here() -> str:
    """This page's address, to come back to; after a refused POST the start page."""
    return request.full_path.rstrip('?') if request.method == 'GET' else '/'


def this_page(**changes: Any) -> str:
    """This page's address with some query parameters changed; None drops one."""
    arguments = {**(request.view_args or {}), **request.args.to_dict(), **changes}
    return url_for(request.endpoint or 'desk.home', **{key: value for key, value in arguments.items() if value not in (None, '')})
