"""The candidate groups of user tasks after the first, and the candidate users, one row each, so that lists find a task with an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete, insert

from engine.tables import user_task_group, user_task_person


def add_groups(connection: Connection, tasks: Mapping[int, Sequence[str]]) -> None:
    """Keep the further groups of new tasks (task id to all its candidate groups); nothing is sent when each has one."""
    rows = [{'task_id': task_id, 'group': group} for task_id, groups in tasks.items() for group in dict.fromkeys(groups[1:])]
    if rows:
        connection.execute(insert(user_task_group), rows)


def set_groups(connection: Connection, task_id: int, groups: Sequence[str]) -> None:
    """Keep the further groups of a task whose candidate groups have changed."""
    connection.execute(delete(user_task_group).where(user_task_group.c.task_id == task_id))
    add_groups(connection, {task_id: groups})


def set_people(connection: Connection, task_id: int, people: Sequence[str]) -> None:
    """Keep the candidate users of a task, and no others."""
    connection.execute(delete(user_task_person).where(user_task_person.c.task_id == task_id))
    rows = [{'task_id': task_id, 'person': person} for person in dict.fromkeys(people)]
    if rows:
        connection.execute(insert(user_task_person), rows)
