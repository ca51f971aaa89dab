"""Whom a user task of a case is offered to: what the diagram says, the item's windows, and who of the people is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import update

from engine.core import incidents
from engine.core.assignment import Assignment, Offer, settle
from engine.core.definitions import Definition
from engine.core.frame import Frame
from engine.core.groups import set_groups, set_people
from engine.rows import StoredTask
from engine.tables import user_task


def offered(frame: Frame, says: Assignment, variables: Mapping[str, Any], *, definition: Definition | None = None) -> Offer:
    """Evaluate an assignment for this case. Never raises for what the diagram or the data say: that is in `Offer.wrong`.

    `definition` is the version that says it, unless it is the one the case runs on. Nothing is asked where nobody is named.
    """
    engine, version = frame.tx.engine, definition or frame.definition
    offer = says.offer(variables, frame.host.functions, frame.host.now)
    item = version.edition.read(engine.item_rules)
    if item is not None:
        known = ((group, item.window(group)) for group in offer.groups)
        offer = replace(offer, groups=tuple(dict.fromkeys(window.id if window is not None else group for group, window in known)))
    if not offer.people and not offer.unknown:
        return offer
    return settle(offer, engine.staffing(frame.tx, version.id, offer))


def offer_again(frame: Frame, task: StoredTask) -> Offer:
    """Ask once more whom an open step is offered to: people have come or gone since. Nobody holds it but whom the diagram names."""
    offer = offered(frame, frame.definition.assignment(task.element), frame.run.variables_of(task.token))
    frame.wrote = True
    connection = frame.tx.connection
    set_groups(connection, task.id, offer.groups)
    set_people(connection, task.id, offer.users)
    values = {**offer.columns, 'claimed_at': frame.tx.now if offer.assignee else None, 'lock_version': user_task.c.lock_version + 1}
    connection.execute(update(user_task).where(user_task.c.id == task.id).values(values))
    frame.record('user_task.offered', offer.told, element=task.element, token=task.token)
    if offer.wrong:
        incidents.open_assignment(frame, task.token, task.element, offer.wrong)
    return offer
