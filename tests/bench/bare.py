"""The yardstick: plain SpiffWorkflow, its whole serialize_json text in one row, with no task list, no timers and no history."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from lxml import etree
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer

BPMN = '{http://www.omg.org/spec/BPMN/20100524/MODEL}'
logging.getLogger('spiff').setLevel(logging.WARNING)


def fresh_text(diagram: Path, process: str) -> str:
    """The serialized text of a started workflow that waits at its first user task."""
    tree = etree.parse(diagram)
    for duration in tree.iter(f'{BPMN}timeDuration'):
        duration.text = '"P5D"'  # the bare loop knows no working days
    parser = BpmnParser()
    parser.add_bpmn_xml(tree)
    workflow = BpmnWorkflow(parser.get_spec(process))
    workflow.do_engine_steps()
    return str(BpmnWorkflowSerializer().serialize_json(workflow))


class BareLoop:
    """One row a case; one completion = lock, read, restore, complete, step, write, commit."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url)
        self.serializer = BpmnWorkflowSerializer()

    def prepare(self, text: str, cases: int) -> list[int]:
        """A fresh table with this many started cases; their ids."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql('DROP TABLE IF EXISTS bench_bare')
            connection.exec_driver_sql('CREATE TABLE bench_bare (id integer PRIMARY KEY, state text NOT NULL)')
            connection.execute(sa.text('INSERT INTO bench_bare VALUES (:id, :state)'), [{'id': i, 'state': text} for i in range(cases)])
        return list(range(cases))

    def complete(self, case: int, variables: dict[str, Any]) -> bool:
        """Complete one ready user task of the case; False when it has ended."""
        with self._locked() as connection:
            lock = '' if connection.dialect.name == 'sqlite' else ' FOR UPDATE'
            text = connection.exec_driver_sql(f'SELECT state FROM bench_bare WHERE id = {case:d}{lock}').scalar_one()
            workflow = self.serializer.deserialize_json(text)
            task = workflow.get_next_task(state=TaskState.READY, manual=True)
            task.data.update(variables)
            task.run()
            workflow.do_engine_steps()
            connection.execute(_UPDATE, {'id': case, 'state': self.serializer.serialize_json(workflow)})
            return not workflow.is_completed()

    @contextmanager
    def _locked(self) -> Iterator[sa.Connection]:
        with self.engine.connect() as connection:
            if connection.dialect.name == 'sqlite':
                connection.exec_driver_sql('BEGIN IMMEDIATE')
            yield connection
            connection.commit()


_UPDATE = sa.text('UPDATE bench_bare SET state = :state WHERE id = :id')
