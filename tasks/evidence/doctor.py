"""The doctor of evidence: every chain against the rows there are, page by page; nothing is written.

Found are rows that were changed, deleted or added past the program, entries that were changed, left out or cut off, signatures and keys
that were replaced, cases that vanished with all their rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from engine.evidence import BASELINE, CASE, ENTRIES, HALL, LOG, Entry, Kind, case_rows, hall_rows
from engine.tables import evidence, evidence_head, outbox, process_instance
from engine.words import Word, said
from tasks import tables as t
from tasks.evidence.anchors import Anchored, Line, broken_order, read_lines
from tasks.evidence.batches import examine_batches
from tasks.evidence.checking import Chain, Discrepancy, version_of
from tasks.evidence.contents import content_of
from tasks.evidence.keyring import by_key
from tasks.evidence.restored import Restores
from tasks.evidence.series import examine_series
from tasks.evidence.tables import evidence_anchor
from tasks.evidence.work import examine_work

if TYPE_CHECKING:
    from pathlib import Path

    from engine import Engine

anchor = evidence_anchor.c
BATCH = 100
"""Cases, or entries of another chain, that are read at once."""


def examine(engine: Engine, anchors: Path | None = None) -> Iterator[Discrepancy]:
    """Everything that is wrong, in reading moments of one page each; `anchors` is the file of anchor lines, where there is one."""
    if engine.sealer is None:
        raise AssertionError('Expected an engine that writes evidence')
    trusted = engine.sealer.signer.trusted
    yield from by_key(engine, trusted, _examine(engine, engine.sealer.kinds, trusted, anchors))
    yield from _contents(engine)
    yield from _orphans(engine)
    yield from examine_work(engine)
    yield from examine_batches(engine)
    yield from examine_series(engine)


def _examine(engine: Engine, kinds: Sequence[Kind], trusted: Mapping[str, str], anchors: Path | None) -> Iterator[Discrepancy]:
    lines = read_lines(anchors) if anchors is not None and anchors.exists() else []
    with engine.reading() as connection:
        made = {row.id: row.line for row in connection.execute(select(anchor.id, anchor.line).where(anchor.made_at.is_not(None)))}
        restores = Restores(connection)
    anchored = Anchored(restores.without_lost(lines, made))
    yield from restores.findings()
    yield from _anchors(engine, trusted, anchored.lines)
    yield from _said_anchored(engine)
    yield from _hall(engine, kinds, trusted, anchored)
    yield from _logs(engine, kinds, trusted, anchored)
    yield from _cases(engine, kinds, trusted, anchored)
    yield from anchored.gone()


def _anchors(engine: Engine, trusted: Mapping[str, str], lines: list[Line]) -> Iterator[Discrepancy]:
    """The lines themselves, and whether the database and the file have the same ones."""
    for line in lines:
        yield from line.wrong(trusted)
    yield from broken_order(lines)
    texts = {line.n: line.text for line in lines}
    with engine.reading() as connection:
        made = {row.id: row.line for row in connection.execute(select(anchor.id, anchor.line).where(anchor.made_at.is_not(None)))}
        waiting = select(outbox.c.payload).where(outbox.c.topic == 'anchor.file', outbox.c.state != 'sent')
        numbers = made.keys() - {payload['n'] for payload in connection.execute(waiting).scalars()}
    for n in sorted(numbers | texts.keys()):
        if n not in texts:
            yield Discrepancy('anchor', f'anchor {n}', Word('锚定文件缺少该行', 'the file of anchors does not have the line'))
        elif made.get(n) != texts[n]:
            what = Word('数据库中没有该锚定行，数据库比锚定文件旧', 'the database does not have the line: it is older than its anchors')
            yield Discrepancy('anchor', f'anchor {n}', what)


def _said_anchored(engine: Engine) -> Iterator[Discrepancy]:
    """Entries that are said to stand in a line which does not name them: they would never leave the database."""
    with engine.reading() as connection:
        made = {row.id: row.line for row in connection.execute(select(anchor.id, anchor.line).where(anchor.made_at.is_not(None)))}
        newest = select(evidence.c.chain, evidence.c.anchor, func.max(evidence.c.seq).label('seq')).where(evidence.c.anchor.is_not(None))
        rows = connection.execute(newest.group_by(evidence.c.chain, evidence.c.anchor)).all()
    heads = {n: Line.of(line).heads for n, line in made.items()}
    for row in rows:
        if heads.get(row.anchor, {}).get(row.chain, (0, ''))[0] != row.seq:
            facts = {'seq': row.seq, 'n': row.anchor}
            zh, en = '第 {seq} 号存证标为已锚定，但第 {n} 行锚定中没有', 'entry {seq} is said to be anchored, but line {n} does not name it'
            yield Discrepancy('anchor', row.chain, said(zh, en, **facts))


def _entries(connection: Connection, chain: str, after: int) -> Sequence[Entry]:
    rows = ENTRIES.select().where(evidence.c.chain == chain, evidence.c.seq > after).order_by(evidence.c.seq).limit(BATCH)
    return ENTRIES.all(connection, rows)


def _replayed(engine: Engine, name: str, trusted: Mapping[str, str], wanted: int | None) -> Chain:
    """A chain of the hall or the log read to its end; what it knows stays in memory, its entries do not."""
    chain = Chain(name)
    while True:
        with engine.reading() as connection:
            entries = _entries(connection, name, chain.seq)
            head = None if entries else connection.execute(select(evidence_head).where(evidence_head.c.chain == name)).one_or_none()
        for entry in entries:
            chain.take(entry, lambda seq: seq == wanted)
        if not entries:
            chain.ends(trusted, head.seq if head else 0, head.link if head else '')
            return chain


def _hall(engine: Engine, kinds: Sequence[Kind], trusted: Mapping[str, str], anchored: Anchored) -> Iterator[Discrepancy]:
    chain = _replayed(engine, HALL, trusted, anchored.wanted(HALL))
    with engine.reading() as connection:
        present = {name: kind.digest(rows, version_of(chain.known.get(name))) for name, kind, rows in hall_rows(connection, kinds)}
    yield from chain.findings
    yield from anchored.compare(chain)
    yield from chain.compare(present)


def _logs(engine: Engine, kinds: Sequence[Kind], trusted: Mapping[str, str], anchored: Anchored) -> Iterator[Discrepancy]:
    for kind in (one for one in kinds if one.scope == 'actor'):
        with engine.reading() as connection:
            actors = set(connection.execute(select(kind.table.c[kind.of]).distinct()).scalars())
            chained = connection.execute(select(evidence.c.chain).where(evidence.c.chain.startswith(LOG, autoescape=True)).distinct())
            actors |= {chain.removeprefix(LOG) for chain in chained.scalars()}
        for actor in sorted(actors):
            name = f'{LOG}{actor}'
            chain = _replayed(engine, name, trusted, anchored.wanted(name))
            yield from chain.findings
            yield from anchored.compare(chain)
            yield from _log(engine, kind, actor, chain)


def _log(engine: Engine, kind: Kind, actor: str, chain: Chain) -> Iterator[Discrepancy]:
    """The lines of one person; of each page only the digests are kept."""
    present: dict[str, str | None] = {}
    last = 0
    while True:
        with engine.reading() as connection:
            mine = select(*kind.read).where(kind.table.c[kind.of] == actor, kind.table.c.id > last).order_by(kind.table.c.id).limit(BATCH)
            rows = connection.execute(mine).mappings().all()
        if not rows:
            break
        present |= {kind.object(row): kind.digest([row], version_of(chain.known.get(kind.object(row)))) for row in rows}
        last = rows[-1]['id']
    yield from chain.compare(present)


def _cases(engine: Engine, kinds: Sequence[Kind], trusted: Mapping[str, str], anchored: Anchored) -> Iterator[Discrepancy]:
    last = 0
    began = _taken_in(engine)
    while True:
        with engine.reading() as connection:
            instance = process_instance.c
            head = (instance.id, instance.business_key, instance.evidence_seq, instance.evidence_link)
            rows = connection.execute(select(*head).where(instance.id > last).order_by(instance.id).limit(BATCH)).all()
            if not rows:
                return
            found = case_rows(connection, kinds, {row.id: row.business_key for row in rows})
            chains = _chains(connection, [CASE + row.business_key for row in rows])
        for row in rows:
            chain = chains[CASE + row.business_key]
            chain.ends(trusted, row.evidence_seq, row.evidence_link)
            if not chain.seq:
                what = Word('办件没有存证链，不是由系统收件', 'a case without a chain: the program did not receive it')
                yield Discrepancy('unsealed', chain.name, what)
                continue
            yield from chain.findings
            yield from anchored.compare(chain)
            if chain.taken_in and chain.begun is not None and (began is None or chain.begun.at > began):
                what = Word(
                    '办件不是经收件产生，存证自中途开始', 'the case was not received by the program: its chain begins in the middle'
                )
                yield Discrepancy('unsealed', chain.name, what)
            objects = found[row.id]
            present = {name: kind.digest(those, version_of(chain.known.get(name))) for name, (kind, those) in objects.items()}
            yield from chain.compare(present)
        last = rows[-1].id


def _taken_in(engine: Engine) -> datetime | None:
    """When the rows of before were taken in; None when there were none."""
    with engine.reading() as connection:
        last = select(func.max(evidence.c.at)).where(evidence.c.chain == HALL, evidence.c.kind == BASELINE)
        found: datetime | None = connection.execute(last).scalar()
        return found


def _chains(connection: Connection, names: Sequence[str]) -> dict[str, Chain]:
    chains = {name: Chain(name) for name in names}
    rows = ENTRIES.select().where(evidence.c.chain.in_(names)).order_by(evidence.c.chain, evidence.c.seq)
    for entry in ENTRIES.all(connection, rows):
        chains[entry.chain].take(entry)
    return chains


def _contents(engine: Engine) -> Iterator[Discrepancy]:
    """Files against the SHA-256 that is sealed with them, one at a time: they may be large."""
    file, last = t.attachment.c, 0
    while True:
        with engine.reading() as connection:
            row = connection.execute(select(t.attachment).where(file.id > last).order_by(file.id).limit(1)).one_or_none()
        if row is None:
            return
        last = row.id
        yield from content_of(f'{CASE}{row.case_no} attachment/{row.id}', row.content, row.sha256)


def _orphans(engine: Engine) -> Iterator[Discrepancy]:
    """Chains of cases that are gone."""
    with engine.reading() as connection:
        cases = select(evidence.c.chain).where(evidence.c.seq == 1, evidence.c.chain.startswith(CASE, autoescape=True))
        there = select(process_instance.c.id).where(CASE + process_instance.c.business_key == evidence.c.chain)
        for name in connection.execute(cases.where(~there.exists())).scalars():
            yield Discrepancy(
                'missing', name, Word('办件已从数据库中消失，存证链尚在', 'the case is gone from the database, its chain is still there')
            )
