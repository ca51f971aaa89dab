"""Evidence: what a promise or a decision rests on, and the chain of signed entries that says how it stood after each act.

An entry covers one transaction and one chain. It holds a digest of every object the transaction touched, as it stands after the act, and
the link to the entry before. There is a chain for each case (`case/<number>`), one for the lines a person wrote in the operator log
(`log/<account>`), and one for the hall: people, posts, items, versions, calendars. Whoever changes a row past the program leaves a digest
that does not fit; whoever rewrites the entries needs the key that signs them, which is not in the database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, Protocol

from sqlalchemy import Column, Connection, Integer, RowMapping, String, Table, select
from sqlalchemy.sql.schema import DefaultClause

from engine.core.outage import KeyRefused
from engine.core.values import canonical, instant_text, plain
from engine.rows import Rows
from engine.tables import calendar_day, clock, evidence, evidence_key, extension, process_definition, process_instance, stop
from engine.words import Word

VERSION = 2
"""Of the digest: raised when a table under the chain gets a column, which then says since which version it counts (`Kind.younger`)."""
HALL = 'hall'
CASE, LOG = 'case/', 'log/'
"""How the names of chains begin."""
ACT, BASELINE, COPIED = 'act', 'baseline', 'copied'
"""Kinds of entries. `baseline` takes rows in as they were found: nothing before is proven. `copied`: a made-up copy in a demonstration."""
_FLEETING = frozenset({'id', 'attempts', 'next_try', 'last_error'})

Row = Mapping[str, Any] | RowMapping
Of = int | str
"""What a case is known by: the id of its instance, or its number."""


@dataclass(frozen=True, eq=False)
class Kind:
    """Rows of one table that are evidence.

    `scope` says whose they are: a case's (`of` names the column with the instance or the case number), a person's (`of`: the account), or
    the hall's. `key` names the columns that tell one object from the others of its chain; `many` rows may share a key and are one object.
    All columns count but those in `without`, the row's own id (unless it is `counted`), and what only says how due work is getting on.
    A `secret` column counts by its SHA-256: whoever is shown the facts does not learn it.
    """

    name: str
    table: Table
    scope: Literal['instance', 'case', 'actor', 'hall']
    of: str = ''
    key: tuple[str, ...] = ()
    many: bool = False
    only: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    younger: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that count, in the newest version."""
        if self.only:
            return self.only
        left_out = ((_FLEETING | {self.of}) - set(self.key) - self.counted) | self.without
        return tuple(sorted(column.name for column in self.table.c if column.name not in left_out))

    @cached_property
    def covered(self) -> frozenset[str]:
        """The same as a set."""
        return frozenset(self.columns)

    @cached_property
    def read(self) -> tuple[Column[Any], ...]:
        """What is read of a row: whose it is, its key and what counts."""
        return tuple(self.table.c[name] for name in dict.fromkeys((*((self.of,) if self.of else ()), *self.key, *self.columns)))

    def object(self, row: Row) -> str:
        """The name of an object in its chain."""
        return self.named(tuple(row[name] for name in self.key))

    def named(self, key: Sequence[Any]) -> str:
        """The name of the object with this key."""
        return '/'.join((self.name, *(str(part) for part in key)))

    def facts(self, row: Row, version: int = VERSION) -> dict[str, Any]:
        """A row as plain JSON: instants in UTC, bytes by their SHA-256, what a new row leaves out by its column's default."""
        facts = {
            name: _fact(row[name]) if name in row else _default(self.table.c[name])
            for name in self.columns
            if self.younger.get(name, 1) <= version
        }
        for name in self.secret:
            if name in facts:
                facts[name] = _fact(str(facts[name]).encode())
        return facts

    def digest(self, rows: Iterable[Row], version: int = VERSION) -> str | None:
        """What an entry says of an object: the version and the SHA-256 of its rows; None when it has none (any more)."""
        return digest_of([self.facts(row, version) for row in rows], version)


Objects = Mapping[str, tuple[Kind, Sequence[Row]]]
"""Name of an object → its kind and its rows."""


def digest_of(facts: Sequence[Row], version: int = VERSION) -> str | None:
    """The digest of an object by the facts of its rows."""
    if not facts:
        return None
    texts = sorted(canonical(one) for one in facts)
    return f'{version}:{hashlib.sha256(chr(10).join(texts).encode()).hexdigest()}'


def _fact(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, bytes):
        return f'sha256:{hashlib.sha256(value).hexdigest()}'
    return plain(value)


def _default(column: Column[Any]) -> Any:
    if not isinstance(column.server_default, DefaultClause):
        return None
    text = str(column.server_default.arg)
    if isinstance(column.type, String):
        return text
    return int(text) if isinstance(column.type, Integer) else text == 'true'


PROCESS = Kind(
    'process', process_instance, 'instance', 'id', only=('definition_id', 'business_key', 'status', 'result', 'hall', 'ended_at', 'state')
)
HISTORY = Kind('history', process_instance, 'instance', 'id', only=('history_length', 'last_hash'))
CLOCK = Kind('clock', clock, 'instance', 'instance_id', ('name',), without=frozenset({'amber_at'}))
OWN: tuple[Kind, ...] = (
    PROCESS,
    HISTORY,
    CLOCK,
    Kind('stop', stop, 'instance', 'instance_id', ('id',)),
    Kind('extension', extension, 'instance', 'instance_id', ('clock_name',)),
    Kind('definition', process_definition, 'hall', key=('key', 'version'), counted=frozenset({'id'})),  # cases name their version by its id
    Kind('calendar', calendar_day, 'hall', key=('calendar',), many=True),
    Kind('key', evidence_key, 'hall', key=('id',), only=('id', 'public', 'since')),
)
"""The engine's own kinds; the office adds its own."""


class Signing(Protocol):
    """One key."""

    @property
    def key(self) -> str:
        """The id of the key."""

    @property
    def public(self) -> str:
        """The public key as text."""

    def sign(self, text: str) -> str:
        """The signature of a text, as text."""


class Signer(Protocol):
    """Whoever has the key in use and the public keys of all."""

    def current(self) -> Signing:
        """The key in use at this moment. Raises KeyRefused when there is none that can be read."""

    def create(self) -> None:
        """Make a key if there is none."""

    @property
    def trusted(self) -> Mapping[str, str]:
        """The public keys that are believed, by id: of the key in use and of earlier ones."""


@dataclass(frozen=True)
class Entry:
    """One entry of a chain, as it is stored and exported. `objects` maps an object's name to its digest, None when it is gone."""

    chain: str
    seq: int
    at: datetime
    by: str
    kind: str
    objects: Mapping[str, str | None]
    previous: str
    hash: str
    key: str
    signature: str

    @property
    def link(self) -> str:
        """What the next entry holds of this one: of its hash and of its signature, so that neither can be replaced."""
        return hashlib.sha256(f'{self.hash}\n{self.signature}'.encode()).hexdigest()

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Entry:
        """An entry as it was exported. Raises KeyError, TypeError or ValueError for anything else."""
        values = {name: said[name] for name in cls.__dataclass_fields__}
        at = datetime.fromisoformat(values['at'])
        texts = all(isinstance(values[name], str) for name in ('chain', 'by', 'kind', 'previous', 'hash', 'key', 'signature'))
        if at.tzinfo is None or not texts or type(values['seq']) is not int or not isinstance(values['objects'], dict):
            raise TypeError('Expected an entry of a chain')
        return cls(**values | {'at': at})

    def plain(self) -> dict[str, Any]:
        """As it is exported."""
        return {**vars(self), 'at': instant_text(self.at), 'objects': dict(self.objects)}

    def computed(self) -> str:
        """The hash its facts give: of everything it says but the hash itself and the signature."""
        return _hash_of(vars(self))


def _hash_of(facts: Row) -> str:
    told = [
        facts['chain'],
        facts['seq'],
        instant_text(facts['at']),
        *(facts[name] for name in ('by', 'kind', 'objects', 'previous', 'key')),
    ]
    return hashlib.sha256(canonical(told).encode()).hexdigest()


ENTRIES = Rows(Entry, evidence)


class Sealer:
    """The kinds under the chain and the signer: what an engine needs to write evidence."""

    def __init__(self, kinds: Sequence[Kind], signer: Signer) -> None:
        self.kinds = (*OWN, *kinds)
        self.signer = signer
        self.by_name = {kind.name: kind for kind in self.kinds}
        self.by_table = {kind.table.name: kind for kind in self.kinds if kind.table is not process_instance}
        self._known: frozenset[str] = frozenset()

    def of_scope(self, *scopes: str) -> tuple[Kind, ...]:
        """The kinds of some scopes."""
        return tuple(kind for kind in self.kinds if kind.scope in scopes)

    def ready(self, connection: Connection) -> Signing:
        """The key that signs now: one the hall knows, or the first of a hall that has sealed nothing yet.

        Raises KeyRefused for a missing key, and for one that was never made known here: nobody signs with it by accident.
        """
        try:
            signing = self.signer.current()
        except KeyRefused:
            if _sealed(connection):
                raise
            self.signer.create()
            signing = self.signer.current()
        if signing.key not in self._known:
            known = frozenset(connection.execute(select(evidence_key.c.id)).scalars())
            if known and signing.key not in known:
                raise _unknown(signing.key, known)
            self._known = known
        return signing

    def accept(self, key: str) -> None:
        """A new key, whose row this process is about to write."""
        self._known |= {key}

    def refused(self, connection: Connection) -> Word | None:
        """Why nothing can be sealed; None when all is well. Writes nothing, no key either."""
        try:
            if _sealed(connection):
                self.ready(connection)
        except KeyRefused as error:
            return error.zh
        return None

    def entry(self, connection: Connection, **facts: Any) -> Entry:
        """A new entry with the facts of `Entry` but hash, key and signature, which are made here. Raises KeyRefused."""
        signing = self.ready(connection)
        facts['key'] = signing.key
        hash_ = _hash_of(facts)
        return Entry(**facts, hash=hash_, signature=signing.sign(hash_))


def _sealed(connection: Connection) -> bool:
    return any(connection.execute(select(table.c.id).limit(1)).first() for table in (evidence_key, evidence))


def _unknown(key: str, known: Iterable[str]) -> KeyRefused:
    names = ', '.join(sorted(known))
    message = f'Expected a key of this hall ({names}), but the key file has {key}; put the right one back, or run `evidence-key replace`'
    return KeyRefused(message, f'密钥文件中的密钥 {key} 不是本中心的（{names}）；请放回原密钥，或执行 yizhan evidence-key replace')


def case_rows(connection: Connection, kinds: Iterable[Kind], cases: Mapping[int, str]) -> dict[int, dict[str, tuple[Kind, list[Row]]]]:
    """Everything the database holds of some cases (instance id → number): instance id → name of an object → its kind and rows."""
    numbers = {number: instance_id for instance_id, number in cases.items()}
    found: dict[int, dict[str, tuple[Kind, list[Row]]]] = {instance_id: {} for instance_id in cases}
    for kind in kinds:
        if kind.scope not in ('instance', 'case'):
            continue
        of = kind.table.c[kind.of]
        wanted = of.in_(list(cases) if kind.scope == 'instance' else list(numbers))
        for row in connection.execute(select(*kind.read).where(wanted)).mappings():
            instance_id = row[kind.of] if kind.scope == 'instance' else numbers[row[kind.of]]
            found[instance_id].setdefault(kind.object(row), (kind, []))[1].append(row)
    return found


def objects_among(kinds: Iterable[Kind], rows: Mapping[str, Sequence[Row]]) -> dict[str, tuple[Kind, list[Row]]]:
    """The objects of one case among its rows (by table): name → kind and rows."""
    found: dict[str, tuple[Kind, list[Row]]] = {}
    for kind in kinds:
        if kind.scope in ('instance', 'case'):
            for row in rows.get(kind.table.name, ()):
                found.setdefault(kind.object(row), (kind, []))[1].append(row)
    return found


def hall_rows(connection: Connection, kinds: Iterable[Kind]) -> Iterator[tuple[str, Kind, list[Row]]]:
    """Every object of the hall, kind by kind in the order of its key: its name, its kind and its rows."""
    for kind in kinds:
        if kind.scope != 'hall':
            continue
        order = [kind.table.c[name] for name in kind.key]
        name, rows = '', list[Row]()
        for row in connection.execute(select(*kind.read).order_by(*order)).mappings():
            if kind.object(row) != name and rows:
                yield name, kind, rows
                rows = []
            name = kind.object(row)
            rows.append(row)
        if rows:
            yield name, kind, rows
