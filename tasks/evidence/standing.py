"""How a case's evidence stands, for its page: verified or not, how far it goes, when it was last anchored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select

from engine.evidence import CASE, ENTRIES, case_rows
from engine.tables import evidence, process_instance
from tasks.evidence.checking import Chain, Discrepancy, version_of
from tasks.evidence.contents import beneath
from tasks.evidence.tables import evidence_anchor

if TYPE_CHECKING:
    from engine.evidence import Sealer


@dataclass(frozen=True)
class Standing:
    """What the chain of one case says. `anchored_at` is the last anchor that has an entry of it, `key` the one that signed last."""

    entries: int
    sealed_at: datetime | None
    key: str
    anchored_at: datetime | None
    findings: tuple[Discrepancy, ...]


def standing(connection: Connection, case_no: str, sealer: Sealer) -> Standing:
    """Check every row of one case against its chain."""
    instance = process_instance.c
    head = connection.execute(
        select(instance.id, instance.evidence_seq, instance.evidence_link).where(instance.business_key == case_no)
    ).one()
    chain = Chain(CASE + case_no)
    mine = evidence.c.chain == chain.name
    for entry in ENTRIES.all(connection, ENTRIES.select().where(mine).order_by(evidence.c.seq)):
        chain.take(entry)
    chain.ends(sealer.signer.trusted, head.evidence_seq, head.evidence_link)
    objects = case_rows(connection, sealer.kinds, {head.id: case_no})[head.id]
    present = {name: kind.digest(rows, version_of(chain.known.get(name))) for name, (kind, rows) in objects.items()}
    last = select(func.max(evidence_anchor.c.made_at)).where(
        evidence_anchor.c.id.in_(select(evidence.c.anchor).where(mine, evidence.c.anchor.is_not(None)))
    )
    anchored_at = connection.execute(last).scalar()
    newest = chain.last
    return Standing(
        entries=chain.seq,
        sealed_at=newest.at if newest else None,
        key=newest.key if newest else '',
        anchored_at=anchored_at,
        findings=(*chain.findings, *chain.compare(present), *beneath(connection, case_no, head.id)),
    )
