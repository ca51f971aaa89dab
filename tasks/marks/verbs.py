"""What people do with a mark: the window answers, the supervisor settles it, withdraws it or raises one himself. Each is on the case's
record, and never undone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, bindparam, func, select, update

from engine import Conflict, Forbidden, NotFound, Rejection
from engine.rows import known
from tasks import tables as t
from tasks.cases.receipt import find_case
from tasks.marks.duty import Duty, department_of, duty_of
from tasks.marks.raising import Grounds, raise_given
from tasks.marks.reminders import forget_asked
from tasks.marks.rows import MARKS, StoredMark
from tasks.marks.rules import DISPOSITION, FAULT, LEVEL, RULES, STATE, by_hand
from tasks.marks.tables import mark
from tasks.rights.asking import may, need

if TYPE_CHECKING:
    from engine import Actor, Tx

MAX_TEXT = 2000
_MARK = MARKS.select().where(mark.c.id == bindparam('mark'))
_INSTANCE = select(mark.c.instance_id).where(mark.c.id == bindparam('mark'))


def answers_for(actor: Actor, row: StoredMark) -> bool:
    """Whether the actor belongs to the unit a mark is about, or is the person named."""
    return actor.id == row.person or row.window in actor.groups


def reply(tx: Tx, mark_id: int, text: str, *, with_others: bool = False) -> None:
    """The responsible window's answer, once; `with_others` answers every other mark of the case that waits for this actor too (one cause
    breaks several limits). Raises Forbidden for others, Conflict naming who answered before, Rejection when blank."""
    text = _text(text, '答复')
    instance_id = _instance(tx.connection, mark_id)
    with tx.frame(instance_id) as frame:
        row = _settleable(tx.connection, mark_id)
        if not answers_for(tx.by, row):
            raise Forbidden(f'Expected a clerk of {row.window}, but {tx.by.id} is not', '只有责任窗口可以答复')
        if row.state != 'raised':
            message = f'Expected an unanswered mark, but {row.replied_by} replied at {row.replied_at}'
            raise Conflict(message, '该标记已答复', who=row.replied_by, when=row.replied_at, state=row.state)
        answered = [row, *(waiting_for(tx.connection, tx.by, row.case_no, mark_id) if with_others else ())]
        values = {'state': 'replied', 'reply': text, 'replied_at': tx.now, 'replied_by': tx.by.id}
        tx.connection.execute(update(mark).where(mark.c.id.in_([one.id for one in answered])).values(values))
        forget_asked(tx, row.case_no, [one.id for one in answered])
        for one in answered:
            late = one.reply_due_at is not None and tx.now >= one.reply_due_at
            frame.record('mark.replied', {'mark': one.id, 'number': one.number, 'late': late})


def waiting_for(connection: Connection, actor: Actor, case_no: str, mark_id: int) -> list[StoredMark]:
    """The other marks of a mark's case that wait for an answer the actor may give, oldest first."""
    same = (mark.c.case_no == case_no, mark.c.id != mark_id, mark.c.colour != 'amber', mark.c.state == 'raised')
    return [one for one in MARKS.all(connection, MARKS.select().where(*same).order_by(mark.c.id)) if answers_for(actor, one)]


def dispose(tx: Tx, mark_id: int, disposition: str, *, level: str, fault: str, opinion: str) -> None:
    """The supervisor's decision on an answered mark, or on one whose time to answer is over (S-57: who, rule, level, disposition)."""
    need(tx.by, 'mark.judge')
    opinion = _text(opinion, '处理意见')
    _one_of(disposition, DISPOSITION, '处理方式')
    _one_of(level, LEVEL, '责任层级')
    _one_of(fault, FAULT, '过错类型')
    with tx.frame(_instance(tx.connection, mark_id)) as frame:
        row = _settleable(tx.connection, mark_id)
        need(tx.by, 'mark.judge', row.hall)
        _not_mine(tx, row)
        if row.state == 'raised' and row.reply_due_at is not None and tx.now < row.reply_due_at:
            message = f'Expected a reply, or its time to be over, but the window may reply until {row.reply_last_day}'
            raise Rejection(message, f'责任窗口最迟可于 {row.reply_last_day} 答复，答复后或逾期未答复方可处理')
        values = {
            'state': 'disposed',
            'disposition': disposition,
            'level': level,
            'fault': fault,
            'opinion': opinion,
            'settled_at': tx.now,
            'settled_by': tx.by.id,
        }
        tx.connection.execute(update(mark).where(mark.c.id == mark_id).values(values))
        forget_asked(tx, row.case_no, [mark_id])
        said = {'mark': mark_id, 'number': row.number, 'disposition': disposition, 'level': level, 'fault': fault}
        frame.record('mark.disposed', said)


def withdraw(tx: Tx, mark_id: int, reason: str) -> None:
    """Take back a mark that was unfounded, saying why; it stays to be seen. Amber ones, too."""
    need(tx.by, 'mark.judge')
    reason = _text(reason, '撤销理由')
    with tx.frame(_instance(tx.connection, mark_id)) as frame:
        row = _mark(tx.connection, mark_id)
        need(tx.by, 'mark.judge', row.hall)
        _not_mine(tx, row)
        if row.state in ('withdrawn', 'disposed', 'closed'):
            _settled(row)
        values = {'state': 'withdrawn', 'opinion': reason, 'settled_at': tx.now, 'settled_by': tx.by.id}
        tx.connection.execute(update(mark).where(mark.c.id == mark_id).values(values))
        forget_asked(tx, row.case_no, [mark_id])
        frame.record('mark.withdrawn', {'mark': mark_id, 'number': row.number, 'reason': reason})


def raise_by_hand(tx: Tx, case_no: str, rule: int, grounds: str, *, window: str = '', fault: str = '', person: str = '') -> int:
    """A mark the supervisor gives for what no clock can tell (rules 1, 4–8); its id. Without a window the one that has the case answers."""
    need(tx.by, 'mark.judge')
    grounds = _text(grounds, '事实')
    if rule not in RULES:
        raise Rejection(f'Expected a rule among {sorted(RULES)}, but got {rule}', '没有这条监察规则')
    colour, fault = by_hand(rule, fault or None)
    _one_of(fault, FAULT, '过错类型')
    case = find_case(tx.connection, case_no)
    need(tx.by, 'mark.judge', case.hall)
    with tx.frame(case.instance_id):
        _not_said(tx, case_no, rule, grounds)
        duty = duty_of(tx, case) if not window else _named(tx.connection, window, person)
        given = select(func.count()).select_from(mark).where(mark.c.case_no == case_no, mark.c.subject.startswith('hand:'))
        number = tx.connection.execute(given).scalar_one() + 1
        return raise_given(
            tx, case, Grounds(subject=f'hand:{number}', title=RULES[rule], rule=rule, colour=colour, fault=fault, grounds=grounds), duty
        )


def _named(connection: Connection, window: str, person: str) -> Duty:
    if connection.execute(select(t.window.c.code).where(t.window.c.code == window)).first() is None:
        raise Rejection(f'Expected a window of the hall, but {window!r} is none', '没有这个窗口')
    works = select(t.clerk_window.c.username).where(t.clerk_window.c.username == person, t.clerk_window.c.window == window)
    if person and connection.execute(works).first() is None:
        raise Rejection(f'Expected a clerk of {window}, but {person!r} is none', '该人员不在这个窗口岗位')
    return Duty(window, department_of(connection, window), person)


def _not_said(tx: Tx, case_no: str, rule: int, grounds: str) -> None:
    same = (mark.c.case_no == case_no, mark.c.rule == rule, mark.c.grounds == grounds, mark.c.subject.startswith('hand:'))
    row = tx.connection.execute(select(mark.c.raised_by, mark.c.raised_at).where(*same, mark.c.state != 'withdrawn').limit(1)).one_or_none()
    if row is not None:
        message = f'Expected a new mark, but {row.raised_by} raised the same at {row.raised_at}'
        raise Conflict(message, '相同的标记已经发出', who=row.raised_by, when=row.raised_at)


def _instance(connection: Connection, mark_id: int) -> int:
    found = connection.execute(_INSTANCE, {'mark': mark_id}).scalar_one_or_none()
    if found is None:
        raise NotFound(f'Expected a mark, but there is no {mark_id}', '没有这个标记')
    return int(found)


def _mark(connection: Connection, mark_id: int) -> StoredMark:
    return known(MARKS.first(connection, _MARK, {'mark': mark_id}), 'a mark')


def _settleable(connection: Connection, mark_id: int) -> StoredMark:
    row = _mark(connection, mark_id)
    if row.colour == 'amber':
        raise Rejection('Expected a yellow or red mark, but an amber one only warns', '预警无需答复和处理')
    if row.state in ('disposed', 'withdrawn'):
        _settled(row)
    return row


def _settled(row: StoredMark) -> None:
    message = f'Expected an open mark, but {row.settled_by} had it {row.state} at {row.settled_at}'
    raise Conflict(message, f'该标记{STATE[row.state]}', who=row.settled_by, when=row.settled_at, state=row.state)


def judges(actor: Actor, row: StoredMark) -> bool:
    """Whether the mark is another's affair: whoever it names, or who has answered it for his window, does not settle it."""
    return may(actor, 'mark.judge', row.hall) and actor.id not in {row.person, row.replied_by}


def _not_mine(tx: Tx, row: StoredMark) -> None:
    if tx.by.kind != 'system' and not judges(tx.by, row):
        raise Forbidden(f'Expected another supervisor, but the mark names {tx.by.id} or was answered by him', '标记涉及本人，须由他人处理')


def _one_of(value: str, known: Any, zh: str) -> None:
    if value not in known:
        raise Rejection(f'Expected one of {", ".join(known)}, but got {value!r}', f'请选择{zh}')


def _text(text: str, zh: str) -> str:
    text = text.strip()
    if not text:
        raise Rejection(f'Expected a text ({zh}), but it is empty', f'请填写{zh}')
    if len(text) > MAX_TEXT:
        raise Rejection(f'Expected at most {MAX_TEXT} characters, but got {len(text)}', f'{zh}不得超过 {MAX_TEXT} 字')
    return text
