"""What may stand in the fields of a department, a window and a clerk; a complaint names its field, so that a page can show it there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from engine import NotFound, Rejection
from engine.identity import complaint_about, normalise_as
from tasks import tables as t
from tasks.calendars.halls import need_hall
from tasks.rows import DEPARTMENTS, WINDOWS, StoredDepartment, StoredWindow
from tasks.words.texts import checked, checked_reason

if TYPE_CHECKING:
    from engine import Tx

_CODE = re.compile(r'\w[\w.-]*')
_USERNAME = re.compile(r'\w[\w.@-]*')
_RESERVED = ('applicant',)  # the candidate group of whoever applies
_OURS = re.compile(r'(system|cli)([:.].*)?', re.IGNORECASE)  # names under which the program itself stands in the logs


class Misfilled(Rejection):
    """One field holds what it cannot; `field` is its name, empty when no single field is to blame."""

    def __init__(self, field: str, message: str, zh: str) -> None:
        super().__init__(message, zh, field=field)
        self.field = field


def line(field: str, text: str, what: str, zh: str, *, most: int, required: bool = False) -> str:
    """One line of text as it is stored. Raises Misfilled."""
    try:
        value = checked(text, what, zh, most=most)
    except Rejection as refusal:
        raise Misfilled(field, str(refusal), refusal.zh) from refusal
    if required and not value:
        raise Misfilled(field, f'Expected {what}, but it is empty', f'请填写{zh}')
    return value


def code(text: str, what: str, zh: str, *, most: int) -> str:
    """A code people speak in: letters, digits, _ - and . without spaces. Raises Misfilled."""
    value = line('code', text, what, zh, most=most, required=True)
    if not _CODE.fullmatch(value) or value in _RESERVED:
        message = f'Expected {what} of letters, digits, _ - and ., but got {value!r}'
        raise Misfilled('code', message, f'{zh}只能用字母、数字、_ - .，且不得为 applicant')
    return value


def username(text: str) -> str:
    """A new user name. Raises Misfilled."""
    value = line('username', text, 'a username', '用户名', most=100, required=True)
    if not _USERNAME.fullmatch(value):
        message = f'Expected a username of letters, digits, _ - . and @, but got {value!r}'
        raise Misfilled('username', message, '用户名只能用字母、数字、_ - . @，不含空格')
    if _OURS.fullmatch(value):
        raise Misfilled('username', f'Expected a name the program does not use itself, but got {value!r}', f'用户名 {value} 由系统保留')
    return value


def uscc(text: str) -> str:
    """A unified social credit code with its check character (GB 32100), or nothing. Raises Misfilled."""
    value = normalise_as('uscc', text)
    if value and (wrong := complaint_about('uscc', value)):
        raise Misfilled('uscc', *wrong)
    return value


def certificate(number: str, until: str) -> tuple[str, str]:
    """A law enforcement certificate (S-68): number and last day (ISO date) together, or neither. Raises Misfilled."""
    number = line('certificate_no', number, 'a certificate number', '执法证号', most=50)
    until = until.strip()
    if until:
        try:
            until = date.fromisoformat(until).isoformat()
        except ValueError as error:
            message = f'Expected a date like 2027-12-31, but got {until!r}'
            raise Misfilled('certificate_until', message, '有效期应为日期，如 2027-12-31') from error
    if number and not until:
        raise Misfilled('certificate_until', 'Expected the last day of the certificate, but it is empty', '请填写执法证有效期')
    if until and not number:
        raise Misfilled('certificate_no', 'Expected the number of the certificate, but it is empty', '请填写执法证号')
    return number, until


def reason(text: str) -> str:
    """Why something is changed; never empty. Raises Misfilled."""
    words = checked_reason(text)
    if not words:
        raise Misfilled('reason', 'Expected a reason, but it is empty', '请填写理由')
    return words


def hall(connection: Connection, wanted: str | None) -> str:
    """The hall's code; the only one when none is named. Raises NoHall when there is none, Misfilled when one must be named."""
    halls = need_hall(connection)
    if not wanted and len(halls) == 1:
        return halls[0]
    if wanted not in halls:
        raise Misfilled('hall', f'Expected one of the halls {halls}, but got {wanted!r}', '请选择政务大厅')
    return str(wanted)


def department(connection: Connection, wanted: str | None, hall_code: str | None = None) -> str | None:
    """The code of a department that is there (in this hall), None for none. Raises Misfilled."""
    if not wanted:
        return None
    found = connection.execute(select(t.department.c.hall).where(t.department.c.code == wanted)).scalar_one_or_none()
    if found is None or (hall_code and found != hall_code):
        raise Misfilled('department', f'Expected a department of the hall, but there is no {wanted!r}', f'没有部门 {wanted}')
    return wanted


def find_department(connection: Connection, code: str) -> StoredDepartment:
    """A department, for the page that changes it. Raises NotFound."""
    row = DEPARTMENTS.first(connection, DEPARTMENTS.select().where(t.department.c.code == code))
    if row is None:
        raise NotFound(f'Expected a department, but there is no {code!r}', f'没有部门 {code}')
    return row


def find_window(connection: Connection, code: str) -> StoredWindow:
    """A window, for the page that changes it. Raises NotFound."""
    row = WINDOWS.first(connection, WINDOWS.select().where(t.window.c.code == code))
    if row is None:
        raise NotFound(f'Expected a window, but there is no {code!r}', f'没有窗口 {code}')
    return row


@contextmanager
def unique(tx: Tx, complaint: Misfilled) -> Iterator[None]:
    """Insert a row whose key may have been taken since it was looked up: then this complaint, not a broken transaction."""
    try:
        with tx.connection.begin_nested():
            yield
    except IntegrityError as error:
        raise complaint from error
