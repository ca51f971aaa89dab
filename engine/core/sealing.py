"""What one transaction has touched of the evidence, and the entries that seal it before the commit.

Nobody has to remember to seal: every write to a table under the chain is seen where it is sent. Inserts say what their rows are; before an
update or delete the keys of its rows are asked for, and the rows are read again when the entry is made. Frames, which know the rows they
write, say so (`seal`) and nothing is read.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Delete, Table, Update, and_, bindparam, or_, select, true, update
from sqlalchemy import Engine as Database
from sqlalchemy import Insert as CoreInsert
from sqlalchemy.event import listen
from sqlalchemy.sql.elements import BindParameter

from engine.core.actor import Actor
from engine.core.database import insert_new
from engine.core.locking import Instance
from engine.core.statements import Insert, RowChange, Writes
from engine.evidence import ACT, BASELINE, CASE, HALL, HISTORY, LOG, PROCESS, Entry, Kind, Objects, Of, Row, Sealer, case_rows
from engine.tables import evidence, evidence_head, process_instance
from engine.timing.ledger import ClockRow, Ledger


class _Frame(Protocol):
    """What of a frame is evidence."""

    instance: Instance

    @property
    def new(self) -> bool: ...

    @property
    def ledger(self) -> Ledger: ...

    def send(self) -> None: ...

    def write(self, what: Insert | RowChange, values: Mapping[str, Any], *, key: str | None) -> None: ...


class SealedTransaction(Protocol):
    """A transaction, as far as its evidence asks: who writes, when, through which connection."""

    by: Actor

    @property
    def now(self) -> datetime: ...

    @property
    def link(self) -> Connection: ...

    @property
    def connection(self) -> Connection: ...

    def frame(self, instance_id: int | None = ...) -> AbstractContextManager[object]: ...


SEALS = 'yizhan_seals'
"""Where a connection keeps the seals of its transaction."""
_ENTRY = Insert(evidence, *Entry.__dataclass_fields__, single=True)
_SET_HEAD = RowChange(
    update(evidence_head).where(evidence_head.c.chain == bindparam('of')).values(seq=bindparam('new_seq'), link=bindparam('new_link'))
)
_HEAD = (
    select(evidence_head.c.seq, evidence_head.c.link).where(evidence_head.c.chain == bindparam('chain')).with_for_update(of=evidence_head)
)
_BEGIN_CASE = (
    update(process_instance)
    .where(process_instance.c.id == bindparam('instance'))
    .values(evidence_seq=bindparam('new_seq'), evidence_link=bindparam('new_link'))
)
Key = tuple[Any, ...]
Given = Row | ClockRow | None
"""The row as it will stand, where it is known; None: it is read when the entry is made."""
Owner = tuple[str, Of]
"""A scope, and whose the objects are."""
Touched = dict[Owner, dict[tuple[Kind, Key], Given]]


def watch(database: Database) -> None:
    """See every write that is sent through SQLAlchemy's Core."""
    listen(database, 'before_execute', _seen)


def _seen(connection: Connection, statement: Any, many: Sequence[Any], params: Mapping[str, Any], _options: Any) -> None:
    if getattr(statement, 'is_dml', False):
        seals: Seals | None = connection.info.get(SEALS)
        if seals is not None:
            seals.saw(connection, statement, list(many) or [params])


class Seals:
    """The evidence of one transaction."""

    def __init__(self, sealer: Sealer, tx: SealedTransaction) -> None:
        self.sealer = sealer
        self._tx = tx
        self._touched: Touched = defaultdict(dict)
        self._unnamed: Counter[str] = Counter()  # inserts whose key the database makes: whoever inserts must say it

    # what is touched

    def saw(self, connection: Connection, statement: Any, sets: Sequence[Mapping[str, Any]]) -> None:
        """A statement is about to be sent. Raises RuntimeError for a write of evidence whose rows nobody could name."""
        kind = self.sealer.by_table.get(statement.table.name)
        if kind is None:
            return
        said = {_name(column): value for column, value in (getattr(statement, '_values', None) or {}).items()}
        if isinstance(statement, CoreInsert):
            if getattr(statement, 'select', None) is not None:
                raise RuntimeError(f'Expected rows for {kind.table.name}, but they come from a SELECT: they cannot be sealed')
            for row in sets:
                self._inserted(kind, {**said, **row})
        elif isinstance(statement, Delete) or kind.covered & {*said, *(name for row in sets for name in row)}:
            self._changing(connection, kind, statement, sets)

    def _inserted(self, kind: Kind, row: dict[str, Any]) -> None:
        values = {name: value.value if isinstance(value, BindParameter) else value for name, value in row.items()}
        if not all(name in values for name in kind.key):
            self._unnamed[kind.name] += 1
        else:
            made_here = kind.counted <= values.keys() and not any(hasattr(value, 'compile') for value in values.values())
            known = made_here and not kind.many
            self._touch(kind, values, values if known else None)

    def _changing(self, connection: Connection, kind: Kind, statement: Update | Delete, sets: Sequence[Mapping[str, Any]]) -> None:
        names = dict.fromkeys((*((kind.of,) if kind.of else ()), *kind.key))
        keys = select(*(kind.table.c[name] for name in names))
        if statement.whereclause is not None:
            keys = keys.where(statement.whereclause)
        for params in sets:
            for row in connection.execute(keys, dict(params)).mappings().all():
                self._touch(kind, row, None)

    def _touch(self, kind: Kind, row: Row, given: Given) -> None:
        of = row[kind.of] if kind.of else ''
        self._touched[kind.scope, of][kind, tuple(row[name] for name in kind.key)] = given

    def seal(self, table: Table, row: Row) -> None:
        """A row of this table stands so when the transaction ends, unless it is written again."""
        kind = self.sealer.by_table[table.name]
        if self._unnamed[kind.name]:
            self._unnamed[kind.name] -= 1
        self._touch(kind, row, row)

    def wrote(self, frame: _Frame, what: Insert | RowChange, values: Row, key: str | None) -> None:
        """A frame writes a row of its case."""
        kind = self.sealer.by_table.get(what.table)
        if kind is None or not kind.covered & what.columns:
            return
        if key is None:
            raise RuntimeError(f'Expected the key of the row of {what.table} that is written, but there is none: it cannot be sealed')
        if isinstance(what, Insert) and kind.name != 'clock':
            self._touch(kind, values, values)
            return
        of = frame.instance.id if kind.scope == 'instance' else frame.instance.business_key
        given = frame.ledger.clocks.get(key) if kind.name == 'clock' else None
        typed = int(key) if kind.key == ('id',) else key
        self._touched[kind.scope, of][kind, (typed,) if kind.key else ()] = given

    def kept(self) -> Touched:
        """What was touched so far, to go back to when a savepoint is undone."""
        return {of: dict(objects) for of, objects in self._touched.items()}

    def back_to(self, kept: Touched) -> None:
        """A savepoint was undone."""
        self._touched = defaultdict(dict, kept)
        self._unnamed.clear()

    def forget(self) -> None:
        """Whatever was written is sealed by other means, or there is nothing left of it."""
        self._touched.clear()
        self._unnamed.clear()

    # what is sealed

    def concerns(self, frame: _Frame) -> bool:
        """Whether something of the frame's case waits for an entry."""
        return bool(self._touched.get(('instance', frame.instance.id)) or self._touched.get(('case', frame.instance.business_key)))

    def close_case(self, frame: _Frame) -> None:
        """Write the entry of the frame's case with the frame's other writes."""
        case = frame.instance
        owners: tuple[Owner, ...] = ('instance', case.id), ('case', case.business_key)
        touched = {owner: self._touched.pop(owner) for owner in owners if owner in self._touched}
        begun = case.evidence_seq > 0 or frame.new
        if not begun or any(given is None for objects in touched.values() for given in objects.values()):
            frame.send()
        if begun:
            objects = self._digests(touched)
        else:  # a case from before there was evidence
            objects = _digests_of(case_rows(self._tx.link, self.sealer.kinds, {case.id: case.business_key})[case.id])
        for kind in (PROCESS, HISTORY):
            objects[kind.name] = kind.digest([vars(case)])
        entry = self._entry(CASE + case.business_key, case.evidence_seq + 1, ACT if begun else BASELINE, objects, case.evidence_link)
        frame.write(_ENTRY, vars(entry), key=f'{entry.chain}/{entry.seq}')
        case.evidence_seq, case.evidence_link = entry.seq, entry.link

    def finish(self) -> None:
        """Before the commit: seal what no frame has sealed, chains of the hall and the log last. Raises RuntimeError for what cannot be."""
        for owner in [one for one in self._touched if one[0] in ('instance', 'case')]:
            if owner in self._touched:
                with self._tx.frame(self._instance(*owner)):
                    pass  # closing it seals
        for owner in sorted(self._touched, key=str):
            self._close(owner)
        self._touched.clear()
        if any(self._unnamed.values()):
            missing = ', '.join(name for name, many in self._unnamed.items() if many)
            raise RuntimeError(f'Expected to be told the ids of new rows ({missing}), but they were not sealed')

    def _instance(self, scope: str, of: Of) -> int:
        if scope == 'instance':
            return int(of)
        number = select(process_instance.c.id).where(process_instance.c.business_key == of)
        return int(self._tx.link.execute(number).scalar_one())

    def _close(self, owner: Owner) -> None:
        chain = HALL if owner[0] == 'hall' else f'{LOG}{owner[1]}'
        head = self._head(chain)  # held from here on: what others have sealed is seen
        objects = self._digests({owner: self._touched[owner]})
        self._append(self._entry(chain, head.seq + 1, ACT, objects, head.link))

    def append(self, chain: str, kind: str, objects: Mapping[str, str | None]) -> None:
        """One more entry of a chain of the hall or the log, with digests made elsewhere."""
        head = self._head(chain)
        self._append(self._entry(chain, head.seq + 1, kind, objects, head.link))

    def _head(self, chain: str) -> Any:
        """The end of a chain, held until the commit."""
        connection = self._tx.connection
        head = connection.execute(_HEAD, {'chain': chain}).first()
        if head is None:
            connection.execute(insert_new(connection, evidence_head, evidence_head.c.chain), [{'chain': chain, 'seq': 0, 'link': ''}])
            head = connection.execute(_HEAD, {'chain': chain}).one()
        return head

    def _append(self, entry: Entry) -> None:
        writes = Writes()
        writes.add(_ENTRY, vars(entry), entry.chain)
        writes.add(_SET_HEAD, {'of': entry.chain, 'new_seq': entry.seq, 'new_link': entry.link}, entry.chain)
        writes.send(self._tx.link)

    def take_in(self, cases: Mapping[int, str], kind: str) -> None:
        """Begin the chains of cases that have none (instance id → number) with all the database holds of them. Locks nothing."""
        found = case_rows(self._tx.connection, self.sealer.kinds, cases)
        entries = {instance_id: self.first_entry(number, found[instance_id], kind) for instance_id, number in cases.items()}
        self._tx.link.execute(evidence.insert(), [vars(entry) for entry in entries.values()])
        heads = [{'instance': instance_id, 'new_seq': 1, 'new_link': entry.link} for instance_id, entry in entries.items()]
        self._tx.link.execute(_BEGIN_CASE, heads)
        for instance_id, number in cases.items():
            self._touched.pop(('instance', instance_id), None)
            self._touched.pop(('case', number), None)

    def first_entry(self, number: str, found: Objects, kind: str) -> Entry:
        """The entry that begins the chain of a case, with all there is of it; whoever asks writes it, and tells the instance."""
        return self._entry(CASE + number, 1, kind, _digests_of(found), '')

    def _entry(self, chain: str, seq: int, kind: str, objects: Mapping[str, str | None], previous: str) -> Entry:
        now, by = self._tx.now, self._tx.by.id
        return self.sealer.entry(self._tx.link, chain=chain, seq=seq, at=now, by=by, kind=kind, objects=objects, previous=previous)

    def _digests(self, touched: Touched) -> dict[str, str | None]:
        """The digest of each object as it stands now; what is not known is read."""
        objects: dict[str, str | None] = {}
        for owner, found in touched.items():
            unread: dict[Kind, list[Key]] = defaultdict(list)
            for (kind, key), given in found.items():
                if given is None:
                    unread[kind].append(key)
                    objects[kind.named(key)] = None  # unless there is a row
                else:
                    objects[kind.named(key)] = kind.digest([vars(given) if isinstance(given, ClockRow) else given])
            for kind, keys in unread.items():
                objects |= _digests_of(_read(self._tx.link, kind, owner, keys))
        return objects


def _read(connection: Connection, kind: Kind, owner: Owner, keys: Sequence[Key]) -> dict[str, tuple[Kind, list[Row]]]:
    which = [and_(true(), *(kind.table.c[name] == part for name, part in zip(kind.key, key, strict=True))) for key in keys]
    rows = select(*kind.read).where(or_(*which))
    if kind.of:
        rows = rows.where(kind.table.c[kind.of] == owner[1])
    found: dict[str, tuple[Kind, list[Row]]] = {}
    for row in connection.execute(rows).mappings():
        found.setdefault(kind.object(row), (kind, []))[1].append(row)
    return found


def _digests_of(found: Objects) -> dict[str, str | None]:
    return {name: kind.digest(rows) for name, (kind, rows) in found.items()}


def _name(column: Any) -> str:
    return str(getattr(column, 'name', column))
