"""O-11: an item whose step nobody works is not released unseen, and a task nobody can see is an alarm."""

from __future__ import annotations

import pytest

from engine import SYSTEM, edition_of
from tasks import tables as t
from tasks.catalogue.steps import all_steps
from tasks.deadlines import doctor
from tasks.people.vacant import EmptyPosts, manned_steps, need_people, unseen_tasks

ITEM = 'food-business-licence'


def leave(hall, window: str) -> None:
    """Nobody works this window any more."""
    with hall.engine.begin(SYSTEM) as tx:
        tx.connection.execute(t.clerk_window.delete().where(t.clerk_window.c.window == window))


def in_force(hall, connection):
    return edition_of(connection, hall.case(hall.receive().case_no).definition_id)


def windows_of_steps(hall) -> list[str]:
    with hall.engine.reading() as connection:
        return sorted({group for step in all_steps(in_force(hall, connection).diagram) for group in step.groups} - {'applicant'})


def test_every_step_has_its_post_and_people(hall) -> None:
    """O-11: of the demo hall."""
    with hall.engine.reading() as connection:
        steps = manned_steps(connection, in_force(hall, connection), hall.clock())
    assert all(one.people and one.posts for one in steps)
    assert ('受理审查', ['综合受理窗口']) in [(one.step, list(one.posts)) for one in steps]


def test_an_empty_post_of_any_step_stops_the_release(hall) -> None:
    """O-11: each window of the item in turn, and everybody switched off."""
    with hall.engine.reading() as connection:
        edition = in_force(hall, connection)
    for window in windows_of_steps(hall):
        leave(hall, window)
        with hall.engine.reading() as connection, pytest.raises(EmptyPosts):
            need_people(connection, edition, hall.clock())
        with hall.engine.reading() as connection:
            assert [one for one in manned_steps(connection, edition, hall.clock()) if not one.people]


def test_a_task_nobody_can_see_is_named_with_its_post_and_the_doctor_finds_it(hall) -> None:
    """O-11"""
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    with hall.engine.reading() as connection:
        assert unseen_tasks(connection, SYSTEM, hall.clock()) == []
    leave(hall, 'food_review')
    with hall.engine.reading() as connection:
        (one,) = unseen_tasks(connection, SYSTEM, hall.clock())
    assert (one.case_no, one.step, list(one.posts)) == (case_no, '资料审查', ['食品经营资料审查岗'])
    assert [(found.case_no, found.what) for found in doctor.examine(hall.engine).differences] == [(case_no, 'unseen')]


def test_a_task_whose_people_are_switched_off_is_unseen(hall) -> None:
    """O-11"""
    hall.receive()
    with hall.engine.begin(SYSTEM) as tx:
        tx.connection.execute(t.clerk.update().values(active=False))
    with hall.engine.reading() as connection:
        assert len(unseen_tasks(connection, SYSTEM, hall.clock())) == 1
