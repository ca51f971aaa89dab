"""Departments and windows: made one by one, changed with a reason, or adopted from the item.toml that names them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select, update

from engine import Bundle, Rejection, edition
from tasks import tables as t
from tasks.catalogue.item import ItemSpec, Window
from tasks.catalogue.item_toml import ItemError, read_entry
from tasks.operations.countersigning import ask
from tasks.operations.log import note
from tasks.people import fields
from tasks.people import roster as people
from tasks.people.fields import Misfilled
from tasks.rights.asking import need
from tasks.rows import StoredDepartment, StoredWindow
from tasks.words.vocabulary import AUTHORITY

if TYPE_CHECKING:
    from engine import Actor, Tx


@dataclass(frozen=True)
class Adopted:
    """What an item names and the hall now has: new departments and windows as (code, name); `differing` windows were there with another
    authority than the item says, which was left alone: (code, the hall's, the item's)."""

    departments: tuple[tuple[str, str], ...]
    windows: tuple[tuple[str, str], ...]
    differing: tuple[tuple[str, str, str], ...]


def see_department(connection: Connection, actor: Actor, code: str) -> StoredDepartment:
    """A department, for whoever administers its hall. Raises NotFound, Forbidden."""
    found = fields.find_department(connection, code)
    need(actor, 'staff.administer', found.hall)
    return found


def see_window(connection: Connection, actor: Actor, code: str) -> StoredWindow:
    """A window, for whoever administers its hall. Raises NotFound, Forbidden."""
    found = fields.find_window(connection, code)
    need(actor, 'staff.administer', found.hall)
    return found


def add_department(
    tx: Tx, code: str, name: str, *, hall: str | None = None, uscc: str = '', phone: str = '', reconsideration: str = '', court: str = ''
) -> str:
    """A new department; its code. Its name is what item.toml calls it by. Raises Misfilled at the field."""
    place = fields.hall(tx.connection, hall)
    need(tx.by, 'staff.administer', place)
    code = fields.code(code, 'a code of a department', '部门编码', most=50)
    taken = Misfilled('code', f'Expected a new code, but the department {code!r} exists', f'部门编码 {code} 已存在')
    if tx.connection.execute(select(t.department.c.code).where(func.lower(t.department.c.code) == code.lower())).first():
        raise taken
    name = _department_name(tx.connection, name, place)
    details = _details(uscc, phone, reconsideration, court)
    with fields.unique(tx, taken):
        people.create_department(tx, code, name, place, **details)
    return code


def change_department(
    tx: Tx, code: str, reason: str, *, name: str, uscc: str = '', phone: str = '', reconsideration: str = '', court: str = ''
) -> None:
    """Change what is known of a department. Raises NotFound, Misfilled."""
    before = see_department(tx.connection, tx.by, code)
    name = _department_name(tx.connection, name, before.hall, besides=code)
    _change(tx, 'department', before, {'name': name, **_details(uscc, phone, reconsideration, court)}, reason)


def add_window(
    tx: Tx, code: str, name: str, authority: str, *, department: str | None = None, place: str = '', hall: str | None = None
) -> str:
    """A new window or post; its code, which is the candidate group in diagrams and `id` in item.toml. Raises Misfilled at the field."""
    at = fields.hall(tx.connection, hall)
    need(tx.by, 'staff.administer', at)
    code = fields.code(code, 'a code of a window', '窗口编码', most=100)
    taken = Misfilled('code', f'Expected a new code, but the window {code!r} exists', f'窗口编码 {code} 已存在')
    if tx.connection.execute(select(t.window.c.code).where(func.lower(t.window.c.code) == code.lower())).first():
        raise taken
    values = _window_values(tx.connection, at, name=name, authority=authority, department=department, place=place)
    with fields.unique(tx, taken):
        people.create_window(tx, code, hall=at, **values)
    return code


def change_window(tx: Tx, code: str, reason: str, *, name: str, authority: str, department: str | None = None, place: str = '') -> None:
    """Change a window; its code stays, for diagrams speak of it. Raises NotFound, Misfilled."""
    before, values = fitting_window(tx, code, name=name, authority=authority, department=department, place=place)
    if moves_power(before, authority):
        ask(tx, 'window.changed', code, fields.reason(reason))
    _change(tx, 'window', before, values, reason)


def fitting_window(
    tx: Tx, code: str, *, name: str, authority: str, department: str | None = None, place: str = ''
) -> tuple[StoredWindow, dict[str, Any]]:
    """A window, and what it would be. Raises what `change_window` raises, without changing anything."""
    before = see_window(tx.connection, tx.by, code)
    return before, _window_values(tx.connection, before.hall, name=name, authority=authority, department=department, place=place)


def moves_power(before: StoredWindow, authority: str) -> bool:
    """Whether this authority gives whoever works the window power over cases, or takes it: a second person agrees to it (A-05)."""
    return (before.authority == 'decide') != (authority == 'decide')


def adopt(tx: Tx, spec: ItemSpec, reason: str = '', *, hall: str | None = None) -> Adopted:
    """Make the departments and windows an item names and the hall has not; nothing that is there is changed.

    Departments get codes dept1, dept2, … (item.toml knows only their names).
    """
    at = fields.hall(tx.connection, hall)
    need(tx.by, 'staff.administer', at)
    known = {
        str(row.name): str(row.code)
        for row in tx.connection.execute(select(t.department.c.name, t.department.c.code).where(t.department.c.hall == at))
    }
    names = dict.fromkeys(name.strip() for name in (spec.department, *(window.department for window in spec.windows)) if name.strip())
    departments = [(_new_department(tx, name, at), name) for name in names if name not in known]
    known |= {name: code for code, name in departments}
    there = {str(row.code): str(row.authority) for row in tx.connection.execute(select(t.window.c.code, t.window.c.authority))}
    windows = [
        (add_window(tx, one.id, one.name, one.authority, department=known.get(one.department.strip()), hall=at), one.name)
        for one in spec.windows
        if one.id not in there
    ]
    if departments or windows:
        made = {'departments': [code for code, _ in departments], 'windows': [code for code, _ in windows]}
        note(tx, 'hall.adopted', spec.code, reason, made)
    return Adopted(tuple(departments), tuple(windows), _differing(spec.windows, there))


def spec_to_adopt(bundle: Bundle) -> ItemSpec:
    """What the entry of a bundle names: read it before the transaction. Raises Rejection where it is not usable."""
    if bundle.lone or 'item.toml' not in bundle.files:
        raise Rejection('Expected a bundle with item.toml, but this is a lone diagram', '缺少事项信息 item.toml')
    entry = edition(bundle).read(read_entry)
    if entry.spec is None or entry.problems:
        error = ItemError(entry.problems)
        raise Rejection(f'Expected a usable item.toml, but {error}', '；'.join(problem.zh for problem in error.problems))
    return entry.spec


def _differing(windows: Collection[Window], there: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    return tuple((one.id, there[one.id], one.authority) for one in windows if there.get(one.id, one.authority) != one.authority)


def _new_department(tx: Tx, name: str, hall: str) -> str:
    taken = set(tx.connection.execute(select(t.department.c.code)).scalars())
    return add_department(tx, next(f'dept{number}' for number in count(1) if f'dept{number}' not in taken), name, hall=hall)


def _department_name(connection: Connection, text: str, hall: str, besides: str = '') -> str:
    """Items find their department by its name, so it is unique in the hall."""
    name = fields.line('name', text, 'a name of a department', '部门名称', most=200, required=True)
    others = select(t.department.c.code).where(t.department.c.name == name, t.department.c.hall == hall, t.department.c.code != besides)
    other = connection.execute(others).scalar()
    if other is not None:
        raise Misfilled('name', f'Expected a new name, but the department {other!r} is called {name!r}', f'部门 {other} 已使用名称“{name}”')
    return name


def _details(uscc: str, phone: str, reconsideration: str, court: str) -> dict[str, str]:
    return {
        'uscc': fields.uscc(uscc),
        'phone': fields.line('phone', phone, 'a phone number', '咨询电话', most=50),
        'reconsideration': fields.line('reconsideration', reconsideration, 'an authority', '行政复议机关', most=200),
        'court': fields.line('court', court, 'a court', '行政诉讼法院', most=200),
    }


def _window_values(connection: Connection, hall: str, *, name: str, authority: str, department: str | None, place: str) -> dict[str, Any]:
    if authority not in AUTHORITY:
        raise Misfilled('authority', f'Expected an authority among {list(AUTHORITY)}, but got {authority!r}', '请选择窗口权限')
    return {
        'name': fields.line('name', name, 'a name of a window', '窗口名称', most=200, required=True),
        'authority': authority,
        'department': fields.department(connection, department, hall),
        'place': fields.line('place', place, 'a place', '办公地点', most=200),
    }


def _change(tx: Tx, what: str, before: StoredDepartment | StoredWindow, values: dict[str, Any], reason: str) -> None:
    changed = {key: [getattr(before, key), value] for key, value in values.items() if getattr(before, key) != value}
    words = fields.reason(reason)
    if not changed:
        return
    table, code = {'department': t.department, 'window': t.window}[what], before.code
    tx.connection.execute(update(table).where(table.c.code == code).values(values))
    note(tx, f'{what}.changed', code, words, changed)
