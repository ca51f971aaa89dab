"""Whoever decides reads what the steps before found (S-67); of two inspectors, both (art. 34)."""

from __future__ import annotations

from tasks.desk import task_page
from tasks.desk import worklist as desk_lists


def _view(hall, username: str):
    with hall.engine.reading() as connection:
        actor = hall.actors[username]
        [row] = desk_lists.worklist(connection, actor, now=hall.clock()).rows
        return task_page.task_view(connection, actor, row.task_id, now=hall.clock())


def test_the_decider_reads_every_earlier_step_with_its_form(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', 'document_review', 'site_inspection', 'site_inspection', 'audit')
    read = _view(hall, 'jueding').opinions
    assert [one.element for one in read] == ['intake', 'document_review', 'site_inspection', 'site_inspection', 'audit']
    assert len({one.who for one in read if one.element == 'site_inspection'}) == 2
    assert all(one.form is not None and one.data for one in read)


def test_the_first_step_has_nothing_to_read(hall) -> None:
    hall.receive()
    assert _view(hall, 'chuangkou').opinions == []
