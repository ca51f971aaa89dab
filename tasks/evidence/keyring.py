"""The keys of a hall: what is wrong with them as a whole, and the commands that change them.

A key is made known to the hall before it signs: its row stands in the hall's chain, under the signature of the key before.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from engine import Rejection
from engine.identity import is_blank
from engine.tables import evidence, evidence_key
from engine.words import Word, said
from tasks.evidence.checking import Discrepancy
from tasks.evidence.keys import KeyFile
from tasks.operations import countersigning
from tasks.operations.log import note
from tasks.rights.asking import need

if TYPE_CHECKING:
    from engine import Actor, Engine, Tx
    from engine.evidence import Sealer, Signing

FEW = 3
"""So many chains of an unknown key are named one by one; when there are more, the key is the finding."""


def by_key(engine: Engine, trusted: Mapping[str, str], found: Iterable[Discrepancy]) -> Iterator[Discrepancy]:
    """The findings, with those about unknown keys told once a key and not once a chain."""
    few: dict[str, list[Discrepancy]] = defaultdict(list)
    many: Counter[str] = Counter()
    for one in found:
        if not one.key:
            yield one
            continue
        many[one.key] += 1
        if len(few[one.key]) <= FEW:
            few[one.key].append(one)
    missing = set(_missing(engine, trusted))
    for key in sorted(missing | many.keys()):
        if key in missing or many[key] > FEW:
            yield Discrepancy('key', f'key {key}', _gone(engine, key))
        if many[key] <= FEW:
            yield from few[key]
    refused = None if missing else _refused(engine)
    if refused is not None:
        yield Discrepancy('key', 'key file', refused)


def _missing(engine: Engine, trusted: Mapping[str, str]) -> list[str]:
    """Keys the hall was told of that are not among the key files, or are others there."""
    with engine.reading() as connection:
        rows = connection.execute(select(evidence_key.c.id, evidence_key.c.public)).all()
    return [row.id for row in rows if trusted.get(row.id) != row.public]


def _gone(engine: Engine, key: str) -> Word:
    with engine.reading() as connection:
        entries = connection.execute(select(func.count()).select_from(evidence).where(evidence.c.key == key)).scalar_one()
    return said(
        '签过 {n} 条存证的密钥 {key} 不在密钥文件中：请放回原密钥或其公钥，或执行 yizhan evidence-key replace 并说明理由',
        'the key {key}, which signed {n} entries, is not among the key files: put it or its public half back, or run '
        '`evidence-key replace` with a reason',
        n=entries,
        key=key,
    )


def _refused(engine: Engine) -> Word | None:
    if engine.sealer is None:
        return None
    with engine.reading() as connection:
        return engine.sealer.refused(connection)


def rotate(engine: Engine, by: Actor, reason: str) -> tuple[str, str]:
    """Sign with a new key from now on; every process sees it with its next entry. The ids of the new and the old key."""
    sealer, keys = _own(engine)
    _need_reason(reason)
    with engine.reading() as connection:
        before = sealer.ready(connection)
    sealer.accept(before.key)
    fresh = keys.prepare()
    engine.run(by, lambda tx: _make_known(tx, [before, fresh.keys], 'evidence.key_rotated', before.key, reason))  # the old key's last word
    fresh.put_in_place()
    return fresh.keys.key, before.key


def replace_key(engine: Engine, by: Actor, reason: str, publics: Mapping[str, str]) -> tuple[str, list[str]]:
    """Go on with the key in the file, or a new one when it is missing, although the hall does not know it.

    `publics` are public keys of before, where that file was lost, too. The id of the key, and those of the keys that are known no more.
    Raises Rejection when nothing is wrong with the key: then it is rotated.
    """
    sealer, keys = _own(engine)
    _need_reason(reason)
    if _refused(engine) is None:
        message = 'Expected a key that is missing or unknown, but the key is the right one; use `evidence-key rotate`'
        raise Rejection(message, '存证密钥完好；如要更换，请执行 yizhan evidence-key rotate')
    if publics:
        keys.believe(publics)
    keys.create()
    signing = keys.current()
    sealer.accept(signing.key)
    engine.run(by, lambda tx: _make_known(tx, [signing], 'evidence.key_replaced', signing.key, reason))
    return signing.key, _missing(engine, keys.trusted)


def _make_known(tx: Tx, keys: Iterable[Signing], action: str, target: str, reason: str) -> None:
    need(tx.by, 'key.rotate')
    known = set(tx.connection.execute(select(evidence_key.c.id)).scalars())
    for one in keys:
        if one.key not in known:
            tx.connection.execute(insert(evidence_key), [{'id': one.key, 'public': one.public, 'since': tx.now}])
    note(tx, action, target, reason)
    countersigning.ask(tx, action, target, reason)


def _own(engine: Engine) -> tuple[Sealer, KeyFile]:
    sealer = engine.sealer
    if sealer is None or not isinstance(sealer.signer, KeyFile):
        raise TypeError('Expected the key of this installation')
    return sealer, sealer.signer


def _need_reason(reason: str) -> None:
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写理由')
