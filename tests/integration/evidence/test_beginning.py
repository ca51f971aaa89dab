"""A-04: a database from before there was evidence is taken in as it stands; what comes later without a receipt is found."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from engine import verify_history
from engine.evidence import BASELINE
from engine.tables import clock, evidence, evidence_head, evidence_key, process_instance
from tasks.marks import verbs as marks
from tasks.marks.tables import mark
from tasks.people.roster import actor_of, find_clerk
from tests.integration.evidence.forging import BROKEN, insert_a_case

OLD = {'evidence_seq': 0, 'evidence_link': ''}


@pytest.fixture
def old(forger):
    """The hall as the schema's upgrade leaves it: every row is there, nothing is sealed."""
    with forger.database() as connection:
        for table in (evidence, evidence_head, evidence_key):
            connection.execute(delete(table))
        connection.execute(update(process_instance).values(OLD))
    return forger


def test_what_was_there_is_taken_in_once(old) -> None:
    """A-04: every case, line and object gets an entry of kind baseline; the histories of before verify still; a second run adds nothing."""
    engine = old.engine()
    engine.migrate()
    assert old.findings() == []
    with engine.reading() as connection:
        kinds = set(connection.execute(select(evidence.c.kind)).scalars())
        count = len(connection.execute(select(evidence.c.id)).all())
        assert all(verify_history(connection, one).intact for one in connection.execute(select(process_instance.c.id)).scalars())
    assert BASELINE in kinds
    engine.migrate()
    with engine.reading() as connection:
        assert len(connection.execute(select(evidence.c.id)).all()) == count
    engine.close()


def test_a_run_that_was_broken_off_is_gone_on_with(old) -> None:
    """A-04: cases that were taken in before stay as they are."""
    engine = old.engine()
    engine.migrate()
    with old.database() as connection:
        connection.execute(delete(evidence).where(evidence.c.chain == 'hall'))
        connection.execute(delete(evidence_head).where(evidence_head.c.chain == 'hall'))
        last = connection.execute(select(process_instance.c.id).order_by(process_instance.c.id.desc()).limit(1)).scalar_one()
        number = connection.execute(select(process_instance.c.business_key).where(process_instance.c.id == last)).scalar_one()
        connection.execute(delete(evidence).where(evidence.c.chain == f'case/{number}'))
        connection.execute(update(process_instance).where(process_instance.c.id == last).values(OLD))
    engine.migrate()
    engine.close()
    assert old.findings() == []


def test_work_goes_on_under_the_same_chain(old) -> None:
    """A-04: an act after the upgrade is sealed; what is forged then is found."""
    engine = old.engine()
    engine.migrate()
    row = old.row(mark, BROKEN)
    with engine.reading() as connection:
        supervisor = actor_of(find_clerk(connection, 'jiancha'))
    engine.run(supervisor, lambda tx: marks.withdraw(tx, row['id'], '系统故障'))
    engine.close()
    assert old.findings() == []
    with old.database() as connection:
        connection.execute(update(clock).where(clock.c.instance_id == row['instance_id']).values(limit='99个工作日'))
    assert {one.kind for one in old.findings()} == {'changed'}


def test_a_case_that_came_in_later_without_a_receipt_is_found_even_after_lawful_acts(forger) -> None:
    """A-04: a chain that begins in the middle, after the rows of before were taken in, says that nobody received the case."""
    insert_a_case(forger)
    engine = forger.engine()
    with forger.database() as connection:
        connection.execute(update(process_instance).where(process_instance.c.id == 9999).values(OLD))
        connection.execute(update(mark).where(BROKEN).values(instance_id=9999, case_no='990121202603030000011'))
    row = forger.row(mark, BROKEN)
    with engine.reading() as connection:
        supervisor = actor_of(find_clerk(connection, 'jiancha'))
    engine.run(supervisor, lambda tx: marks.withdraw(tx, row['id'], '系统故障'))
    engine.migrate()
    engine.close()
    assert ('unsealed', 'case/990121202603030000011') in {(one.kind, one.object) for one in forger.findings()}
