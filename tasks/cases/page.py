"""What a case page shows: facts, clocks, open tasks, timeline, documents, the diagram with the token and the road."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from engine import edition_of, read
from engine.bpmn.model import Diagram
from tasks import tables as t
from tasks.calendars.halls import find_hall
from tasks.cases.attachments import Attachment, attachments_of
from tasks.cases.masking import persons_of
from tasks.cases.opinions import Opinion, opinions
from tasks.cases.receipt import find_case
from tasks.cases.timeline import TimelineEntry, timeline
from tasks.desk.verbs import windows_named
from tasks.desk.worklist import TaskRow
from tasks.rights.asking import Reading, see_case
from tasks.rows import StoredCase

if TYPE_CHECKING:
    from engine import Actor


from tasks.cases.clocks import ClockRow, clocks_of
from tasks.cases.facts import CaseFacts, DocumentRow, MaterialRow, documents_of, facts_of, materials_of
from tasks.desk.worklist import tasks_of


@dataclass(frozen=True)
class CaseView:
    """Everything about one case; personal data is plain where `unmasked`. `here`, `road`, `late` are element and flow ids.

    `opinions` are empty for who may not read them.
    """

    case: CaseFacts
    clocks: Sequence[ClockRow]
    tasks: Sequence[TaskRow]
    timeline: Sequence[TimelineEntry]
    documents: Sequence[DocumentRow]
    attachments: Sequence[Attachment]  # empty for eyes that see personal data masked
    materials: Sequence[MaterialRow]
    diagram: Diagram
    here: frozenset[str]
    road: frozenset[str]
    late: frozenset[str]
    can_withdraw: bool
    can_move: bool
    unmasked: bool
    reads: Reading  # how the opinions and forms of its steps are read; None: not at all
    papers: bool  # whether its documents open; their titles are shown in any case
    opinions: Sequence[Opinion]
    persons: Mapping[str, str]  # what identifies people in them and what is shown instead, where they are read masked


def case_view(connection: Connection, actor: Actor, case_no: str, *, now: datetime) -> CaseView:
    """A case as the actor may see it. Raises NotFound; to an applicant other people's cases do not exist."""
    standing = see_case(connection, actor, case_no)
    case = find_case(connection, case_no)
    edition = edition_of(connection, case.definition_id)
    tasks = tasks_of(connection, actor, case.instance_id, now)
    unmasked, reads = standing.reading('case.read') == 'plain', standing.reading('case.read_file')
    windows = windows_named(connection)
    hall = find_hall(connection, case.hall)
    return CaseView(
        case=facts_of(case, unmasked, windows),
        clocks=clocks_of(connection, case, hall, now),
        tasks=tasks,
        timeline=timeline(connection, case.instance_id, edition, hall, windows),
        documents=documents_of(connection, case_no),
        attachments=attachments_of(connection, case_no) if standing.allows('attachment.read') else (),
        materials=materials_of(connection, case_no),
        diagram=edition.diagram,
        here=frozenset(row.element for row in tasks),
        road=frozenset(read.road(connection, case.instance_id)),
        late=frozenset(row.element for row in tasks if row.colour == 'red'),
        can_withdraw=standing.allows('case.withdraw') and _waits_for_withdrawal(connection, case),
        can_move=standing.allows('case.move') and case.status not in t.ENDED_STATUSES,
        unmasked=unmasked,
        reads=reads,
        papers=standing.allows('document.read'),
        opinions=opinions(connection, case.instance_id, edition) if reads else (),
        persons=persons_of(connection, case) if reads == 'masked' else {},
    )


def _waits_for_withdrawal(connection: Connection, case: StoredCase) -> bool:
    return case.status not in t.ENDED_STATUSES and 'withdraw' in read.standing(connection, case.instance_id)[1]
