"""A hall of any size: copies of the played cases, written in bulk, some hundred a transaction; after a kill the next run goes on.

What a copy is (its story, its weeks, its names) follows from its place alone, so it does not matter how often the work was interrupted.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, select, text

from engine import SYSTEM
from engine.evidence import COPIED, objects_among
from engine.tables import evidence
from engine.worktime import Office, shipped_calendar
from tasks import tables as t
from tasks.cases.numbers import case_nos, document_nos, licence_nos
from tasks.cases.search import keys_of_cases
from tasks.demo.bulk import insert_rows, look_over
from tasks.demo.copying import Ids, PlayedCase, Row, copy, load, moved, tables_of_a_case, weeks_back
from tasks.demo.fiction import Fiction
from tasks.demo.stories import STORIES

if TYPE_CHECKING:
    from engine import Engine, Tx

BATCH = 500
"""Copies a transaction."""
SMALL = 1_000
NEAR, FAR = 8, 100
"""How many weeks back ended copies lie at most, in a small hall and in a large one."""
OPEN_OF_SMALL, OPEN_BEYOND = 0.24, 0.017
"""Which share of the cases is open: of the first thousand, and of those beyond.

In either hall a case is open for some ten working days: 25 a day make a thousand in eight weeks and leave 240 open, 200 a day make a
hundred thousand in a hundred weeks and leave 1,900 open.
"""
_LICENCE = re.compile(r'([A-Z]*)(\d{6})\d{4}\d{6,}')


@dataclass(frozen=True)
class _Copy:
    """What the copy at one place is to be."""

    place: int
    template: PlayedCase
    weeks: int

    @property
    def rows(self) -> Mapping[str, Sequence[Row]]:
        """The template's rows on the copy's own dates."""
        return moved(self.template, self.weeks)


def multiply(engine: Engine, played: Sequence[tuple[str, int]], wanted: int, seed: int, progress: Callable[[int, int], None]) -> None:
    """Copy the played cases until there are `wanted` cases. `progress` is told (cases, of cases)."""
    with engine.reading() as connection:
        templates = [load(connection, case_no, story, Office()) for case_no, story in played if STORIES[story].weight]
        there = _count(connection)
    casting = _Casting(templates, wanted, seed)
    while there < wanted:
        copies = [casting.at(place) for place in range(there, min(there + BATCH, wanted))]
        engine.run(SYSTEM, lambda tx, copies=copies: _write(tx, copies, seed))  # type: ignore[misc]
        there += len(copies)
        progress(there, wanted)
        if there == wanted:
            look_over(engine.database)


def _count(connection: Connection) -> int:
    return int(connection.execute(select(func.count()).select_from(t.approval_case)).scalar_one())


class _Casting:
    """Which story the copy at a place tells, and when."""

    def __init__(self, templates: Sequence[PlayedCase], wanted: int, seed: int) -> None:
        self.seed = seed
        self.open = [one for one in templates if one.case['status'] not in t.ENDED_STATUSES]
        self.ended = [one for one in templates if one.case['status'] in t.ENDED_STATUSES]
        self.settled = [one for one in self.ended if not any(row['state'] in ('raised', 'replied') for row in one.rows['mark'])]
        calendar, farthest = shipped_calendar(), NEAR if wanted <= SMALL else FAR
        self.weeks = {id(one): weeks_back(one, calendar, farthest) for one in self.ended}

    def at(self, place: int) -> _Copy:
        """The copy at a place."""
        random = Random(f'{self.seed}:{place}')  # noqa: S311 - made-up data, not secrets
        ended = self.ended if place < SMALL else self.settled  # what ended long ago has no mark that nobody answered
        among = self.open if _open_until(place + 1) > _open_until(place) else ended
        (template,) = random.choices(among, [STORIES[one.story].weight for one in among])
        return _Copy(place, template, random.choice(self.weeks.get(id(template), [0])))


def _open_until(place: int) -> int:
    """How many of so many cases are open."""
    return int(OPEN_OF_SMALL * min(place, SMALL) + OPEN_BEYOND * max(0, place - SMALL))


def _write(tx: Tx, copies: Sequence[_Copy], seed: int) -> None:
    """One batch: draw its numbers and ids, seal each copy, then insert table by table."""
    numbers, ids = _Numbers(tx.connection, copies), Ids(tx.connection)
    rows: dict[str, list[Row]] = defaultdict(list)
    for one in copies:
        texts = _names(one, seed) | numbers.of(one)
        made = copy(one.template, one.weeks, texts, ids.draw(one.template.rows))
        made['evidence'] = _sealed(tx, made)
        for name, found in made.items():
            rows[name] += found
    for table in (*tables_of_a_case(), evidence):
        insert_rows(tx.connection, table, rows[table.name])
    insert_rows(tx.connection, t.case_key, keys_of_cases(rows[t.approval_case.name]))
    if tx.connection.dialect.name == 'postgresql':
        for name, last in ids.last.items():
            tx.connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {max(last, 1)})"))


def _sealed(tx: Tx, made: Mapping[str, Sequence[Row]]) -> list[Row]:
    """The first entry of a copy's chain, which covers all its rows; its instance is told where the chain ends."""
    if tx.seals is None:
        return []
    (instance,) = made['process_instance']
    entry = tx.seals.first_entry(instance['business_key'], objects_among(tx.seals.sealer.kinds, made), COPIED)
    instance |= {'evidence_seq': entry.seq, 'evidence_link': entry.link}
    return [dict(vars(entry))]


class _Numbers:
    """The numbers of a batch: of each series as many as it needs, drawn at once."""

    def __init__(self, connection: Connection, copies: Sequence[_Copy]) -> None:
        needed = Counter(key for one in copies for _, key in _series(one))
        self.drawn: dict[tuple[str, ...], Iterator[str]] = {key: iter(_draw(connection, key, many)) for key, many in needed.items()}

    def of(self, one: _Copy) -> dict[str, str]:
        """The template's numbers with those of the copy."""
        return {number: next(self.drawn[key]) for number, key in _series(one)}


def _series(one: _Copy) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every number of the template with the series the copy's must come from."""
    case, office = one.rows['approval_case'][0], Office()
    yield case['case_no'], ('case', case['case_no'][:6], office.local_date(case['received_at']).isoformat())
    for row in one.rows['document']:
        yield row['number'], ('document', row['number'].partition('〔')[0], str(office.local(row['issued_at']).year))
    for row in one.rows['licence']:
        found = _LICENCE.fullmatch(row['no'])
        if found is None:
            raise ValueError(f'Expected prefix, region, year and serial in a certificate number, but it is {row["no"]}')
        yield row['no'], ('licence', found[1], found[2], row['valid_from'][:4])


def _draw(connection: Connection, key: tuple[str, ...], many: int) -> list[str]:
    if key[0] == 'case':
        return case_nos(connection, key[1], date.fromisoformat(key[2]), many)
    if key[0] == 'document':
        return document_nos(connection, key[1], int(key[2]), many)
    return licence_nos(connection, key[1], key[2], int(key[3]), many)


def _names(one: _Copy, seed: int) -> dict[str, str]:
    """The template's people, shops and addresses with new ones."""
    case, fiction = one.template.case, Fiction(f'{seed}:{one.place}')
    new = fiction.application(case['item'], case['applicant_kind'])
    texts = {case[f'applicant_{name}']: getattr(new.applicant, name) for name in ('name', 'id_no', 'phone', 'address')}
    if case['agent']:
        texts |= {case['agent']['name']: fiction.name(), case['agent']['id_no']: fiction.id_no(), case['agent']['phone']: fiction.phone()}
    return texts | {str(case['form'][name]): str(new.form[name]) for name in ('shop_name', 'shop_address') if name in case['form']}
