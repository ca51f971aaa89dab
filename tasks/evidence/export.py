"""Everything that proves a case, in one JSON document that needs no database: its rows, its history, its chain and the public keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, select

from engine import instant_text, plain
from engine.evidence import CASE, ENTRIES, case_rows
from engine.tables import evidence, history
from tasks.cases.receipt import find_case
from tasks.evidence.checking import version_of
from tasks.evidence.kinds import PERSONAL
from tasks.operations.log import note
from tasks.rights.asking import case_reading, refusal, see_case

if TYPE_CHECKING:
    from engine import Actor, Tx

FORMAT = 'yizhan-evidence-1'
_HISTORY = ('seq', 'at', 'by', 'event', 'element', 'token', 'data', 'hash')


def need_evidence(connection: Connection, actor: Actor, case_no: str) -> None:
    """Raises NotFound or Forbidden unless the person may see the evidence of the case."""
    if not see_case(connection, actor, case_no).allows('evidence.read'):
        raise refusal(actor, 'evidence.read')


def export_case(tx: Tx, case_no: str, *, personal: bool = True) -> dict[str, Any]:
    """The evidence of a case, logged. Rows with personal data are withheld (their digests stay) unless the actor may see them and
    `personal` is wanted. Raises NotFound or Forbidden."""
    sealer, connection = tx.engine.sealer, tx.connection
    if sealer is None:
        raise AssertionError('Expected an engine that writes evidence')
    need_evidence(connection, tx.by, case_no)
    case = find_case(connection, case_no)
    shown = personal and case_reading(connection, tx.by, 'case.read_file', case_no) == 'plain'
    chain = ENTRIES.all(connection, ENTRIES.select().where(evidence.c.chain == CASE + case_no).order_by(evidence.c.seq))
    known = {name: digest for entry in chain for name, digest in entry.objects.items()}
    objects: dict[str, Any] = {}
    for name, (kind, found) in case_rows(connection, sealer.kinds, {case.instance_id: case_no})[case.instance_id].items():
        version = version_of(known.get(name))
        facts = [kind.facts(row, version) for row in found]
        objects[name] = {'rows': facts} if shown or kind.name not in PERSONAL - {'history'} else {'withheld': True}
    note(tx, 'evidence.exported', case_no, data={'personal': shown})
    return {
        'format': FORMAT,
        'case': case_no,
        'instance': case.instance_id,
        'exported_at': instant_text(tx.now),
        'exported_by': tx.by.id,
        'chain': [entry.plain() for entry in chain],
        'objects': objects,
        'history': _history(tx, case.instance_id) if shown else None,
        'keys': [{'id': name, 'public': public} for name, public in sealer.signer.trusted.items()],
    }


def _history(tx: Tx, instance_id: int) -> list[dict[str, Any]]:
    rows = select(*(history.c[name] for name in _HISTORY)).where(history.c.instance_id == instance_id).order_by(history.c.seq)
    return [plain({**row, 'at': instant_text(row['at'])}) for row in tx.connection.execute(rows).mappings()]
