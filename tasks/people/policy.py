"""What the hall asks of passwords and accounts: one policy, one function that says whether a password is good enough.

The page, the command line and `yizhan init` all ask `accept`. The policy is data: one row, changed by whoever administers accounts.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, insert, select, update

from engine import Rejection
from engine.identity import is_blank
from engine.words import Word
from tasks import tables as t
from tasks.operations.countersigning import ask
from tasks.operations.log import note
from tasks.people.passwords import PEOPLE, NewPassword
from tasks.people.tables import account_policy, clerk_password
from tasks.rights.asking import need_everywhere
from tasks.words.texts import checked_reason

if TYPE_CHECKING:
    from engine import Tx

DEMO_PASSWORD = 'yizhan-demo'  # noqa: S105  printed on the login page of a demonstration, and good there only
COMMON = Path(__file__).with_name('common_passwords.txt')
KINDS = (string.ascii_uppercase, string.ascii_lowercase, string.digits)
"""Kinds of characters; whatever is none of these is the fourth."""
FEWEST_DIFFERENT = 5
_SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789'  # none that is taken for another when it is read out
_LENGTH = 12
_LEET = str.maketrans('@4013$5!7', 'aaoiessit')
_ID = 1


@dataclass(frozen=True)
class AccountPolicy:
    """What accounts must be like. The defaults are what is shipped."""

    min_length: int = 10
    min_kinds: int = 2  # of upper case, lower case, digits, others
    history: int = 5
    max_age_days: int = 180  # 0: a password does not age
    max_sessions: int = 5
    second_factor: str = 'nobody'  # nobody | administrators | everybody must have one
    join_duties: bool = False
    countersign_days: int = 3


BOUNDS: Mapping[str, tuple[int, int]] = {
    'min_length': (8, 64),
    'min_kinds': (1, 4),
    'history': (0, 24),
    'max_age_days': (0, 3650),
    'max_sessions': (1, 100),
    'countersign_days': (1, 30),
}
"""The lowest and highest value of each number."""
SECOND_FACTOR: Mapping[str, Word] = {
    'nobody': Word('自愿启用', 'whoever wants to'),
    'administrators': Word('管理和监察人员必须启用', 'administrators and supervisors must'),
    'everybody': Word('所有人必须启用', 'everybody must'),
}


class WeakPassword(Rejection):
    """A password the policy does not take; the message says what is missing."""


def policy(connection: Connection) -> AccountPolicy:
    """The policy of this installation."""
    names = [one.name for one in fields(AccountPolicy)]
    row = connection.execute(select(*(account_policy.c[name] for name in names))).mappings().one_or_none()
    return AccountPolicy(**row) if row else AccountPolicy()


NAMES: Mapping[str, Word] = {
    'min_length': Word('密码最少位数', 'Characters at least'),
    'min_kinds': Word('至少含几种字符（大写、小写、数字、其他）', 'Kinds of characters (upper case, lower case, digits, others)'),
    'history': Word('不得重复最近几次用过的密码', 'Earlier passwords that are not taken again'),
    'max_age_days': Word('密码有效天数（0 为长期有效）', 'Days until a password must be changed (0: never)'),
    'max_sessions': Word('一人同时登录的浏览器数', 'Browsers one person may be signed in with'),
    'countersign_days': Word('事后会签期限（天）', 'Days in which a second person signs'),
    'second_factor': Word('双因素登录', 'Second factor'),
    'join_duties': Word('允许一人兼任须分开的职责（仅限人员少的中心）', 'One person may join duties kept apart (small halls only)'),
}
"""What each is called on the page."""


def fitting(wanted: AccountPolicy) -> None:
    """Raises Rejection for a value out of its bounds."""
    for name, (lowest, highest) in BOUNDS.items():
        if not lowest <= getattr(wanted, name) <= highest:
            message = f'Expected {name} from {lowest} to {highest}, but got {getattr(wanted, name)}'
            raise Rejection(message, f'{NAMES[name]}应在 {lowest} 至 {highest} 之间')
    if wanted.second_factor not in SECOND_FACTOR:
        raise Rejection(f'Expected second_factor among {sorted(SECOND_FACTOR)}, but got {wanted.second_factor!r}', '没有这种双因素要求')


def change_policy(tx: Tx, wanted: AccountPolicy, reason: str) -> None:
    """Another policy from now on. Raises Rejection for a value out of its bounds, Forbidden."""
    need_everywhere(tx.connection, tx.by, 'account.policy')
    fitting(wanted)
    before, why = policy(tx.connection), checked_reason(reason)
    there = tx.connection.execute(select(account_policy.c.id)).first()
    values = asdict(wanted)
    tx.connection.execute(update(account_policy).values(values) if there else insert(account_policy).values(id=_ID, **values))
    changed = {name: [old, values[name]] for name, old in asdict(before).items() if old != values[name]}
    note(tx, 'policy.changed', 'accounts', why, changed)
    ask(tx, 'policy.changed', 'accounts', why)


@dataclass(frozen=True)
class Person:
    """Whose password it is. `new`: he has no account yet, so no earlier password either."""

    username: str
    name: str
    new: bool = False


def accept(connection: Connection, password: str, whose: Person, *, temporary: bool = False) -> NewPassword:
    """The password, hashed, if it is good enough for this person. Raises WeakPassword with the first thing that is wrong.

    Call it before a transaction that writes: it hashes. `temporary`: somebody else has chosen it.
    """
    asked = policy(connection)
    wrong = weakness(asked, password, whose)
    wrong = wrong or (None if whose.new else _used(connection, asked, password, whose.username))
    if wrong:
        raise WeakPassword(f'Expected another password, but {wrong.en}', wrong)
    return NewPassword(PEOPLE.hash(password), temporary)


def weakness(asked: AccountPolicy, password: str, whose: Person) -> Word | None:
    """What is wrong with a password, whatever this person had before; None: it is good enough."""
    return _shape(asked, password) or _known(password) or _personal(password, whose)


def drawn() -> tuple[str, NewPassword]:
    """A password for the first sign-in, drawn by the machine: 12 signs, about 59 bits. Its text and what is stored."""
    text = ''.join(secrets.choice(_SIGNS) for _ in range(_LENGTH))
    return text, NewPassword(PEOPLE.hash(text), temporary=True)


def record(tx: Tx, username: str, new: NewPassword) -> None:
    """Keep a password somebody has from now on; those further back than the policy looks are forgotten."""
    row = {'username': username, 'hash': new.hash, 'set_at': tx.now, 'temporary': new.temporary}
    tx.connection.execute(insert(clerk_password), [row])
    kept = clerk_password.c
    ids = tx.connection.execute(select(kept.id).where(kept.username == username).order_by(kept.id.desc())).scalars().all()
    old = ids[max(1, policy(tx.connection).history) :]
    if old:
        tx.connection.execute(delete(clerk_password).where(kept.id.in_(old)))


def must_change(connection: Connection, username: str, now: datetime) -> bool:
    """Whether this person has to choose another password before anything else: his is temporary, too old, or nobody knows how old."""
    kept = clerk_password.c
    newest = select(func.max(kept.id)).where(kept.username == username).scalar_subquery()
    row = connection.execute(select(kept.temporary, kept.set_at).where(kept.id == newest)).one_or_none()
    days = policy(connection).max_age_days
    return row is None or row.temporary or (days > 0 and row.set_at + timedelta(days=days) <= now)


def in_demo_hall(connection: Connection) -> bool:
    """Whether there is a made-up hall here: its accounts have a password that everybody knows."""
    return connection.execute(select(t.hall.c.code).where(t.hall.c.demo).limit(1)).first() is not None


def _shape(asked: AccountPolicy, password: str) -> Word | None:
    if len(password) < asked.min_length:
        return Word(f'密码至少 {asked.min_length} 位', f'it has fewer than {asked.min_length} characters')
    kinds = sum(any(sign in kind for sign in password) for kind in KINDS) + any(sign not in ''.join(KINDS) for sign in password)
    if kinds < asked.min_kinds:
        zh = f'密码应含大写字母、小写字母、数字、其他符号中的至少 {asked.min_kinds} 种'
        return Word(zh, f'it has fewer than {asked.min_kinds} of upper case, lower case, digits and other signs')
    if len(set(password.casefold())) < FEWEST_DIFFERENT or is_blank(password):
        return Word('密码中不同的字符过少', f'it has fewer than {FEWEST_DIFFERENT} different characters')
    return None


def _known(password: str) -> Word | None:
    """Common ones, also with digits and signs before or after them, or with signs for letters."""
    lowered = password.casefold()
    bare = re.sub(r'^[\W\d_]+|[\W\d_]+$', '', lowered)
    letters = re.sub(r'[\W\d_]+', '', bare.translate(_LEET))
    if common_passwords().isdisjoint({lowered, bare, letters, re.sub(r'[\W_]+', '', lowered)}):
        return None
    return Word('密码过于常见', 'it is a common one')


def _personal(password: str, whose: Person) -> Word | None:
    lowered = password.casefold()
    if any(len(one) > 1 and one.casefold() in lowered for one in (whose.username, whose.name)):
        return Word('密码不得含有用户名或姓名', 'it contains the name of the account or of the person')
    return None


def _used(connection: Connection, asked: AccountPolicy, password: str, username: str) -> Word | None:
    kept = clerk_password.c
    had = select(kept.hash).where(kept.username == username).order_by(kept.id.desc()).limit(asked.history)
    if any(PEOPLE.fits(one, password) for one in connection.execute(had).scalars()):
        return Word(f'不能使用最近 {asked.history} 次用过的密码', f'it is one of the last {asked.history}')
    return None


@cache
def common_passwords() -> frozenset[str]:
    """The passwords everybody guesses first, in lower case."""
    lines = COMMON.read_text(encoding='utf-8').splitlines()
    return frozenset(word for line in lines if not line.startswith('#') for word in line.split())
