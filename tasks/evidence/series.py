"""Series of numbers against what bears them: every serial up to the counter was given to one paper, and none lies beyond it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import Column, Connection, select

from engine.evidence import CASE
from engine.words import Word, said
from tasks import tables as t
from tasks.cases.numbers import (
    Serial,
    Series,
    case_nos_between,
    case_serial,
    document_nos_between,
    document_serial,
    drawn_serials,
    is_licence_series,
    licence_serial,
)
from tasks.evidence.checking import Discrepancy

if TYPE_CHECKING:
    from engine import Engine

MOST = 100
"""Numbers named of a series; of the others it is told how many they are."""
BATCH = 1000
_NO_CASE = Word('编号已使用，但没有该办件', 'the number was given out, but there is no such case')
_NO_PAPER = Word('编号已使用，但没有该文书', 'the number was given out, but there is no such paper')


@dataclass
class _Borne:
    """How many papers bear a number of a series, and the greatest serial among them."""

    many: int = 0
    greatest: int = 0


@dataclass(frozen=True)
class _Register:
    """Papers of one kind: the column with their numbers, how a number is read and written, how a missing one is named."""

    column: Column[str]
    read: Callable[[str], Serial | None]
    write: Callable[[Series, int, str], str]
    object: str
    gone: Word

    def serials(self, connection: Connection) -> Iterator[Serial]:
        """Of every paper, without keeping them; what is no number of ours is not told: that its row was changed is found elsewhere."""
        rows = connection.execute(select(self.column), execution_options={'yield_per': BATCH})
        return filter(None, map(self.read, rows.scalars()))


def _case_no(series: Series, serial: int, _label: str) -> str:
    return case_nos_between(*series, serial, serial)[0]


def _paper_no(series: Series, serial: int, label: str) -> str:
    return document_nos_between(series[0], int(series[1]), label, serial, serial)[0]


CASES = _Register(t.approval_case.c.case_no, case_serial, _case_no, CASE, _NO_CASE)
DOCUMENTS = _Register(t.document.c.number, document_serial, _paper_no, 'document/', _NO_PAPER)
LICENCES = _Register(t.licence.c.no, licence_serial, _paper_no, 'licence/', _NO_PAPER)


@dataclass(frozen=True)
class _Counter:
    """The serials a counter has given out; `label` is that of the epoch it is in."""

    runs: Sequence[range]
    label: str = ''

    @property
    def last(self) -> int:
        """Where it stands."""
        return self.runs[-1].stop - 1

    def agrees(self, borne: _Borne) -> bool:
        """Whether as many papers bear its numbers, and none a later one. Where a restore let it go on far behind, that says too little."""
        return len(self.runs) == 1 and (borne.many, borne.greatest) == (self.last, self.last)


def examine_series(engine: Engine) -> Iterator[Discrepancy]:
    """Counters that were set forward or back or are gone, and numbers that were given out and are on nothing."""
    with engine.reading() as connection:
        days, papers, licences = dict[Series, _Counter](), dict[Series, _Counter](), dict[Series, _Counter]()
        for row in connection.execute(select(t.case_sequence)).all():
            days[row.region, row.day] = _Counter(drawn_serials(connection, row.region, row.day, row.last))
        for row in connection.execute(select(t.document_sequence)):
            of = licences if is_licence_series(row.series) else papers
            of[row.series, str(row.year)] = _Counter([range(1, row.last + 1)], row.label)
        for register, counters in ((CASES, days), (DOCUMENTS, papers), (LICENCES, licences)):
            yield from _examine(connection, register, counters)


def _examine(connection: Connection, register: _Register, counters: Mapping[Series, _Counter]) -> Iterator[Discrepancy]:
    borne: dict[Series, _Borne] = {series: _Borne() for series in counters}
    for one in register.serials(connection):
        counted = borne.setdefault(one.series, _Borne())
        counted.many += 1
        counted.greatest = max(counted.greatest, one.serial)
    for series, counted in sorted(borne.items(), key=lambda one: one[0]):
        counter = counters.get(series)
        if counter is None:
            zh, en = '编号计数器不见了，而编号已用到 {last}', 'the counter is gone, but numbers up to {last} were given out'
            yield Discrepancy('series', _named(series), said(zh, en, last=counted.greatest))
        elif not counter.agrees(counted):
            yield from _differing(connection, register, series, counter)


def _differing(connection: Connection, register: _Register, series: Series, counter: _Counter) -> Iterator[Discrepancy]:
    """Number by number: those that are on nothing, and those beyond the counter."""
    found = {one.serial for one in register.serials(connection) if one.series == series}
    beyond = found.difference(*counter.runs)
    if beyond:
        zh = '编号计数器停在 {last}，而编号已用到 {most}：计数器被改回'
        en = 'the counter stands at {last}, but {most} was given out: it was set back'
        yield Discrepancy('series', _named(series), said(zh, en, last=counter.last, most=max(beyond)))
    missing = (serial for run in counter.runs for serial in run if serial not in found)
    for serial in islice(missing, MOST):
        yield Discrepancy('missing', register.object + register.write(series, serial, counter.label), register.gone)
    more = sum(len(run) for run in counter.runs) - len(found - beyond) - MOST
    if more > 0:
        zh = '另有 {n} 个编号已使用而无对应记录，计数器可能被改大'
        en = '{n} more numbers are on nothing: the counter was set forward, or papers are gone'
        yield Discrepancy('series', _named(series), said(zh, en, n=more))


def _named(series: Series) -> str:
    return f'series {"/".join(series)}'
