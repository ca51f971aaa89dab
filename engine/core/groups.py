"""The candidate groups of user tasks after the first, one row each, so that lists find a task by any of its windows with an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, insert

from engine.tables import user_task_group


def add_groups(connection: Connection, tasks: Mapping[int, Sequence[str]]) -> None:
    """Keep the further groups of new tasks (task id to all its candidate groups); nothing is sent when each has one."""
    rows = [{'task_id': task_id, 'group': group} for task_id, groups in tasks.items() for group in dict.fromkeys(groups[1:])]
    if rows:
        connection.execute(insert(user_task_group), rows)


def set_groups(connection: Connection, task_id: int, groups: Sequence[str]) -> None:
    """Keep the further groups of a task whose candidate groups have changed."""
    connection.execute(delete(user_task_group).where(user_task_group.c.task_id == task_id))
    add_groups(connection, {task_id: groups})
