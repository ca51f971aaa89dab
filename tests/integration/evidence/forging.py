"""What somebody who writes the database past the program might do: one function each, with the finding that must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Table, delete, insert, select, update

from engine.core.history import Event, link
from engine.evidence import CASE, ENTRIES, Entry
from engine.tables import (
    calendar_day,
    clock,
    evidence,
    evidence_head,
    evidence_key,
    history,
    process_definition,
    process_instance,
    stop,
    user_task,
)
from tasks import tables as t
from tasks.demo.copying import tables_of_a_case
from tasks.evidence.keys import Keys
from tasks.marks.tables import mark
from tasks.migration.tables import case_batch

BROKEN = mark.c.colour != 'amber'
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Forgery:
    """What is done, and what the doctor must say: the kind of a finding, and a part of the object it names."""

    does: Callable[[Any], str | None]
    kind: str
    object: str


def _change(table: Table, *where: Any, **values: Any) -> Callable[[Any], None]:
    def do(forger: Any) -> None:
        with forger.database() as connection:
            one = select(*table.primary_key.columns).where(*where).order_by(*table.primary_key.columns).limit(1)
            key = connection.execute(one).one()
            mine = [column == value for column, value in zip(table.primary_key.columns, key, strict=True)]
            assert connection.execute(update(table).where(*mine).values(**values)).rowcount == 1

    return do


def _delete(table: Table, *where: Any) -> Callable[[Any], None]:
    def do(forger: Any) -> None:
        with forger.database() as connection:
            assert connection.execute(delete(table).where(*where)).rowcount

    return do


def _broken_case(forger: Any) -> tuple[int, str]:
    row = forger.row(mark, BROKEN)
    return row['instance_id'], row['case_no']


def drop_a_breach(forger: Any) -> None:
    """The event goes, the rest of the history is hashed anew, the clock is met, the marks are gone: the fifteen lines of A-04."""
    instance_id, _ = _broken_case(forger)
    with forger.database() as connection:
        rows = connection.execute(select(history).where(history.c.instance_id == instance_id).order_by(history.c.seq)).mappings().all()
        kept = [row for row in rows if row['event'] not in ('clock.breached', 'mark.raised', 'mark.replied')]
        assert len(kept) < len(rows)
        connection.execute(delete(history).where(history.c.instance_id == instance_id))
        previous = ''
        for seq, row in enumerate(kept, start=1):
            facts = {name: row[name] for name in ('event', 'element', 'token', 'data', 'at', 'by')}
            happened = Event(instance_id=instance_id, business_key='', definition_id=0, definition_key='', **facts)
            previous = link(previous, happened, seq)
            connection.execute(insert(history).values({**row, 'seq': seq, 'hash': previous}))
        heads = {'last_hash': previous, 'history_length': len(kept)}
        connection.execute(update(process_instance).where(process_instance.c.id == instance_id).values(heads))
        connection.execute(update(clock).where(clock.c.instance_id == instance_id).values(state='met', met_at=clock.c.anchor))
        connection.execute(delete(mark).where(mark.c.instance_id == instance_id))


def delete_a_case(forger: Any, *, with_chain: bool) -> None:
    """Every row of a case, its chain too."""
    instance_id, case_no = _broken_case(forger)
    with forger.database() as connection:
        for table in reversed(tables_of_a_case()):
            for name, value in (('case_no', case_no), ('instance_id', instance_id)):
                if name in table.c:
                    connection.execute(delete(table).where(table.c[name] == value))
        connection.execute(delete(process_instance).where(process_instance.c.id == instance_id))
        if with_chain:
            connection.execute(delete(evidence).where(evidence.c.chain == CASE + case_no))


def _entries(connection: Any, chain: str) -> list[Entry]:
    rows = connection.execute(ENTRIES.select().where(evidence.c.chain == chain).order_by(evidence.c.seq))
    return [Entry(**row._mapping) for row in rows]


def rewrite_a_chain(forger: Any, sign: Callable[[str], str], key: str | None = None) -> None:
    """A clock is met, its digest put into every entry, and everything hashed and linked anew: by somebody who has not the key."""
    instance_id, case_no = _broken_case(forger)
    kind = next(one for one in forger.engine().sealer.kinds if one.name == 'clock')
    with forger.database() as connection:
        mine = clock.c.instance_id == instance_id
        connection.execute(update(clock).where(mine, clock.c.state == 'breached').values(state='met'))
        rows = connection.execute(select(clock).where(mine)).mappings().all()
        digests = {kind.object(row): kind.digest([row]) for row in rows}
        previous = ''
        for entry in _entries(connection, CASE + case_no):
            objects = {name: digests.get(name, digest) for name, digest in entry.objects.items()}
            made = replace(entry, objects=objects, previous=previous, key=key or entry.key)
            made = replace(made, hash=made.computed(), signature=sign(made.computed()))
            where = (evidence.c.chain == entry.chain, evidence.c.seq == entry.seq)
            connection.execute(update(evidence).where(*where).values({name: getattr(made, name) for name in Entry.__dataclass_fields__}))
            previous = made.link
        connection.execute(update(process_instance).where(process_instance.c.id == instance_id).values(evidence_link=previous))


def cut_a_chain(forger: Any, *, head: bool) -> None:
    """The newest entry of a case goes; `head`: what the case says of its chain is set back, too."""
    instance_id, case_no = _broken_case(forger)
    with forger.database() as connection:
        entries = _entries(connection, CASE + case_no)
        connection.execute(delete(evidence).where(evidence.c.chain == CASE + case_no, evidence.c.seq == entries[-1].seq))
        if head:
            back = {'evidence_seq': entries[-2].seq, 'evidence_link': entries[-2].link}
            connection.execute(update(process_instance).where(process_instance.c.id == instance_id).values(back))


def swap_two_chains(forger: Any) -> None:
    """The chains of two cases change places, heads and all."""
    with forger.database() as connection:
        one, other = connection.execute(select(process_instance).order_by(process_instance.c.id).limit(2)).mappings()
        names = {CASE + one['business_key']: CASE + other['business_key'], CASE + other['business_key']: CASE + one['business_key']}
        rows = connection.execute(select(evidence).where(evidence.c.chain.in_(names))).mappings().all()
        connection.execute(delete(evidence).where(evidence.c.chain.in_(names)))
        connection.execute(insert(evidence), [{**row, 'chain': names[row['chain']]} for row in rows])
        for mine, theirs in ((one, other), (other, one)):
            heads = {name: theirs[name] for name in ('evidence_seq', 'evidence_link')}
            connection.execute(update(process_instance).where(process_instance.c.id == mine['id']).values(heads))


def _decided_earlier(forger: Any) -> None:
    row = forger.row(t.approval_case, t.approval_case.c.decided_at.is_not(None))
    _change(t.approval_case, t.approval_case.c.case_no == row['case_no'], decided_at=row['decided_at'] - DAY)(forger)


def insert_a_case(forger: Any) -> None:
    """A case that nobody received, copied from another."""
    with forger.database() as connection:
        case = dict(connection.execute(select(t.approval_case).limit(1)).mappings().one())
        instance = dict(connection.execute(select(process_instance).where(process_instance.c.id == case['instance_id'])).mappings().one())
        number = '990121202603030000011'
        connection.execute(insert(process_instance).values({**instance, 'id': 9999, 'business_key': number}))
        connection.execute(insert(t.approval_case).values({**case, 'case_no': number, 'instance_id': 9999, 'submission': None}))


def insert_a_document(forger: Any) -> None:
    """A document nobody issued."""
    row = forger.row(t.document)
    with forger.database() as connection:
        connection.execute(insert(t.document).values({**row, 'id': 9999, 'number': '清政服〔2026〕第009999号'}))


def replace_the_key(forger: Any) -> None:
    """A key of the forger's own signs a chain anew and stands in the database for the hall's."""
    mine = Keys.new()
    rewrite_a_chain(forger, mine.sign, mine.key)
    with forger.database() as connection:
        row = connection.execute(select(evidence_key)).mappings().first()
        assert row is not None
        connection.execute(insert(evidence_key).values({**row, 'id': mine.key, 'public': mine.public}))


def empty_the_log(forger: Any) -> None:
    """Every line, every entry, every head of it."""
    _delete(t.operator_log)(forger)


def _content(forger: Any) -> None:
    row = forger.row(process_definition)
    _change(process_definition, process_definition.c.id == row['id'], bundle=row['bundle'] + b'x')(forger)


def _role(forger: Any) -> None:
    _change(t.clerk, t.clerk.c.username == 'chuangkou', roles=['clerk', 'administrator'])(forger)


def _signature(forger: Any) -> None:
    _change(evidence, evidence.c.chain.like('case/%'), evidence.c.seq == 2, signature='A' * 86 + '==')(forger)


def _add(forger: Any, table: Table, **values: Any) -> None:
    with forger.database() as connection:
        connection.execute(insert(table).values(values))


def _lead(forger: Any) -> None:
    named = forger.row(t.definition_window)
    _add(forger, t.definition_window, definition_id=named['definition_id'], duty='named', window='another')


def swap_two_versions(forger: Any) -> None:
    """Every case of one version goes on under the rules of another: the cases name it by its id."""
    row = process_definition.c
    with forger.database() as connection:
        first, second = connection.execute(select(row.id).order_by(row.id).limit(2)).scalars()
        for old, new in ((first, -1), (second, first), (-1, second)):
            connection.execute(update(process_definition).where(row.id == old).values(id=new))


def _count(table: Table, by: int, *, certificates: bool = False) -> Callable[[Any], None]:
    """A counter says more or less than was given out."""

    def do(forger: Any) -> None:
        of = table.c[table.primary_key.columns.keys()[0]]
        row = forger.row(table, of.startswith('licence:') if certificates else ~of.startswith('licence:'))
        mine = [column == row[column.name] for column in table.primary_key.columns]
        _change(table, *mine, last=row['last'] + by)(forger)

    return do


def _open_task(**values: Any) -> Callable[[Any], None]:
    return _change(user_task, user_task.c.state == 'open', **values)


def _cut_hall(forger: Any) -> None:
    with forger.database() as connection:
        last = connection.execute(select(evidence_head.c.seq).where(evidence_head.c.chain == 'hall')).scalar_one()
        connection.execute(delete(evidence).where(evidence.c.chain == 'hall', evidence.c.seq == last))


def insert_a_batch(forger: Any) -> None:
    """A finished batch that nobody ordered."""
    at = forger.row(process_instance)['started_at']
    order = {'definition': 1, 'plan': None, 'leave': ['a'], 'begin': 'b', 'cases': []}
    _add(forger, case_batch, kind='move', order=order, reason='x', state='done', by='guanli', by_name='x', at=at)


FORGERIES = {
    'a batch is added': Forgery(insert_a_batch, 'changed', 'batch/'),
    'a breach is dropped and the history hashed anew': Forgery(drop_a_breach, 'changed', 'history'),
    'a broken clock is met': Forgery(_change(clock, clock.c.state == 'breached', state='met'), 'changed', 'clock/'),
    'a clock begins later': Forgery(lambda f: _change(clock, anchor=f.row(clock)['anchor'] + DAY)(f), 'changed', 'clock/'),
    'a mark is deleted': Forgery(_delete(mark, BROKEN), 'missing', 'mark/'),
    'the answer to a mark is edited': Forgery(_change(mark, mark.c.state == 'replied', reply='窗口无责'), 'changed', 'mark/'),
    'a mark is settled': Forgery(_change(mark, BROKEN, state='withdrawn'), 'changed', 'mark/'),
    'the text of a document is changed': Forgery(_change(t.document, body='<p>准予</p>'), 'changed', 'document/'),
    'the number of a document is changed': Forgery(_change(t.document, number='清政服〔2026〕第009999号'), 'missing', 'document/'),
    'a document is deleted': Forgery(lambda f: _delete(t.document, t.document.c.id == f.row(t.document)['id'])(f), 'missing', 'document/'),
    'a document is added': Forgery(insert_a_document, 'added', 'document/'),
    'the result of a case is changed': Forgery(_change(t.approval_case, result='refused'), 'changed', 'case'),
    'the applicant is another': Forgery(_change(t.approval_case, applicant_name='李四'), 'changed', 'case'),
    'the decision is earlier': Forgery(_decided_earlier, 'changed', 'case'),
    'the receipt is later': Forgery(
        lambda f: _change(t.approval_case, received_at=f.row(t.approval_case)['received_at'] + DAY)(f), 'changed', 'case'
    ),
    'a stop lasts longer': Forgery(lambda f: _change(stop, to=f.row(stop)['to'] + DAY)(f), 'changed', 'stop/'),
    'a stop is deleted': Forgery(_delete(stop), 'missing', 'stop/'),
    'a material has come': Forgery(_change(t.case_material, state='defective'), 'changed', 'material/'),
    'the licence is for another': Forgery(_change(t.licence, holder='李四'), 'changed', 'licence/'),
    'the state of the process is changed': Forgery(_change(process_instance, state=b'x'), 'changed', 'process'),
    'a line of the operator log is edited': Forgery(_change(t.operator_log, reason='例行'), 'changed', 'log/'),
    'a line of the operator log is deleted': Forgery(
        lambda f: _delete(t.operator_log, t.operator_log.c.id == f.row(t.operator_log)['id'])(f), 'missing', 'log/'
    ),
    'the operator log is emptied': Forgery(empty_the_log, 'missing', 'log/'),
    'a case is deleted': Forgery(lambda f: delete_a_case(f, with_chain=False), 'missing', CASE),
    'a case is deleted with its chain': Forgery(lambda f: delete_a_case(f, with_chain=True), 'missing', CASE),
    'the newest entry of a chain is deleted': Forgery(lambda f: cut_a_chain(f, head=False), 'end', CASE),
    'an entry in the middle is deleted': Forgery(_delete(evidence, evidence.c.seq == 2, evidence.c.chain.like('case/%')), 'gap', CASE),
    'a signature is replaced': Forgery(_signature, 'link', CASE),
    'a chain is rewritten without the key': Forgery(lambda f: rewrite_a_chain(f, lambda _text: 'A' * 86 + '=='), 'signature', CASE),
    'the key is replaced': Forgery(replace_the_key, 'key', 'key '),
    'a chain is signed with another key': Forgery(replace_the_key, 'key', CASE),
    'two cases change their chains': Forgery(swap_two_chains, 'entry', CASE),
    'the content of a released version is changed': Forgery(_content, 'changed', 'definition/'),
    'a version in force is retired': Forgery(_change(process_definition, state='retired'), 'changed', 'definition/'),
    'a clerk becomes an administrator': Forgery(_role, 'changed', 'clerk/'),
    'a password is another': Forgery(_change(t.clerk, password_hash='$argon2id$'), 'changed', 'clerk/'),
    'a window gets another authority': Forgery(
        _change(t.window, t.window.c.authority == 'receive', authority='decide'), 'changed', 'window/'
    ),
    'a clerk works at another window': Forgery(_delete(t.clerk_window, t.clerk_window.c.username == 'chuangkou'), 'missing', 'windows/'),
    'a day becomes a working day': Forgery(
        lambda f: _add(f, calendar_day, calendar='CN', date='2031-01-01', working=True, name='', source='', version=1), '', 'calendar/'
    ),
    'a window gets to lead an item': Forgery(_lead, 'changed', 'duties/'),
    'the windows an item names are gone': Forgery(_delete(t.definition_window), 'missing', 'duties/'),
    'two versions change places': Forgery(swap_two_versions, 'changed', 'definition/'),
    'a case is inserted': Forgery(insert_a_case, 'unsealed', CASE),
    'another query password': Forgery(_change(t.approval_case, query_password_hash='$argon2id$mine'), 'changed', 'case'),
    'a counter of cases is set forward': Forgery(_count(t.case_sequence, 3000), 'series', 'series '),
    'a counter of cases is set back': Forgery(_count(t.case_sequence, -1), 'series', 'series '),
    'a counter of cases is gone': Forgery(_delete(t.case_sequence), 'series', 'series '),
    'a counter of documents is set forward': Forgery(_count(t.document_sequence, 3), 'missing', 'document/'),
    'a counter of documents is set back': Forgery(_count(t.document_sequence, -1), 'series', 'series '),
    'a counter of documents is gone': Forgery(_delete(t.document_sequence), 'series', 'series '),
    'a counter of certificates is set forward': Forgery(_count(t.document_sequence, 3, certificates=True), 'missing', 'licence/'),
    'a counter of certificates is set back': Forgery(_count(t.document_sequence, -1, certificates=True), 'series', 'series '),
    'nobody is barred from a step any more': Forgery(_open_task(not_by=['x']), 'changed', 'user_task/'),
    'a step is signed by one more': Forgery(_open_task(signatures=[{'by': 'guanli', 'at': '', 'variables': {}}]), 'changed', 'user_task/'),
    'a step goes to another window': Forgery(_open_task(candidate_groups=['x'], group_key='x'), 'changed', 'user_task/'),
    'a case was begun earlier': Forgery(
        lambda f: _change(process_instance, started_at=f.row(process_instance)['started_at'] - DAY)(f), 'changed', 'process'
    ),
    'the chain of the hall is cut': Forgery(_cut_hall, 'end', 'hall'),
}
"""By what is done, in words."""
