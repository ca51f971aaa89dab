"""An administrator moves the token of a case: back to an earlier step, or forward past one that only slows it; never past a decision."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from engine.bpmn.model import Element
from engine.bpmn.moving import MoveResult, Standing, finding, move, standing
from engine.core.apply import apply
from engine.core.errors import NotFound, Rejection
from engine.core.frame import Frame, readable
from engine.core.locking import COLUMNS, Instance
from engine.core.rights import need_role
from engine.core.tx import Tx
from engine.identity import is_blank
from engine.moving.passing import milestones_behind, visited
from engine.moving.plan import Assessment, refused
from engine.tables import process_instance


def places(tx: Tx, instance_id: int) -> list[Standing]:
    """The places of an instance that `move_token` can leave."""
    frame = _onlooking(tx, instance_id)
    with readable(instance_id, frame.instance.business_key):
        return [] if frame.instance.ended_at is not None else standing(frame.instance.state, frame.definition.program, frame.host)


def assess_move(tx: Tx, instance_id: int, leave: Sequence[str], begin: str, deciding: Collection[str] = ()) -> Assessment:
    """Whether tokens can be moved, why not, and what goes with it. Locks and writes nothing. Locks nothing and writes nothing."""
    return _assess(_onlooking(tx, instance_id), leave, begin, deciding)[0]


def move_token(tx: Tx, instance_id: int, leave: Sequence[str], begin: str, reason: str, *, deciding: Collection[str] = ()) -> None:
    """Cancel the tokens (or those on the elements) `leave` and begin the element `begin` (administrator). Clocks run on.

    Milestones are neither skipped nor reached by it, steps of the windows `deciding` never passed over. Raises Rejection.
    """
    need_role(tx.by, 'administrator')
    if is_blank(reason):
        raise Rejection('Expected a reason, but it is empty', '请填写理由')
    with tx.frame(instance_id, active=True) as frame:
        told, moved = _assess(frame, leave, begin, deciding)
        if not told.can or moved.run is None:
            raise refused(told)
        frame.wrote = True
        data = {'left': [one.id for one in moved.left], 'begun': begin, 'reason': reason, 'notes': [one.zh for one in told.notes]}
        frame.record('process_instance.moved', data, element=begin)
        frame.take(moved.run)
        changes = frame.advance()
        if changes.ended is not None:
            raise Rejection(f'Expected the case to go on from {begin}, but it would end', '转到该环节会使办件直接结束')
        apply(frame, changes)


def _onlooking(tx: Tx, instance_id: int) -> Frame:
    row = tx.connection.execute(select(*COLUMNS).where(process_instance.c.id == instance_id)).first()
    if row is None:
        raise NotFound(f'Expected process instance {instance_id}, but there is none', '没有找到该办件')
    instance = Instance(**row._mapping)
    return Frame(tx, instance, tx.engine.definitions.get(tx.connection, instance.definition_id))


def _assess(frame: Frame, leave: Sequence[str], begin: str, deciding: Collection[str]) -> tuple[Assessment, MoveResult]:
    instance, definition = frame.instance, frame.definition
    if instance.ended_at is not None:
        return Assessment(instance.id, instance.business_key, (finding('finished'),)), MoveResult()

    def decides(element: Element) -> bool:
        groups = definition.assignment(element.id).groups if element.kind == 'userTask' else ()
        return any(group in deciding for group in groups if isinstance(group, str))

    with readable(instance.id, instance.business_key):
        here = standing(instance.state, definition.program, frame.host)
    tokens = [one.token for one in here for wanted in leave if wanted in (one.token, one.element)]
    unknown = [wanted for wanted in leave if not any(wanted in (one.token, one.element) for one in here)]
    moved = move(
        instance.state,
        definition.program,
        frame.host,
        leave=[*tokens, *unknown],
        begin=begin,
        reached=milestones_behind(frame),
        visited=visited(frame),
        deciding=decides,
    )
    return Assessment(instance.id, instance.business_key, tuple(dict.fromkeys(moved.findings))), moved
