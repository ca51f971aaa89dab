"""Halls, departments, windows and clerks as they are stored.

`session_epoch` ends sessions: a session remembers the epoch it began under and is void when the clerk's has moved on
(`tasks.people.sessions`). How somebody signs in stands in `tasks.people.signing_in`, what a password must be like in `tasks.people.policy`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from engine import Actor, Conflict, NotFound, Rejection, Tx
from tasks import tables as t
from tasks.operations.log import note
from tasks.people.passwords import NewPassword
from tasks.people.policy import record
from tasks.rights.asking import need, need_everywhere, need_in, refusal
from tasks.rights.relations import APPLICANT
from tasks.rights.table import APART, ROLES
from tasks.words.texts import checked

OFFICE_HOURS = (('09:00', '12:00'), ('13:30', '17:00'))


@dataclass(frozen=True)
class Clerk:
    """A person of the office. `windows` are the codes of the windows (candidate groups) he works."""

    username: str
    name: str
    department: str | None
    roles: frozenset[str]
    windows: frozenset[str]
    certificate_no: str
    certificate_until: str
    active: bool
    session_epoch: int
    hall: str  # of his department, else of his windows; empty when he has neither
    receives: bool  # works a window that may receive


def actor_of(clerk: Clerk) -> Actor:
    """The engine's view of a clerk. Who works a receiving window may also enter what applicants bring to the counter."""
    groups = clerk.windows | {APPLICANT} if clerk.receives and 'clerk' in clerk.roles else clerk.windows
    return Actor(clerk.username, name=clerk.name, roles=clerk.roles, groups=groups, kind='clerk', hall=clerk.hall)


def create_hall(
    tx: Tx,
    code: str,
    name: str,
    region: str,
    *,
    document_prefix: str,
    calendar: str = 'CN',
    office_hours: Sequence[Sequence[str]] = OFFICE_HOURS,
    deadline_time: str = '24:00',
    address: str = '',
    phone: str = '',
    complaint_phone: str = '',
    demo: bool = False,
) -> None:
    """A hall: its region begins every case number, its calendar and hours rule every limit."""
    need_everywhere(tx.connection, tx.by, 'hall.create')
    if not (len(region) == 6 and region.isascii() and region.isdigit()):
        raise Rejection(f'Expected a six-digit region, but got {region!r}', '行政区划代码应为 6 位数字')
    row = {
        'code': code,
        'name': name,
        'region': region,
        'calendar': calendar,
        'office_hours': [list(span) for span in office_hours],
        'deadline_time': deadline_time,
        'document_prefix': document_prefix,
        'address': address,
        'phone': phone,
        'complaint_phone': complaint_phone,
        'demo': demo,
        'created_at': tx.now,
    }
    tx.connection.execute(insert(t.hall), [row])
    note(tx, 'hall.created', code, data={'name': name})


def need_administrator_of(tx: Tx, username: str, verb: str = 'staff.administer') -> Clerk:
    """The person. Raises NotFound, or Forbidden unless the actor administers the hall of the department and of every window he has."""
    need(tx.by, verb)
    return need_over(tx.connection, tx.by, username, verb)


def need_over(connection: Connection, actor: Actor, username: str, verb: str) -> Clerk:
    """The person. Raises NotFound, or Forbidden unless the actor may do the verb in the hall of his department and each of his windows."""
    clerk = find_clerk(connection, username)
    need_halls(connection, actor, clerk.department, clerk.windows, clerk.roles, verb=verb)
    return clerk


def see_clerk(connection: Connection, actor: Actor, username: str) -> Clerk:
    """The person, for whoever administers the halls of his department and windows. Raises NotFound, Forbidden."""
    clerk = find_clerk(connection, username)
    need_in(connection, actor, 'staff.administer', _halls_of(clerk.department, clerk.windows))
    return clerk


def _halls_of(department: str | None, windows: Collection[str]) -> Select[tuple[str]]:
    of_office = select(t.department.c.hall).where(t.department.c.code == department)
    of_windows = select(t.window.c.hall).where(t.window.c.code.in_(windows))
    return select(t.hall.c.code).where(t.hall.c.code.in_(of_office.union(of_windows)))


def need_halls(
    connection: Connection,
    actor: Actor,
    department: str | None,
    windows: Collection[str],
    roles: Collection[str],
    *,
    verb: str = 'staff.administer',
) -> None:
    """Raises Forbidden unless the actor may do a verb to a person of this department with these windows and roles.

    Whoever belongs to no hall serves them all, but for a clerk without a window: only somebody else who does has power over him.
    """
    halls = _halls_of(department, windows)
    need_in(connection, actor, verb, halls)
    if not connection.execute(halls).first() and actor.hall and set(roles) != {'clerk'}:
        raise refusal(actor, verb)


def create_department(
    tx: Tx, code: str, name: str, hall: str, *, uscc: str = '', phone: str = '', reconsideration: str = '', court: str = ''
) -> None:
    """A department present in the hall; `reconsideration` and `court` are printed on its decisions (行政许可法 art. 38)."""
    need(tx.by, 'staff.administer', hall)
    row = {'code': code, 'name': name, 'hall': hall, 'uscc': uscc, 'phone': phone, 'reconsideration': reconsideration, 'court': court}
    tx.connection.execute(insert(t.department), [row])
    note(tx, 'department.created', code, data={'name': name})


def create_window(
    tx: Tx, code: str, name: str, hall: str, *, department: str | None = None, authority: str = 'review', place: str = ''
) -> None:
    """A window or back-office post; its code is the candidate group in diagrams. `authority` is receive, review or decide (S-42)."""
    need(tx.by, 'staff.administer', hall)
    row = {'code': code, 'name': name, 'hall': hall, 'department': department, 'authority': authority, 'place': place}
    tx.connection.execute(insert(t.window), [row])
    note(tx, 'window.created', code, data={'name': name, 'authority': authority})


def create_clerk(
    tx: Tx,
    username: str,
    name: str,
    password: NewPassword,
    roles: Collection[str],
    *,
    windows: Collection[str] = (),
    department: str | None = None,
    certificate_no: str = '',
    certificate_until: str = '',
) -> Clerk:
    """A person who may log in. Roles that must be apart (a clerk works cases and does nothing else) are refused together."""
    need(tx.by, 'staff.administer')
    need_halls(tx.connection, tx.by, department, windows, roles)
    _check_roles(roles)
    username = checked(username, 'a username', '用户名', most=100)
    name = checked(name, 'a name', '姓名', most=100)
    if not username or not name:
        raise Rejection('Expected a username and a name, but one is empty', '请填写用户名和姓名')
    if tx.connection.execute(select(t.clerk.c.username).where(t.clerk.c.username == username)).first():
        raise Rejection(f'Expected a new username, but {username!r} exists', f'用户名 {username} 已存在')
    row = {
        'username': username,
        'name': name,
        'password_hash': password.hash,
        'department': department,
        'roles': sorted(roles),
        'certificate_no': certificate_no,
        'certificate_until': certificate_until,
        'created_at': tx.now,
    }
    tx.connection.execute(insert(t.clerk), [row])
    record(tx, username, password)
    _put_windows(tx, username, windows)
    note(tx, 'clerk.created', username, data={'name': name, 'roles': sorted(roles), 'windows': sorted(windows)})
    return find_clerk(tx.connection, username)


def assign_windows(tx: Tx, username: str, windows: Collection[str], reason: str) -> None:
    """Change the windows a clerk works; takes effect with his next click."""
    before = need_administrator_of(tx, username)
    need_halls(tx.connection, tx.by, before.department, windows, before.roles)
    tx.connection.execute(delete(t.clerk_window).where(t.clerk_window.c.username == username))
    _put_windows(tx, username, windows)
    note(tx, 'clerk.windows_assigned', username, reason, {'windows': sorted(windows)})


def set_password(tx: Tx, username: str, new: NewPassword, *, epoch: int | None = None) -> None:
    """A new password, by the person himself (`epoch`: the session epoch under which his old one was checked) or whoever administers
    accounts; ends all his sessions. Raises Conflict when the account has changed since the check.
    """
    found = find_clerk(tx.connection, username) if tx.by.id == username else need_administrator_of(tx, username)
    if tx.by.id == username and found.session_epoch != epoch:
        raise Conflict('Expected the account as it was when the old password was checked, but it has changed', '账号信息已变更，请重新登录')
    _void_sessions(tx, username, password_hash=new.hash)
    record(tx, username, new)
    note(tx, 'clerk.password_set', username)


def set_active(tx: Tx, username: str, active: bool, reason: str) -> None:
    """Switch an account off (its sessions end) or on again."""
    need_administrator_of(tx, username)
    _void_sessions(tx, username, active=active)
    note(tx, 'clerk.activated' if active else 'clerk.deactivated', username, reason)


def _void_sessions(tx: Tx, username: str, **values: object) -> None:
    """Sessions begun so far end, also one that is just being begun: it will carry the epoch of before."""
    moved_on = {**values, 'session_epoch': t.clerk.c.session_epoch + 1}
    tx.connection.execute(update(t.clerk).where(t.clerk.c.username == username).values(moved_on))
    tx.connection.execute(delete(t.clerk_session).where(t.clerk_session.c.username == username))


def find_clerk(connection: Connection, username: str) -> Clerk:
    """The clerk with his windows; raises NotFound."""
    clerk = clerk_of(connection, username)
    if clerk is None:
        raise NotFound(f'Expected a clerk, but there is no {username!r}', f'没有用户 {username}')
    return clerk


_CLERK = (
    select(t.clerk, t.department.c.hall, t.window.c.code.label('post'), t.window.c.hall.label('post_hall'), t.window.c.authority)
    .outerjoin(t.department, t.department.c.code == t.clerk.c.department)
    .outerjoin(t.clerk_window, t.clerk_window.c.username == t.clerk.c.username)
    .outerjoin(t.window, t.window.c.code == t.clerk_window.c.window)
    .where(t.clerk.c.username == bindparam('username'))
    .order_by(t.window.c.code)
)


def clerk_of(connection: Connection, username: str) -> Clerk | None:
    """The clerk with his windows, None when there is none of that name: asked at every request of a session."""
    rows = connection.execute(_CLERK, {'username': username}).mappings().all()
    if not rows:
        return None
    row, posts = rows[0], [one for one in rows if one['post'] is not None]
    return Clerk(
        username=row['username'],
        name=row['name'],
        department=row['department'],
        roles=frozenset(row['roles']),
        windows=frozenset(post['post'] for post in posts),
        certificate_no=row['certificate_no'],
        certificate_until=row['certificate_until'],
        active=row['active'],
        session_epoch=row['session_epoch'],
        hall=row['hall'] or (posts[0]['post_hall'] if posts else ''),
        receives=any(post['authority'] == 'receive' for post in posts),
    )


def _put_windows(tx: Tx, username: str, windows: Collection[str]) -> None:
    known = set(tx.connection.execute(select(t.window.c.code).where(t.window.c.code.in_(windows))).scalars())
    unknown = sorted(set(windows) - known)
    if unknown:
        raise Rejection(f'Expected windows of the hall, but {unknown} do not exist', f'没有这些窗口：{"、".join(unknown)}')
    if windows:
        tx.connection.execute(insert(t.clerk_window), [{'username': username, 'window': code} for code in sorted(set(windows))])


def _check_roles(roles: Collection[str]) -> None:
    unknown = sorted(set(roles) - set(ROLES))
    if unknown or not roles:
        raise Rejection(f'Expected roles among {list(ROLES)}, but got {sorted(roles)}', '角色不存在')
    if any(pair <= set(roles) for pair in APART):
        raise Rejection(f'Expected duties kept apart, but got {sorted(roles)} together', '窗口人员不得兼任管理、审计或效能监察')
