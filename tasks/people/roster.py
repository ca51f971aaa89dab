"""Halls, departments, windows, clerks; logging in.

Passwords are argon2id. Failed logins are rows, so the throttle holds over any number of web processes. `session_epoch` ends sessions:
a session remembers the epoch it began under and is void when the clerk's has moved on (`tasks.people.sessions`).

The throttle, in any quarter of an hour: one name from one address may fail 5 times. A name that has not logged in from that address
within the last week is refused as well while 20 attempts on that name, from anywhere, or 20 from that address, with any name, have failed.
So whoever guesses from the address a whole hall shares shuts out himself and strangers, never the clerks who work there; nor can
guesses from elsewhere keep a clerk from his own window.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from engine import SYSTEM, Actor, Engine, Forbidden, NotFound, Rejection, Tx
from tasks import tables as t
from tasks.operations.log import note
from tasks.people.passwords import PEOPLE
from tasks.rights.asking import need
from tasks.rights.relations import APPLICANT
from tasks.rights.table import APART
from tasks.words.texts import checked

MIN_PASSWORD = 8
THROTTLE_WINDOW = timedelta(minutes=15)
MAX_FAILURES = 5  # of one name from one address
MAX_FAILURES_WIDE = 20  # of one name from anywhere, or from one address with any name, for names unknown at that address
KNOWN_FOR = timedelta(days=7)  # after a success a name is known at an address
OFFICE_HOURS = (('09:00', '12:00'), ('13:30', '17:00'))


class LoginRefused(Forbidden):
    """Wrong name or password, or the account is switched off: the three look alike."""

    status = 401


class Throttled(LoginRefused):
    """Too many failures; `retry_at` says when to come again."""

    status = 429

    def __init__(self, retry_at: datetime) -> None:
        message = f'Expected fewer failed logins, but there were too many; retry at {retry_at.isoformat()}'
        super().__init__(message, '登录失败次数过多，请稍后再试')
        self.retry_at = retry_at


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
    need(tx.by, 'hall.create')
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


def create_department(
    tx: Tx, code: str, name: str, hall: str, *, uscc: str = '', phone: str = '', reconsideration: str = '', court: str = ''
) -> None:
    """A department present in the hall; `reconsideration` and `court` are printed on its decisions (行政许可法 art. 38)."""
    need(tx.by, 'staff.administer')
    row = {'code': code, 'name': name, 'hall': hall, 'uscc': uscc, 'phone': phone, 'reconsideration': reconsideration, 'court': court}
    tx.connection.execute(insert(t.department), [row])
    note(tx, 'department.created', code, data={'name': name})


def create_window(
    tx: Tx, code: str, name: str, hall: str, *, department: str | None = None, authority: str = 'review', place: str = ''
) -> None:
    """A window or back-office post; its code is the candidate group in diagrams. `authority` is receive, review or decide (S-42)."""
    need(tx.by, 'staff.administer')
    row = {'code': code, 'name': name, 'hall': hall, 'department': department, 'authority': authority, 'place': place}
    tx.connection.execute(insert(t.window), [row])
    note(tx, 'window.created', code, data={'name': name, 'authority': authority})


def create_clerk(
    tx: Tx,
    username: str,
    name: str,
    password: str,
    roles: Collection[str],
    *,
    windows: Collection[str] = (),
    department: str | None = None,
    certificate_no: str = '',
    certificate_until: str = '',
    hashed: str = '',
) -> Clerk:
    """A person who may log in. Roles that must be apart (clerk and administrator, clerk and supervisor) are refused together.

    `hashed` is what `passwords.PEOPLE` made of the password, where many people are given the same one.
    """
    need(tx.by, 'staff.administer')
    _check_roles(roles)
    _check_password(password)
    username = checked(username, 'a username', '用户名', most=100)
    name = checked(name, 'a name', '姓名', most=100)
    if not username or not name:
        raise Rejection('Expected a username and a name, but one is empty', '请填写用户名和姓名')
    if tx.connection.execute(select(t.clerk.c.username).where(t.clerk.c.username == username)).first():
        raise Rejection(f'Expected a new username, but {username!r} exists', f'用户名 {username} 已存在')
    row = {
        'username': username,
        'name': name,
        'password_hash': hashed or PEOPLE.hash(password),
        'department': department,
        'roles': sorted(roles),
        'certificate_no': certificate_no,
        'certificate_until': certificate_until,
        'created_at': tx.now,
    }
    tx.connection.execute(insert(t.clerk), [row])
    _put_windows(tx, username, windows)
    note(tx, 'clerk.created', username, data={'name': name, 'roles': sorted(roles), 'windows': sorted(windows)})
    return find_clerk(tx.connection, username)


def assign_windows(tx: Tx, username: str, windows: Collection[str], reason: str) -> None:
    """Change the windows a clerk works; takes effect with his next click."""
    need(tx.by, 'staff.administer')
    find_clerk(tx.connection, username)
    tx.connection.execute(delete(t.clerk_window).where(t.clerk_window.c.username == username))
    _put_windows(tx, username, windows)
    note(tx, 'clerk.windows_assigned', username, reason, {'windows': sorted(windows)})


def set_password(tx: Tx, username: str, new: str, *, old: str | None = None) -> None:
    """A new password, by the person himself (who must know the old one) or an administrator; ends all his sessions."""
    if tx.by.id != username:
        need(tx.by, 'staff.administer')
    elif _verified(tx.connection, username, old or '') is None:
        raise Forbidden('Expected the old password, but it does not match', '原密码不正确')
    _check_password(new)
    find_clerk(tx.connection, username)
    _void_sessions(tx, username, password_hash=PEOPLE.hash(new))
    note(tx, 'clerk.password_set', username)


def set_active(tx: Tx, username: str, active: bool, reason: str) -> None:
    """Switch an account off (its sessions end) or on again."""
    need(tx.by, 'staff.administer')
    find_clerk(tx.connection, username)
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


def authenticate(engine: Engine, username: str, password: str, address: str) -> Clerk:
    """Log in. Every attempt is recorded in its own transaction before this answers; raises Throttled or LoginRefused (they never say
    whether the name exists)."""
    clerk, retry_at = engine.run(SYSTEM, lambda tx: _attempt(tx, username, password, address))
    if retry_at:
        raise Throttled(retry_at)
    if clerk is None:
        raise LoginRefused('Expected the right name and password, but they do not match', '用户名或密码不正确')
    return clerk


def _attempt(tx: Tx, username: str, password: str, address: str) -> tuple[Clerk | None, datetime | None]:
    retry_at = _blocked_until(tx, username, address)
    if retry_at:
        return None, retry_at
    clerk = _verified(tx.connection, username, password)
    record_attempt(tx, username, address, ok=clerk is not None)
    return clerk, None


def record_attempt(tx: Tx, username: str, address: str, *, ok: bool) -> None:
    """Keep one attempt to sign in or to ask for a case, and forget those no rule looks back to (A-10)."""
    tries = t.login_attempt
    tx.connection.execute(delete(tries).where(tries.c.at <= tx.now - KNOWN_FOR))
    tx.connection.execute(insert(tries), [{'username': username[:100], 'address': address[:100], 'at': tx.now, 'ok': ok}])


def _verified(connection: Connection, username: str, password: str) -> Clerk | None:
    found = connection.execute(select(t.clerk.c.password_hash, t.clerk.c.active).where(t.clerk.c.username == username)).one_or_none()
    right = PEOPLE.fits(found.password_hash if found else None, password)
    return find_clerk(connection, username) if right and found and found.active else None


def _blocked_until(tx: Tx, username: str, address: str) -> datetime | None:
    """When this name may be tried again from this address; None when now. The rule stands at the head of this module."""
    tries = t.login_attempt.c
    since = tx.now - THROTTLE_WINDOW
    pair: list[ColumnElement[bool]] = [tries.username == username, tries.address == address]
    last_success = tx.connection.execute(select(func.max(tries.id)).where(*pair, tries.ok, tries.at > tx.now - KNOWN_FOR)).scalar_one()
    if last_success is not None:
        rules = [(MAX_FAILURES, [*pair, tries.id > last_success])]
    else:
        rules = [(MAX_FAILURES, pair), *((MAX_FAILURES_WIDE, [either]) for either in pair)]
    for limit, condition in rules:
        blocked = _nth_failure(tx.connection, since, limit, condition)
        if blocked:
            return blocked + THROTTLE_WINDOW
    return None


def _nth_failure(connection: Connection, since: datetime, limit: int, condition: Sequence[ColumnElement[bool]]) -> datetime | None:
    tries = t.login_attempt.c
    statement = select(tries.at).where(tries.at > since, ~tries.ok, *condition).order_by(tries.at.desc()).offset(limit - 1).limit(1)
    return connection.execute(statement).scalar_one_or_none()


def _put_windows(tx: Tx, username: str, windows: Collection[str]) -> None:
    known = set(tx.connection.execute(select(t.window.c.code).where(t.window.c.code.in_(windows))).scalars())
    unknown = sorted(set(windows) - known)
    if unknown:
        raise Rejection(f'Expected windows of the hall, but {unknown} do not exist', f'没有这些窗口：{"、".join(unknown)}')
    if windows:
        tx.connection.execute(insert(t.clerk_window), [{'username': username, 'window': code} for code in sorted(set(windows))])


def _check_roles(roles: Collection[str]) -> None:
    unknown = sorted(set(roles) - set(t.ROLES))
    if unknown or not roles:
        raise Rejection(f'Expected roles among {t.ROLES}, but got {sorted(roles)}', '角色不存在')
    if any(pair <= set(roles) for pair in APART):
        raise Rejection(f'Expected duties kept apart, but got {sorted(roles)} together', '窗口人员不得兼任系统管理或效能监察')


def _check_password(password: str) -> None:
    if len(password) < MIN_PASSWORD:
        raise Rejection(f'Expected at least {MIN_PASSWORD} characters, but the password is shorter', f'密码至少 {MIN_PASSWORD} 位')
