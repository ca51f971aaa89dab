"""What no administrator's hand passes over, whether it moves a token or maps one step to another: decisions and milestones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import select

from engine.bpmn.model import Element
from engine.bpmn.moving import Finding, Past, passed_over
from engine.core.definitions import Definition
from engine.core.frame import Frame
from engine.read import road
from engine.tables import history, user_task


def milestones_behind(frame: Frame) -> set[str]:
    """The milestones the instance has behind it."""
    rows = frame.tx.connection.execute(
        select(history.c.data).where(history.c.instance_id == frame.instance.id, history.c.event == 'milestone.reached')
    )
    return {str(data['milestone']) for data in rows.scalars()}


def visited(frame: Frame) -> set[str]:
    """The elements the instance has been on, by their present ids."""
    tasks = select(user_task.c.element).where(user_task.c.instance_id == frame.instance.id)
    return road(frame.tx.connection, frame.instance.id) | set(frame.tx.connection.execute(tasks).scalars())


def passed_by_mapping(frame: Frame, new: Definition, become: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """A step that becomes another one of the same diagram is moved, not renamed: what is blocked in a move is blocked here, too.

    `become`: old element id and new one of every token.
    """
    for old, other in become:
        definition = next((one for one in (new, frame.definition) if _has(one, old) and _has(one, other)), None)
        if old == other or definition is None:
            continue
        passed = passed_over(
            definition.program,
            [definition.element(old)],
            definition.element(other),
            Past(milestones_behind(frame), visited(frame), _decides(frame, definition)),
        )
        if passed is not None:
            yield passed


def _has(definition: Definition, element: str) -> bool:
    try:
        definition.element(element)
    except KeyError:
        return False
    return True


def _decides(frame: Frame, definition: Definition) -> Callable[[Element], bool]:
    """Whether an element is a step of a window that decides, as the catalogue entry in the bundle names them."""
    item = definition.edition.read(frame.tx.engine.item_rules)
    windows = {window.id for window in item.windows if window.authority == 'decide'} if item is not None else set()
    return lambda element: (
        element.kind == 'userTask'
        and not windows.isdisjoint(group for group in definition.assignment(element.id).groups if isinstance(group, str))
    )
