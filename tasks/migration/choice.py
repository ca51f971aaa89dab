"""Which cases an order is for, and what would become of each: the dry run. Nothing here writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, select

from engine import Assessment, MigrationPlan, MovePlan, Rejection, instant_text
from engine.bpmn.moving import Finding
from engine.moving import placing
from engine.moving.plan import identity
from engine.moving.taking_back import touching
from engine.tables import incident, process_instance, user_task
from tasks import tables as t
from tasks.migration.tables import KINDS
from tasks.rights.asking import need_for

if TYPE_CHECKING:
    from engine import Tx

Report = Callable[[int, int], None]
MOST = 20_000
ANY = 0
"""In the place of a version: cases of all versions."""


@dataclass(frozen=True)
class Order:
    """What is to be done with many cases.

    `kind`: migrate (needs `plan`), move (from the steps `leave` to the step `begin`), suspend, activate, retry, take_back (needs `since`).
    The cases: those of the version `definition`, on one of the steps `leave` if any are named, and only `cases` (case numbers) if any are.
    To take back: those of any version on which the software acted at recorded instants from `since` on (before `until`).
    """

    kind: str
    definition: int
    plan: MigrationPlan | None = None
    leave: tuple[str, ...] = ()
    begin: str = ''
    cases: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Raises Rejection for an order nobody can carry out."""
        incomplete = (self.kind == 'move' and not (self.begin and self.leave)) or (self.kind == 'take_back' and self.since is None)
        if self.kind not in KINDS or (self.kind == 'migrate') != (self.plan is not None) or incomplete:
            raise Rejection(f'Expected one of {", ".join(KINDS)} with what it needs, but got {self.kind!r}', '操作不合法或缺少内容')

    @property
    def places(self) -> bool:
        """Whether it puts cases on other elements: a migration or a move."""
        return self.kind in ('migrate', 'move')

    @property
    def placing(self) -> MigrationPlan | MovePlan:
        """Where a migration or a move puts its cases."""
        return self.plan or MovePlan(self.leave, self.begin, self.definition)

    def as_json(self) -> dict[str, Any]:
        """For a JSON column."""
        return {
            'definition': self.definition,
            'plan': self.plan.as_json() if self.plan else None,
            'leave': list(self.leave),
            'begin': self.begin,
            'cases': list(self.cases),
            **{name: instant_text(at) for name, at in (('since', self.since), ('until', self.until)) if at is not None},
        }

    @classmethod
    def of(cls, kind: str, stored: Mapping[str, Any]) -> Order:
        """From the JSON object. Raises KeyError, TypeError or ValueError for one that is none."""
        plan = MigrationPlan.of(stored['plan']) if stored.get('plan') else None
        leave, cases, begin = stored['leave'], stored['cases'], stored['begin']
        if not all(isinstance(one, str) and one.isprintable() for one in (kind, begin, *leave, *cases)):
            raise TypeError(f'Expected texts, but got {begin!r}, {leave!r}, {cases!r}')
        span = {name: datetime.fromisoformat(stored[name]) for name in ('since', 'until') if stored.get(name)}
        definition = ANY if kind == 'take_back' else identity(stored['definition'])
        return cls(kind, definition, plan, tuple(leave), begin, tuple(cases), **span)


def taking_back(since: datetime, until: datetime | None = None, cases: Sequence[str] = ()) -> Order:
    """The order to take back what the software did by a clock that was wrong at these recorded instants."""
    return Order('take_back', ANY, cases=tuple(cases), since=since, until=until)


def migration(plan: MigrationPlan, cases: Sequence[str] = ()) -> Order:
    """The order to migrate every case of a version, or those named."""
    return Order('migrate', plan.from_id, plan, cases=tuple(cases))


@dataclass(frozen=True)
class Chosen:
    """A case an order is for."""

    instance_id: int
    case_no: str


@dataclass(frozen=True)
class DryRun:
    """What would become of every case: how many could, and the reasons why the others could not, most frequent first."""

    assessments: Sequence[Assessment]
    can: int
    cannot: int
    because: Sequence[tuple[Finding, int]] = field(default_factory=tuple)
    notes: Sequence[tuple[Finding, int]] = field(default_factory=tuple)


def choose(tx: Tx, order: Order) -> list[Chosen]:
    """The cases of an order in the order they were received. Raises Rejection when there are too many for one order, and Forbidden
    unless whoever orders may move the cases of all their halls."""
    need_for(tx.connection, tx.by, 'instance.migrate', _query(order).with_only_columns(process_instance.c.id))
    rows = tx.connection.execute(_query(order).order_by(process_instance.c.id).limit(MOST + 1)).all()
    if len(rows) > MOST:
        raise Rejection(f'Expected at most {MOST} cases in one order, but there are more', f'一次最多处理 {MOST} 件，请缩小范围')
    return [Chosen(row.id, row.business_key) for row in rows]


def _query(order: Order) -> Select[Any]:
    instance = process_instance.c
    if order.kind == 'take_back' and order.since is not None:
        by_itself = touching(order.since, order.until)
        query = select(instance.id, instance.business_key).where(instance.id.in_(by_itself))
        return query.where(instance.business_key.in_(order.cases)) if order.cases else query
    states = {'activate': ('suspended',), 'migrate': ('active', 'suspended'), 'retry': ('active', 'suspended')}.get(order.kind, ('active',))
    query = select(instance.id, instance.business_key).where(instance.status.in_(states))
    query = query.where(instance.definition_id == order.definition)
    if order.cases:
        query = query.where(instance.business_key.in_(order.cases))
    if order.leave:
        here = select(user_task.c.instance_id).where(user_task.c.state == 'open', user_task.c.element.in_(order.leave))
        broken = select(incident.c.instance_id).where(incident.c.state == 'open', incident.c.element.in_(order.leave))
        query = query.where(instance.id.in_(here.union(broken)))
    if order.kind == 'retry':
        query = query.where(instance.id.in_(select(incident.c.instance_id).where(incident.c.state == 'open')))
    return query


def dry_run(tx: Tx, order: Order, report: Report | None = None) -> DryRun:
    """Assess every case of an order. `tx` may be one that only reads (`Engine.looking`)."""
    found = []
    chosen, deciding = choose(tx, order), deciding_windows(tx.connection)
    for number, one in enumerate(chosen, start=1):
        told = (
            placing.assess(tx, one.instance_id, order.placing, deciding) if order.places else Assessment(one.instance_id, one.case_no, ())
        )
        found.append(told)
        if report is not None:
            report(number, len(chosen))
    can = sum(one.can for one in found)
    return DryRun(
        found, can, len(found) - can, _counted(found, lambda one: one.because), _counted(found, lambda one: one.notes if one.can else ())
    )


def _counted(found: Sequence[Assessment], which: Callable[[Assessment], Sequence[Finding]]) -> tuple[tuple[Finding, int], ...]:
    counts: dict[Finding, int] = {}
    for one in found:
        for said in which(one):
            counts[said] = counts.get(said, 0) + 1
    return tuple(sorted(counts.items(), key=lambda pair: -pair[1]))


def deciding_windows(connection: Connection) -> frozenset[str]:
    """The windows with authority to decide: no administrator moves a case past their steps."""
    return frozenset(connection.execute(select(t.window.c.code).where(t.window.c.authority == 'decide')).scalars())
