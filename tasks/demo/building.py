"""Demo data: a fixed-seed hall and about 200 cases of the last 60 working days, made by driving the real verbs with a moved clock.

Nothing is written into tables by hand: cases are received, claimed, completed, signed, withdrawn and delivered by the demo's clerks, and
the timers fire in between, so documents, history, clocks and marks are what the software makes of it. It ends at the present.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from engine import SYSTEM, read
from engine.tables import user_task
from engine.worktime import Office, shipped_calendar
from tasks import tables as t
from tasks.calendars.halls import find_hall
from tasks.cases import receipt as cases
from tasks.cases.materials import mark_all
from tasks.catalogue import items
from tasks.demo.answers import answers
from tasks.demo.fiction import Fiction
from tasks.demo.hall import CLERKS, HALL, LOGINS, PASSWORD, set_up
from tasks.desk import verbs as desk
from tasks.documents import handlers
from tasks.marks import verbs
from tasks.marks.tables import mark
from tasks.marks.watching import sweep
from tasks.operations import administration as operations
from tasks.people.roster import actor_of, find_clerk

if TYPE_CHECKING:
    from engine import Actor, Bundle, Engine, FixedClock, Hall, Tx

__all__ = ['LOGINS', 'PASSWORD', 'DemoReport', 'build']

WORKING_DAYS = 60
MATERIALS = ('application', 'business_licence', 'layout', 'safety_system')
# What happens to a case, dealt in turn: every state is there whatever the dice say.
FATES = (
    'granted',
    'granted',
    'supplement',
    'granted',
    'refused',
    'granted',
    'late',
    'rectify',
    'granted',
    'not_accepted',
    'granted',
    'granted',
    'withdrawn',
    'granted',
    'corrected',
    'granted',
    'expired',
    'granted',
    'not_required',
    'granted',
    'sent_back',
    'granted',
    'deemed',
    'granted',
    'withdrawn_early',
    'posted',
    'granted',
    'slow',
    'granted',
    'granted',
)


@dataclass(frozen=True)
class DemoReport:
    """What was made: how many cases, and how many in each status."""

    cases: int
    by_status: Mapping[str, int]
    acts: int


@dataclass
class _Case:
    """One case of the play. `answers` is how often each step was done."""

    fate: str
    case_no: str = ''
    instance_id: int = 0
    done: Counter[str] = field(default_factory=Counter)


def build(
    engine: Engine,
    clock: FixedClock,
    bundle: Bundle,
    *,
    until: datetime,
    cases: int = 200,
    seed: int = 20260,
    progress: Callable[[int, int], None] | None = None,
) -> DemoReport:
    """Fill an empty, migrated database. `engine` must run on `clock`, which is moved from 60 working days back to `until` (aware)."""
    play = _Play(engine, clock, until, seed)
    clock.move_to(play.opening())
    with engine.begin(SYSTEM) as tx:
        set_up(tx)
    play.gather()
    engine.run(play.actors['guanli'], lambda tx: items.deploy(tx, bundle, '首次部署', hall=HALL))
    play.schedule(cases)
    play.run(progress or (lambda _done, _total: None))
    return play.report()


class _Play:
    """The simulation: a queue of acts in time; each act is one transaction of one clerk at its own instant."""

    def __init__(self, engine: Engine, clock: FixedClock, until: datetime, seed: int) -> None:
        self.engine, self.clock, self.until = engine, clock, until
        self.fiction = Fiction(seed)
        self.random = self.fiction.random
        self.actors: dict[str, Actor] = {}
        self.hall: Hall
        self.acts = 0
        self._queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self._deemed_known: set[str] = set()
        self._order = count()
        self.days = self._working_days()

    def _working_days(self) -> list[date]:
        calendar, last = shipped_calendar(), Office().local_date(self.until)
        days = [last - timedelta(days=back) for back in range(WORKING_DAYS * 2 + 20)]
        return sorted([day for day in days if calendar.is_working(day)][:WORKING_DAYS])

    def opening(self) -> datetime:
        """Half an hour before the hall opens on the first day."""
        return datetime.combine(self.days[0], time(8, 30), tzinfo=Office().zone)

    def gather(self) -> None:
        """Read the clerks and the hall back."""
        with self.engine.reading() as connection:
            self.actors = {username: actor_of(find_clerk(connection, username)) for username, *_ in CLERKS}
            self.hall = find_hall(connection, HALL)

    def schedule(self, number: int) -> None:
        """Lay the arrivals over the days, two fifths of them in the last quarter, and a sweep of the timers after every midnight."""
        late = self.days[-len(self.days) // 4 :]
        for place in range(number):
            day = self.random.choice(late if self.random.random() < 0.4 else self.days)
            case = _Case(FATES[place % len(FATES)])
            self.at(self._office_time(day), partial(self._receive, case))
        day = self.days[0]
        while day <= self.days[-1] + timedelta(days=1):
            self.at(datetime.combine(day, time(0, 1), tzinfo=self.hall.office.zone), self._sweep)
            self.at(datetime.combine(day, time(9, 5), tzinfo=self.hall.office.zone), self._send)
            self.at(datetime.combine(day, time(16, 0), tzinfo=self.hall.office.zone), self._supervise)
            day += timedelta(days=1)

    def at(self, instant: datetime, act: Callable[[], None]) -> None:
        """Put an act into the queue; what lies after the present never happens, and so leaves cases waiting."""
        if instant < self.until:
            heapq.heappush(self._queue, (instant, next(self._order), act))

    def run(self, progress: Callable[[int, int], None]) -> None:
        """Play everything up to the present."""
        start, span = self.clock(), max(timedelta(seconds=1), self.until - self.clock())
        while self._queue:
            instant, _, act = heapq.heappop(self._queue)
            if instant > self.clock():
                self.clock.move_to(instant)
            act()
            self.acts += 1
            progress(min(99, int(100 * ((self.clock() - start) / span))), 100)
        self.clock.move_to(self.until)
        self._sweep()
        self._hold_some()
        self._void_one()
        progress(100, 100)

    def report(self) -> DemoReport:
        """Count what there is."""
        with self.engine.reading() as connection:
            rows = connection.execute(select(t.approval_case.c.status, func.count()).group_by(t.approval_case.c.status)).all()
        by_status = {str(row[0]): int(row[1]) for row in rows}
        return DemoReport(sum(by_status.values()), by_status, self.acts)

    # acts

    def _as(self, username: str, work: Callable[[Tx], Any]) -> Any:
        return self.engine.run(self.actors[username], work)

    def _receive(self, case: _Case) -> None:
        shop = self.fiction.shop()
        missing = 'safety_system' if case.fate in ('supplement', 'expired') else ''
        materials = [cases.ReceivedMaterial(code, 0 if code == 'business_licence' else 1, 1) for code in MATERIALS if code != missing]
        username = self.random.choice(('chuangkou', 'chuangkou2'))
        received = self._as(
            username,
            lambda tx: cases.receive(
                tx,
                item_code='food-business-licence',
                window='general',
                applicant=shop.applicant,
                agent=shop.agent,
                materials=materials,
                form=shop.form,
                channel='window' if self.random.random() < 0.8 else 'online',
            ),
        )
        case.case_no, case.instance_id = received.case_no, received.instance_id
        if case.fate != 'deemed':
            self._next(case, 0 if self.random.random() < 0.7 else 1)
        if case.fate == 'withdrawn':
            self.at(self._later(self.random.randint(2, 3)), lambda: self._withdraw(case))
        if case.fate == 'withdrawn_early':
            self.at(self.clock() + timedelta(minutes=20), lambda: self._withdraw(case))

    def _next(self, case: _Case, days: int) -> None:
        self.at(self._later(days), lambda: self._step(case))

    def _step(self, case: _Case) -> None:
        """Do the case's next open step, whoever's it is; then think of the one after."""
        with self.engine.reading() as connection:
            waits = [row for row in read.open_tasks(connection, case.instance_id) if row['element'] != 'supervise']
        if not waits:
            return
        task, step = waits[0], waits[0]['element']
        data = answers(case.fate, step, case.done[step], self.hall.office.local_date(self.clock()))
        signed = {signature['by'] for signature in task['signatures']}
        username = self.random.choice([name for name in _WORKERS[step] if name not in signed])

        def work(tx: Tx) -> desk.Completed:
            if task['group_key'] != 'applicant':
                desk.claim(tx, task['id'])
            if step == 'supplement':
                mark_all(tx, task['id'])
            return desk.complete(tx, task['id'], data)

        finished = self._as(username, work)
        if finished.closed:
            case.done[step] += 1
        if finished.status == 'active':
            self._next(case, self._pause(case, step) if finished.closed else 0)
        elif finished.result is None:
            raise RuntimeError(f'Expected {case.case_no} to end with a result, but it has none')

    def _withdraw(self, case: _Case) -> None:
        with self.engine.reading() as connection:
            found = cases.find_case(connection, case.case_no)
        if found['decided_at'] is None and found['status'] not in t.ENDED_STATUSES:
            self._as('chuangkou', lambda tx: cases.withdraw(tx, case.case_no, '经营场所变更，不再申请'))

    def _sweep(self) -> None:
        self.engine.tick(limit=5000, worker='demo')
        sweep(self.engine, limit=5000)
        self._send()
        for case in self._deemed():
            self._next(case, 1)

    def _send(self) -> None:
        self.engine.relay(handlers.DELIVERERS, limit=5000)

    def _deemed(self) -> Iterator[_Case]:
        """Cases accepted by silence: somebody must go on with them."""
        accepted = select(t.approval_case.c.case_no, t.approval_case.c.instance_id).where(
            t.approval_case.c.deemed == 'acceptance', t.approval_case.c.status.in_(('accepted', 'in_review'))
        )
        with self.engine.reading() as connection:
            rows = connection.execute(accepted).all()
        for row in rows:
            if row.case_no not in self._deemed_known:
                self._deemed_known.add(row.case_no)
                yield _Case('granted', row.case_no, row.instance_id)

    def _supervise(self) -> None:
        """The supervisor answers what has lain with him for a day."""
        with self.engine.reading() as connection:
            rows = connection.execute(_SUPERVISED, {'before': self.clock() - timedelta(hours=20)}).scalars().all()
        for task_id in rows:
            finding = self.random.choice(('slow', 'slow', 'justified'))
            data = {'supervision_finding': finding, 'supervision_opinion': '已约谈经办岗位，责令当日办结并说明原因。'}
            self._as('jiancha', partial(desk.complete, task_id=task_id, submitted=data))
        self._settle_marks()

    def _settle_marks(self) -> None:
        """Windows answer marks after a day or two, some too late; the supervisor settles what was answered, and finds one unfounded."""
        with self.engine.reading() as connection:
            rows = connection.execute(_MARKS, {'before': self.clock() - timedelta(hours=20)}).all()
        for row in rows:
            workers = _WINDOW_WORKERS.get(row.window, ())
            if row.state == 'raised' and workers and self.random.random() < 0.4:
                self._as(self.random.choice(workers), partial(verbs.reply, mark_id=row.id, text=self.random.choice(_REPLIES)))
            elif row.state == 'replied' and self.random.random() < 0.06:
                self._as('jiancha', partial(verbs.withdraw, mark_id=row.id, reason='经核查，系申请人要求延期现场核查，标记不成立。'))
            elif row.state == 'replied' and self.random.random() < 0.5:
                done = self.random.choice((('noted', 'person'), ('noted', 'person'), ('talk', 'person'), ('rectify', 'unit')))
                settled = {'disposition': done[0], 'level': done[1], 'fault': row.fault, 'opinion': '答复属实，按规定处理并记录在案。'}
                self._as('jiancha', partial(verbs.dispose, mark_id=row.id, **settled))

    def _hold_some(self) -> None:
        """At the end some tasks are on somebody's desk, one with a draft."""
        for username in ('shencha', 'hecha1', 'shenhe', 'chuangkou'):
            task_id = self._as(username, desk.next_case)
            if task_id is not None and username == 'shencha':
                self._as(username, partial(desk.save_draft, task_id=task_id, data={'review_opinion': '布局图缺少冷藏区标注，待核实'}))

    def _void_one(self) -> None:
        """One case was entered twice; the administrator voids it."""
        newest = select(t.approval_case.c.case_no).where(t.approval_case.c.status == 'received').order_by(t.approval_case.c.case_no.desc())
        with self.engine.reading() as connection:
            found = connection.execute(newest.limit(1)).scalar_one_or_none()
        if found is not None:
            self._as('guanli', lambda tx: operations.cancel_case(tx, found, '同一申请重复收件'))

    # facts

    def _later(self, days: int) -> datetime:
        """A moment of office hours, so many working days on; the same day means within the next hour and a half."""
        if days == 0:
            return self.clock() + timedelta(minutes=self.random.randint(4, 90))
        day = self.hall.office.local_date(self.clock())
        while days:
            day += timedelta(days=1)
            days -= self.hall.calendar.is_working(day)
        return self._office_time(day)

    def _office_time(self, day: date) -> datetime:
        opens, closes = self.random.choice(self.hall.office.opening(day))
        return opens + (closes - opens) * self.random.random() * 0.95

    def _pause(self, case: _Case, step: str) -> int:
        """Working days until the next step is done."""
        if step == 'intake' and case.fate == 'expired':
            return WORKING_DAYS  # never: the limit for supplements runs out first
        if (step, case.fate, case.done[step]) in (('intake', 'supplement', 1), ('site_inspection', 'rectify', 1)):
            return self.random.randint(3, 8)
        if case.fate == 'late' and step == 'audit':
            return self.random.randint(7, 9)
        if case.fate == 'slow' and step in ('intake', 'document_review'):
            return self.random.randint(3, 4)
        return self.random.choice(_PAUSES[step])


_WORKERS: Mapping[str, tuple[str, ...]] = {
    'intake': ('chuangkou', 'chuangkou2'),
    'supplement': ('chuangkou', 'chuangkou2'),
    'rectify': ('chuangkou', 'chuangkou2'),
    'document_review': ('shencha', 'shencha2'),
    'site_inspection': ('hecha1', 'hecha2', 'hecha3'),
    'audit': ('shenhe',),
    'decide': ('jueding',),
    'make_certificate': ('zhizheng',),
    'deliver': ('chujian',),
    'deliver_refusal': ('chujian',),
}
_PAUSES: Mapping[str, tuple[int, ...]] = {
    'intake': (0, 1, 1),
    'supplement': (0, 1),
    'rectify': (1, 2),
    'document_review': (1, 1, 2),
    'site_inspection': (0, 1, 1),
    'audit': (0, 1),
    'decide': (1, 1, 2),
    'make_certificate': (1, 2, 3),
    'deliver': (0,),
    'deliver_refusal': (0,),
}
_WINDOW_WORKERS: Mapping[str, tuple[str, ...]] = {
    'general': ('chuangkou', 'chuangkou2'),
    'food_review': ('shencha', 'shencha2'),
    'inspection': ('hecha1', 'hecha2', 'hecha3'),
    'audit': ('shenhe',),
    'approval': ('jueding',),
    'certificate': ('zhizheng',),
    'delivery': ('chujian',),
}
_REPLIES = (
    '当日收件集中，未能按时办结，已于次日办理，今后加强排班。',
    '现场核查人员外出，B角未及时接手，已调整AB角安排。',
    '审核意见有分歧，会商耽误一日，已完善会商时限。',
)
_MARKS = (
    select(mark.c.id, mark.c.state, mark.c.window, mark.c.fault)
    .where(mark.c.colour != 'amber', mark.c.state.in_(('raised', 'replied')), mark.c.raised_at < bindparam('before'))
    .order_by(mark.c.id)
)
_SUPERVISED = select(user_task.c.id).where(
    user_task.c.element == 'supervise', user_task.c.state == 'open', user_task.c.opened_at < bindparam('before')
)
