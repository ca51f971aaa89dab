"""What a case page offers its reader to do about the clocks; decided by the same rules as the verbs, which decide again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from engine import Rejection, read
from tasks.calendars.halls import find_hall
from tasks.cases.receipt import find_case
from tasks.deadlines.conditions import ART_42, KINDS, Extendable, extendable, instance_active, not_the_post, why_no_extension, why_no_stop
from tasks.deadlines.explanation import StopLine, stop_lines
from tasks.documents.issuing import ART_45
from tasks.rights.asking import case_reading, need_case

if TYPE_CHECKING:
    from engine import Actor


@dataclass(frozen=True)
class OpenStop:
    """A stop that has not ended. One that the diagram made ends with its activity."""

    id: int
    line: StopLine
    may_resume: bool


@dataclass(frozen=True)
class Offers:
    """`kinds` are the procedures to choose from; where something is not offered, the reason is a sentence (empty: not his affair)."""

    kinds: Mapping[str, str]
    basis: str
    may_suspend: bool
    why_no_stop: str
    open_stops: Sequence[OpenStop]
    may_extend: bool
    why_no_extension: str
    extension: Extendable | None
    extension_basis: str


def offers(connection: Connection, actor: Actor, case_no: str, *, now: datetime) -> Offers:
    """What this actor may do about the clocks of a case now. Raises NotFound."""
    case = find_case(connection, case_no)
    hall = find_hall(connection, case.hall)
    ledger = read.ledger_of(connection, case.instance_id, hall)
    today, found = hall.office.local_date(now), extendable(connection, case)
    active = instance_active(connection, case.instance_id)
    refused = {verb: _refusal(connection, actor, verb, case_no, now) for verb in ('case.suspend', 'case.resume', 'case.extend')}
    stops, resumes, extends = (active and refused[verb] is None for verb in refused)
    no_stop = why_no_stop(case, ledger, now)
    no_extension = why_no_extension(case, ledger, found, now)[0]
    if no_extension is None and refused['case.extend'] is not None and found is not None:
        no_extension = not_the_post(actor, found)
    works = active and case_reading(connection, actor, 'case.read', case_no) == 'plain'
    lines = stop_lines(connection, case, today) if any(stop.end is None for stop in ledger.stops) else ()
    return Offers(
        kinds=KINDS,
        basis=ART_45,
        may_suspend=stops and no_stop is None,
        why_no_stop=no_stop.zh if stops and no_stop else '',
        open_stops=[OpenStop(line.id, line, resumes and not line.by_diagram) for line in lines if line.end is None],
        may_extend=extends and no_extension is None,
        why_no_extension=no_extension.zh if works and no_extension else '',
        extension=found,
        extension_basis=ART_42,
    )


def _refusal(connection: Connection, actor: Actor, verb: str, case_no: str, now: datetime) -> Rejection | None:
    try:
        need_case(connection, actor, verb, case_no, now)
    except Rejection as refusal:
        return refusal
    return None
