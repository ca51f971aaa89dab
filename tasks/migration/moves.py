"""One case moved, suspended or let go on by an administrator, with a line in the operator log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, select

from engine import Assessment, MovePlan, Rejection
from engine.moving import placing
from engine.tables import process_instance
from engine.verbs import instances
from tasks.cases.receipt import find_case
from tasks.migration.choice import deciding_windows
from tasks.operations.log import note
from tasks.rights.asking import need_case

if TYPE_CHECKING:
    from engine import Tx


def assess_move(tx: Tx, case_no: str, leave: Sequence[str], begin: str) -> Assessment:
    """Whether a case can be moved, and what goes with it. Writes nothing."""
    need_case(tx.connection, tx.by, 'case.move', case_no, tx.now)
    plan = _plan(leave, begin)
    case = find_case(tx.connection, case_no)
    return placing.assess(tx, case.instance_id, plan, deciding_windows(tx.connection))


def move_case(tx: Tx, case_no: str, leave: Sequence[str], begin: str, reason: str) -> None:
    """Leave these steps of a case and begin another. Administrators decide nothing by it; clocks run on."""
    need_case(tx.connection, tx.by, 'case.move', case_no, tx.now)
    plan = _plan(leave, begin)
    case = find_case(tx.connection, case_no)
    placing.carry_out(tx, case.instance_id, plan, reason, deciding_windows(tx.connection))
    note(tx, 'case.moved', case_no, reason, {'leave': list(leave), 'begin': begin})


def _plan(leave: Sequence[str], begin: str) -> MovePlan:
    """A token is moved, never made: with two of them a case would be accepted, decided and delivered twice."""
    if not leave:
        raise Rejection('Expected a step to leave, but there is none', '请选择转出环节')
    return MovePlan(tuple(leave), begin)


def suspend_case(tx: Tx, case_no: str, reason: str) -> None:
    """Let nobody work on a case until it is let go on; its clocks run on: this is no legal suspension (中止)."""
    need_case(tx.connection, tx.by, 'case.move', case_no, tx.now)
    instances.suspend(tx, find_case(tx.connection, case_no).instance_id, reason)
    note(tx, 'case.suspended', case_no, reason)


def activate_case(tx: Tx, case_no: str, reason: str) -> None:
    """End that."""
    need_case(tx.connection, tx.by, 'case.move', case_no, tx.now)
    instances.activate(tx, find_case(tx.connection, case_no).instance_id, reason)
    note(tx, 'case.activated', case_no, reason)


def is_suspended(connection: Connection, instance_id: int) -> bool:
    """Whether an administrator has suspended the instance."""
    status = connection.execute(select(process_instance.c.status).where(process_instance.c.id == instance_id)).scalar()
    return bool(status == 'suspended')
