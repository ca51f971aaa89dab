"""Where evidence begins: rows that were there before the chains are taken in as they stand, and the key is made known.

Every entry made here says `baseline`: nothing before it is proven. Done once, when a database is brought to the schema that has chains;
a run that was broken off is gone on with.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice

from sqlalchemy import Connection, insert, select

from engine.core.actor import SYSTEM
from engine.core.outage import KeyRefused
from engine.core.running import Runner
from engine.core.sealing import Seals
from engine.core.tx import Tx
from engine.evidence import BASELINE, HALL, LOG, Kind, hall_rows
from engine.tables import evidence, evidence_head, evidence_key, process_instance

BATCH = 200
"""Cases a transaction."""
MOST_OBJECTS = 500
"""Objects an entry."""


def begin(engine: Runner) -> None:
    """Take in what is there, unless that was done; write the first public key down."""
    if engine.sealer is None:
        return
    with engine.reading() as connection:
        done = select(evidence.c.id).where(evidence.c.chain == HALL, evidence.c.kind == BASELINE).limit(1)
        begun = connection.execute(done).first() is not None
    if not begun:
        while engine.run(SYSTEM, _cases):
            pass
        engine.run(SYSTEM, _logs)
        engine.run(SYSTEM, _hall)
    with suppress(KeyRefused):  # the hall can be read; whoever would write, the doctor and the page of health say what is wrong
        engine.run(SYSTEM, _key)


def _seals(tx: Tx) -> Seals:
    if tx.seals is None:
        raise AssertionError('Expected an engine that writes evidence')
    return tx.seals


def _cases(tx: Tx) -> bool:
    """One batch of cases without a chain; False when there are none left."""
    row = process_instance.c
    batch = select(row.id, row.business_key).where(row.evidence_seq == 0).order_by(row.id).limit(BATCH).with_for_update()
    cases = {found.id: found.business_key for found in tx.connection.execute(batch)}
    if cases:
        _seals(tx).take_in(cases, BASELINE)
    return bool(cases)


def _logs(tx: Tx) -> None:
    """The lines of everybody whose chain has not begun."""
    begun = set(tx.connection.execute(select(evidence_head.c.chain)).scalars())
    for kind in _sealer_kinds(tx, 'actor'):
        actors = tx.connection.execute(select(kind.table.c[kind.of]).distinct()).scalars().all()
        for actor in sorted(actors):
            chain = f'{LOG}{actor}'
            if chain not in begun:
                rows = select(*kind.read).where(kind.table.c[kind.of] == actor).order_by(*(kind.table.c[name] for name in kind.key))
                found = ((kind.object(row), kind.digest([row])) for row in tx.connection.execute(rows).mappings().all())
                _append(tx, chain, found)


def _hall(tx: Tx) -> None:
    """What the hall's chain does not know yet. The last that is written: it says that everything was taken in."""
    known = _known(tx.connection)
    rows = hall_rows(tx.connection, _sealer_kinds(tx, 'hall'))
    fresh = [(name, kind.digest(found)) for name, kind, found in rows if name not in known]
    _append(tx, HALL, iter(fresh))
    if not fresh:
        _seals(tx).append(HALL, BASELINE, {})


def _known(connection: Connection) -> set[str]:
    entries = connection.execute(select(evidence.c.objects).where(evidence.c.chain == HALL)).scalars()
    return {name for objects in entries for name in objects}


def _append(tx: Tx, chain: str, found: Iterator[tuple[str, str | None]]) -> None:
    while objects := dict(islice(found, MOST_OBJECTS)):
        _seals(tx).append(chain, BASELINE, objects)


def _key(tx: Tx) -> None:
    """The public key, so that whoever has the database knows whose signatures these are. A further one is made known on purpose only."""
    signing = _seals(tx).sealer.ready(tx.link)
    if tx.connection.execute(select(evidence_key.c.id).limit(1)).first() is None:
        row: Mapping[str, object] = {'id': signing.key, 'public': signing.public, 'since': tx.now}
        tx.connection.execute(insert(evidence_key), [row])


def _sealer_kinds(tx: Tx, scope: str) -> tuple[Kind, ...]:
    return _seals(tx).sealer.of_scope(scope)
