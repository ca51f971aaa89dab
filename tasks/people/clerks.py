"""Clerks as an administrator keeps them: taken on, changed, given a new password, switched off and on again.

Who is switched off, loses his duties or leaves a window leaves no step behind that nobody else can take: what he held goes back to the
window's list. Nobody changes his own roles or switches himself off; the last administrator of accounts or processes stays one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select, update

from engine import Conflict, Rejection
from engine.read import offered_to
from engine.tables import user_task
from engine.verbs import user_tasks
from tasks import tables as t
from tasks.marks.settings import set_substitute
from tasks.marks.tables import clerk_substitute
from tasks.operations.countersigning import ask, void_proposals
from tasks.operations.log import note
from tasks.operations.tables import proposal
from tasks.people import fields, throttle
from tasks.people import roster as people
from tasks.people.fields import Misfilled
from tasks.people.passwords import NewPassword
from tasks.people.policy import policy
from tasks.people.roster import Clerk, find_clerk, need_administrator_of, need_halls
from tasks.people.vacant import stranded
from tasks.rights.asking import need
from tasks.rights.relations import APPLICANT
from tasks.rights.table import APART, POWERS, RELATIONS, ROLES, joined_duties

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from engine import Tx


@dataclass(frozen=True)
class StaffPost:
    """What a clerk is in the hall. `certificate_until` is an ISO date, the last day; `substitute` a user name or empty."""

    name: str
    roles: Collection[str]
    windows: Collection[str] = ()
    department: str | None = None
    certificate_no: str = ''
    certificate_until: str = ''
    substitute: str = ''


def take_on(tx: Tx, username: str, password: NewPassword, wanted: StaffPost) -> Clerk:
    """A new person who may log in. Raises Misfilled at the field; duties that are two people's are refused together."""
    need(tx.by, 'staff.administer')
    username = fields.username(username)
    taken = Misfilled('username', f'Expected a new username, but {username!r} exists', f'用户名 {username} 已存在')
    if tx.connection.execute(select(t.clerk.c.username).where(func.lower(t.clerk.c.username) == username.lower())).first():
        raise taken
    _of_a_hall(tx, wanted)
    values = _values(tx, wanted)
    with fields.unique(tx, taken):
        made = people.create_clerk(tx, username, password=password, windows=_windows(tx, wanted), **values)
    if wanted.substitute:
        _substitute(tx, username, wanted.substitute)
    if powerful(tx, made):
        ask(tx, 'clerk.created', username, '')
    return made


def change(tx: Tx, username: str, wanted: StaffPost, reason: str) -> int:
    """Change what a clerk is; in force with his next click. How many steps he held go back to their windows. Raises Misfilled."""
    before, values, windows = fitting(tx, username, wanted)
    words, roles, moved = fields.reason(reason), frozenset(wanted.roles), moves_power(tx, before, wanted)
    changed = {key: [_plain(getattr(before, key)), value] for key, value in values.items() if _plain(getattr(before, key)) != value}
    if moved:
        ask(tx, moved, username, words)
    if changed:
        tx.connection.execute(update(t.clerk).where(t.clerk.c.username == username).values(values))
        note(tx, 'clerk.changed', username, words, changed)
    if windows != before.windows:
        people.assign_windows(tx, username, windows, words)
    _substitute(tx, username, wanted.substitute)
    return _put_back(tx, username, windows, works=bool(roles & {'clerk', 'supervisor'}))


def post_of(connection: Connection, username: str) -> StaffPost:
    """What a person is now. Raises NotFound."""
    clerk = find_clerk(connection, username)
    return StaffPost(
        name=clerk.name,
        roles=clerk.roles,
        windows=clerk.windows,
        department=clerk.department,
        certificate_no=clerk.certificate_no,
        certificate_until=clerk.certificate_until,
        substitute=substitute_of(connection, username),
    )


def with_windows(tx: Tx, username: str, windows: Collection[str]) -> StaffPost:
    """What a clerk is, with these windows instead of his. Raises NotFound."""
    post = post_of(tx.connection, username)
    if post.substitute and not find_clerk(tx.connection, post.substitute).windows & set(windows):
        post = replace(post, substitute='')  # only who works the same window can stand in
    return replace(post, windows=windows)


def assign_windows(tx: Tx, username: str, windows: Collection[str], reason: str) -> int:
    """The windows a clerk works from now on, and no others. How many steps he held go back. Raises NotFound, Misfilled."""
    return change(tx, username, with_windows(tx, username, windows), reason)


def switch(tx: Tx, username: str, active: bool, reason: str) -> int:
    """Switch an account off (its sessions end, its steps go back to their windows) or on again. How many went back.

    One with power that is switched on, and one that signs that is switched off, are signed by a second person. Raises Misfilled, Conflict.
    """
    clerk, words = need_administrator_of(tx, username), fields.reason(reason)
    if not active and tx.by.id == username:
        raise Misfilled('', 'Expected somebody else to switch me off, but I am signed in as this person', '不能停用自己的账号')
    if active:
        need_agreed(tx, username)
    else:
        _keep_an_administrator(tx, clerk, '', frozenset())
    if active and powerful(tx, clerk):
        ask(tx, 'clerk.activated', username, words)
    if not active and clerk.roles & POWERS:
        ask(tx, 'clerk.deactivated', username, words)
    people.set_active(tx, username, active, words)
    if not active:
        void_proposals(tx, username, '提请人的账号已停用，提请作废')
    return 0 if active else _put_back(tx, username, frozenset(), works=False)


def reset_password(tx: Tx, username: str, reason: str, password: NewPassword) -> None:
    """A new password for somebody who forgot his: all his sessions end, and no browser is known as his any more."""
    need_administrator_of(tx, username)
    words = fields.reason(reason)
    if tx.by.id == username:
        raise Misfilled('', 'Expected the old password for my own, but this is for others', '自己的密码请在「个人设置」修改')
    people.set_password(tx, username, password)
    void_proposals(tx, username, '提请人的密码已重设，提请作废')
    throttle.forget_places(tx, username)
    note(tx, 'clerk.password_reset', username, words)
    ask(tx, 'clerk.password_reset', username, words)


def substitute_of(connection: Connection, username: str) -> str:
    """Who stands in for a clerk; empty when nobody does."""
    known = select(clerk_substitute.c.substitute).where(clerk_substitute.c.username == username)
    return str(connection.execute(known).scalar_one_or_none() or '')


def _values(tx: Tx, wanted: StaffPost, before: frozenset[str] = frozenset()) -> dict[str, Any]:
    _fitting(tx, frozenset(wanted.roles), before)
    number, until = fields.certificate(wanted.certificate_no, wanted.certificate_until)
    return {
        'name': fields.line('name', wanted.name, 'a name', '姓名', most=100, required=True),
        'roles': sorted(set(wanted.roles)),
        'department': fields.department(tx.connection, wanted.department),
        'certificate_no': number,
        'certificate_until': until,
    }


def _of_a_hall(tx: Tx, wanted: StaffPost) -> None:
    """Who administers accounts of one hall does so for its people: without department and window they would serve every hall."""
    if tx.by.hall and not wanted.department and not wanted.windows and set(wanted.roles) != {'clerk'}:
        raise Misfilled('department', 'Expected a department of the hall, but there is none', '请选择部门')


def _fitting(tx: Tx, roles: frozenset[str], before: frozenset[str]) -> None:
    """Roles a person may have together. Who had duties joined before they were parted keeps them until his roles change."""
    if not roles or not roles <= {*ROLES, *before}:
        raise Misfilled('roles', f'Expected roles among {list(ROLES)}, but got {sorted(roles)}', '请选择角色')
    if any(pair <= roles for pair in APART):
        message = f'Expected duties kept apart, but got {sorted(roles)} together'
        raise Misfilled('roles', message, '窗口人员不得兼任管理、审计或效能监察')
    if roles != before and joined_duties(roles) and not policy(tx.connection).join_duties:
        message = f'Expected duties kept apart, but got {sorted(roles)} together; a small hall may allow it (join-duties)'
        zh = '人员与账号管理、流程管理、审计（效能监察）须由不同人员担任；人员少的中心可在账号要求中允许兼任（join-duties）'
        raise Misfilled('roles', message, zh)


def _windows(tx: Tx, wanted: StaffPost) -> frozenset[str]:
    windows = frozenset(wanted.windows)
    known = set(tx.connection.execute(select(t.window.c.code).where(t.window.c.code.in_(windows))).scalars())
    if windows - known:
        missing = sorted(windows - known)
        raise Misfilled('windows', f'Expected windows of the hall, but {missing} do not exist', f'没有这些窗口：{"、".join(missing)}')
    if windows and not set(wanted.roles) & {'clerk', 'supervisor'}:
        message = 'Expected windows for clerks and supervisors only, but the roles are others'
        raise Misfilled('windows', message, '只有窗口人员和效能监察人员可以安排窗口岗位')
    return windows


def powerful(tx: Tx, clerk: Clerk) -> bool:
    """Whether a person has power over cases or people: a second person agrees to his account (A-05)."""
    return not POWERS.isdisjoint(clerk.roles) or _decides(tx, clerk.windows)


def need_agreed(tx: Tx, username: str) -> None:
    """Raises Conflict while this new account waits for a second person, or when it was refused or taken back.

    A void proposal was neither: the account may be wanted anew, by `clerk.activated`.
    """
    of_it = (proposal.c.action == 'clerk.created', proposal.c.object == username)
    open_ = or_(proposal.c.verdict.is_(None), proposal.c.verdict == 'objected')
    if tx.connection.execute(select(proposal.c.id).where(*of_it, open_).limit(1)).first():
        message = f'Expected an account a second person agreed to, but that of {username} waits or was refused'
        raise Conflict(message, '新增该账号尚待他人确认，或已被拒绝、撤回，不能启用')


def as_json(wanted: StaffPost) -> dict[str, Any]:
    """A post for a JSON column; `StaffPost(**of_it)` is the post again."""
    return {**asdict(wanted), 'roles': sorted(wanted.roles), 'windows': sorted(wanted.windows)}


def moves_power(tx: Tx, before: Clerk, wanted: StaffPost) -> str:
    """What the operator log calls this change where a second person agrees to it (A-05), else empty.

    It gives or takes a role with power, gives a deciding window, or has somebody with power serve another hall, or all of them.
    """
    roles, windows = frozenset(wanted.roles), frozenset(wanted.windows)
    if (roles ^ before.roles) & POWERS:
        return 'clerk.changed'
    if (roles - {'clerk'} or _decides(tx, windows)) and _hall(tx, wanted) != before.hall:
        return 'clerk.changed'
    return 'clerk.windows_assigned' if _decides(tx, windows - before.windows) else ''


def _hall(tx: Tx, wanted: StaffPost) -> str:
    """The hall a post belongs to, as `Clerk.hall`; empty: all of them."""
    office = select(t.department.c.hall).where(t.department.c.code == wanted.department)
    post = select(t.window.c.hall).where(t.window.c.code.in_(wanted.windows)).order_by(t.window.c.code).limit(1)
    return str(tx.connection.execute(office).scalar() or tx.connection.execute(post).scalar() or '')


def _not_oneself(tx: Tx, username: str) -> None:
    if tx.by.id == username:
        raise Misfilled('roles', 'Expected somebody else to change my roles, but I am signed in as this person', '不能修改自己的角色')


def fitting(tx: Tx, username: str, wanted: StaffPost) -> tuple[Clerk, dict[str, Any], frozenset[str]]:
    """What a person is, and the columns and windows this post would give him. Raises what `change` raises, without changing anything."""
    before = need_administrator_of(tx, username)
    _of_a_hall(tx, wanted)
    need_halls(tx.connection, tx.by, wanted.department, wanted.windows, wanted.roles)
    values, windows = _values(tx, wanted, before.roles), _windows(tx, wanted)
    if frozenset(wanted.roles) != before.roles:
        _not_oneself(tx, username)
        _keep_an_administrator(tx, before, 'roles', wanted.roles)
    return before, values, windows


def _decides(tx: Tx, windows: Collection[str]) -> bool:
    """Whether one of these windows decides cases."""
    deciding = select(t.window.c.code).where(t.window.c.code.in_(windows), t.window.c.authority == 'decide').limit(1)
    return tx.connection.execute(deciding).first() is not None


def _substitute(tx: Tx, username: str, wanted: str) -> None:
    if wanted == substitute_of(tx.connection, username):
        if not wanted or find_clerk(tx.connection, wanted).windows & find_clerk(tx.connection, username).windows:
            return
    try:
        set_substitute(tx, username, wanted or None)
    except Rejection as refusal:
        raise Misfilled('substitute', str(refusal), refusal.zh) from refusal


def _keep_an_administrator(tx: Tx, clerk: Clerk, field: str, roles: Collection[str]) -> None:
    """Without an administrator of accounts nobody could ever sign in to make one; without one of processes nothing could be mended.

    The accounts are locked before they are counted, all in one order: two administrators who switch each other off wait for one another.
    """
    active = select(t.clerk.c.username, t.clerk.c.roles).where(t.clerk.c.active).order_by(t.clerk.c.username)
    there = {row.username: frozenset(row.roles) for row in tx.connection.execute(active.with_for_update(key_share=True))}
    if clerk.username not in there:
        return
    left = [frozenset(roles), *(those for username, those in there.items() if username != clerk.username)]
    for duty in (RELATIONS['account_administrator'], RELATIONS['process_administrator']):
        if duty.roles & clerk.roles and not any(duty.roles & each for each in left):
            word = ROLES[duty.name]
            message = f'Expected another active {word.en.lower()}, but {clerk.username} is the last one'
            raise Misfilled(field, message, f'{clerk.name}是最后一名{word}人员，须先增加另一名')


def _put_back(tx: Tx, username: str, windows: frozenset[str], *, works: bool) -> int:
    """Steps a clerk holds of windows he no longer works go back to the windows' lists; in the order of their cases, as locks are taken.

    What names him, and now nobody who is there, is offered anew as the item's rule says (D-06). `works`: he still works cases.
    Who administers accounts hands no steps over otherwise: here it follows from what he did to the account.
    """
    held = tx.connection.execute(
        select(user_task.c.id, user_task.c.candidate_groups, user_task.c.candidate_users)
        .where(user_task.c.assignee == username, user_task.c.state == 'open')
        .order_by(user_task.c.instance_id, user_task.c.id)
    ).all()
    groups = windows | {APPLICANT}
    kept = [row.id for row in held if works and (username in row.candidate_users or (windows and _his(row.candidate_groups, groups)))]
    lost = [row.id for row in held if row.id not in kept]
    by, tx.by = tx.by, replace(tx.by, roles=tx.by.roles | RELATIONS['process_administrator'].roles)
    try:
        for task_id in lost:
            user_tasks.unclaim(tx, task_id)
        mine = or_(user_task.c.id.in_(lost), offered_to(username))
        left = stranded(tx.connection, tx.now, mine, user_task.c.assignee.is_(None))
        for task in sorted(left, key=lambda one: (one.instance_id, one.id)):
            user_tasks.offer_again(tx, task.id)
    finally:
        tx.by = by
    return len(lost)


def _his(asked: Collection[str], groups: frozenset[str]) -> bool:
    """A step of no window is his who holds it."""
    return not asked or not groups.isdisjoint(asked)


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else value


__all__ = [
    'StaffPost',
    'as_json',
    'assign_windows',
    'change',
    'fitting',
    'moves_power',
    'need_agreed',
    'powerful',
    'reset_password',
    'substitute_of',
    'switch',
    'take_on',
    'with_windows',
]
