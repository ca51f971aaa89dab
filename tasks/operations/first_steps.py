"""What a new hall still needs before its first case: steps that tick themselves off by what is in the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, exists, select

from engine import Actor
from tasks import tables as t
from tasks.rights.asking import could, need


@dataclass(frozen=True)
class FirstStep:
    """One step; `name` is hall | windows | people | items | case."""

    name: str
    done: bool


def first_steps(connection: Connection, actor: Actor) -> list[FirstStep]:
    """The steps in their order; none once every one is done. Administrators."""
    if not could(actor, 'staff.administer'):
        need(actor, 'operation.read')
    clerk, window = t.clerk, t.clerk_window
    looks = {
        'hall': exists(select(t.hall.c.code)),
        'windows': exists(select(t.window.c.code).where(t.window.c.open)),
        'people': exists(select(clerk.c.username).join(window, window.c.username == clerk.c.username).where(clerk.c.active)),
        'items': exists(select(t.approval_item.c.code).where(t.approval_item.c.published)),
        'case': exists(select(t.approval_case.c.case_no)),
    }
    row = connection.execute(select(*(look.label(name) for name, look in looks.items()))).mappings().one()
    steps = [FirstStep(name, bool(row[name])) for name in looks]
    return [] if all(step.done for step in steps) else steps
