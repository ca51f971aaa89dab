"""The history of a case as sentences a clerk reads: who did what and when; what the software did by itself is marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from engine import Edition, Hall, edition_of, read
from engine.rows import StoredEvent
from engine.words import APPLICANT_WORD, Word, said
from tasks.cases import told_limits, told_steps
from tasks.cases.told import Told, quoted
from tasks.people.names import AUTOMATIC, names_of

_SILENT = frozenset({'token.moved'})


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the timeline. `who` is a name; `automatic` says that nobody did it."""

    at: datetime
    event: str
    sentence: str
    who: str
    by: str
    automatic: bool
    element: str | None


def timeline(connection: Connection, instance_id: int, edition: Edition, hall: Hall, windows: Mapping[str, str]) -> list[TimelineEntry]:
    """Everything that happened to a case, oldest first, each in one sentence (Chinese and English)."""
    rows = [row for row in read.events(connection, instance_id) if row.event not in _SILENT]
    people = _people(connection, rows)
    entries = []
    then = _first_edition(connection, rows, edition)
    for row in rows:
        if row.event in _VERSION_CHANGES:
            then = edition_of(connection, row.data['to']['definition'])
        edition = then
        told = Told(
            data=row.data,
            element=row.element,
            name=edition.name_of(row.element),
            edition=edition,
            windows=windows,
            people=people,
            hall=hall,
        )
        sentence = _SENTENCES.get(row.event, _other)(told)
        if sentence:
            automatic = row.by in AUTOMATIC
            entries.append(
                TimelineEntry(
                    at=row.at, event=row.event, sentence=sentence, who=people[row.by], by=row.by, automatic=automatic, element=row.element
                )
            )
    return entries


_VERSION_CHANGES = frozenset({'process_instance.migrated', 'process_instance.migration_reverted'})


def _first_edition(connection: Connection, rows: Sequence[StoredEvent], present: Edition) -> Edition:
    """The version a case began on: steps it went through there are told by the names they had."""
    changed = next((row for row in rows if row.event in _VERSION_CHANGES), None)
    return edition_of(connection, changed.data['from']['definition']) if changed else present


def _people(connection: Connection, rows: Sequence[StoredEvent]) -> dict[str, str]:
    told = {str(row.data.get(key)) for row in rows for key in ('assignee', 'before', 'to') if row.data.get(key)}
    names = names_of(connection, {row.by for row in rows} | told)
    return {who: APPLICANT_WORD if who == name and who.startswith('applicant') else name for who, name in names.items() if who}


def _other(told: Told) -> Word:
    if told.element is None:
        return Word('有新的记录', 'A new entry')
    return said('{name}有新的记录', 'A new entry at {name}', name=quoted(told.name))


_SENTENCES: Mapping[str, Callable[[Told], Word]] = {**told_steps.SENTENCES, **told_limits.SENTENCES}
