"""The demo's stories, acted by its clerks with the office's real verbs on a moved clock.

Nothing is written into tables by hand here: cases are received, claimed, completed, signed, withdrawn and delivered, and the timers fire
in between, so documents, history, clocks and marks are what the software makes of it. It ends at the present.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from engine import Rejection, read
from engine.rows import StoredTask
from engine.tables import user_task
from engine.worktime import Office, shipped_calendar
from tasks.calendars.halls import find_hall
from tasks.cases import receipt as cases
from tasks.cases.materials import mark_all
from tasks.deadlines import verbs as deadlines
from tasks.demo.fiction import Fiction
from tasks.demo.hall import CLERKS, HALL
from tasks.demo.stories import FIRST_DAY, STORIES, Story
from tasks.desk import verbs as desk
from tasks.marks import verbs
from tasks.marks.tables import mark
from tasks.operations import administration as operations
from tasks.people.roster import actor_of, find_clerk

if TYPE_CHECKING:
    from engine import Actor, Engine, FixedClock, Hall, ServiceCall, Tx

SIGNED = ':signed'
"""A story that halts at `step:signed` waits for the second signature of that step."""


@dataclass
class _Case:
    """One case of the play. `done` is how often each step was done."""

    story: Story
    case_no: str = ''
    instance_id: int = 0
    done: Counter[str] = field(default_factory=Counter)
    acted: bool = False


def working_days(until: datetime, number: int) -> list[date]:
    """The last working days up to `until`, oldest first."""
    calendar, day, found = shipped_calendar(), Office().local_date(until), list[date]()
    while len(found) < number:
        if calendar.is_working(day):
            found.append(day)
        day -= timedelta(days=1)
    return found[::-1]


class Play:
    """A queue of acts in time; each act is one transaction of one clerk at its own instant."""

    def __init__(self, engine: Engine, clock: FixedClock, until: datetime, seed: int) -> None:
        self.engine, self.clock, self.until = engine, clock, until
        self.fiction = Fiction(seed)
        self.random = self.fiction.random
        self.days = working_days(until, FIRST_DAY + 1)
        self.cases: list[_Case] = []
        self._queue: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()
        with engine.reading() as connection:
            self.actors: Mapping[str, Actor] = {name: actor_of(find_clerk(connection, name)) for name, *_ in CLERKS}
            self.hall: Hall = find_hall(connection, HALL)

    def run(self, progress: Callable[[int], None]) -> list[tuple[str, int]]:
        """Act every story; the case numbers with the number of their story. `progress` is told how many cases were received."""
        for number, story in enumerate(STORIES):
            self._at(self._arrival(story), partial(self._receive, _Case(story)), keep=number)
        self._lay_out_nights()
        while self._queue:
            instant, _, act = heapq.heappop(self._queue)
            if instant > self.clock():
                self.clock.move_to(instant)
            act()
            progress(len(self.cases))
        self.clock.move_to(self.until)
        self._night()
        self._hold_some()
        return [(case.case_no, STORIES.index(case.story)) for case in self.cases]

    def _at(self, instant: datetime, act: Callable[[], None], *, keep: int | None = None) -> None:
        """Put an act into the queue. What lies after the present never happens, except a receipt (`keep`), which comes just before."""
        if keep is not None:
            instant = min(instant, self.until - timedelta(minutes=5, seconds=-keep))
        if instant < self.until:
            heapq.heappush(self._queue, (instant, next(self._order), act))

    def _lay_out_nights(self) -> None:
        """After every midnight the timers; in the morning what waits to be sent; in the afternoon the supervisor."""
        day, zone = self.days[0], self.hall.office.zone
        while day <= self.days[-1]:
            self._at(datetime.combine(day, time(0, 1), tzinfo=zone), self._night)
            if self.hall.calendar.is_working(day):
                self._at(datetime.combine(day, time(9, 5), tzinfo=zone), self._send)
                self._at(datetime.combine(day, time(16, 0), tzinfo=zone), self._supervise)
            day += timedelta(days=1)

    # acts

    def _as(self, username: str, work: Callable[[Tx], Any]) -> Any:
        return self.engine.run(self.actors[username], work)

    def _receive(self, case: _Case) -> None:
        item, filed = case.story.item, self.fiction.application(case.story.item.code)
        missing = item.missing if case.story.fate in ('supplement', 'expired') else ''
        materials = [cases.ReceivedMaterial(code) for code in item.materials if code != missing]
        online = self.random.random() < 0.2
        password = cases.query_password()
        received = self._as(
            self.random.choice(('chuangkou', 'chuangkou2')),
            lambda tx: cases.receive(
                tx,
                password,
                item_code=item.code,
                window='general',
                applicant=filed.applicant,
                agent=filed.agent,
                materials=materials,
                form=filed.form,
                channel='online' if online else 'window',
            ),
        )
        case.case_no, case.instance_id = received.case_no, received.instance_id
        self.cases.append(case)
        self._follow(case, 'intake')

    def _follow(self, case: _Case, step: str) -> None:
        """Plan the next step, or what ends the story."""
        story = case.story
        if story.halt == step or (story.halt == step + SIGNED and case.done[step + SIGNED]):
            if story.act and not case.acted:
                self._at(self._later(1 if step != 'intake' else 0), partial(self._interfere, case))
            return
        again = case.done[step] or case.done[step + SIGNED]
        days = 0 if again else story.pause(step)  # a second signature, and what was sent back, come at once
        self._at(self._later(days), partial(self._step, case))

    def _step(self, case: _Case) -> None:
        """Do the case's next open step, whoever's it is; then think of the one after."""
        waits = self._waits(case)
        if not waits:
            return
        task, step, item = waits[0], waits[0].element, case.story.item
        data = item.answers(case.story.fate, step, case.done[step], self.hall.office.local_date(self.clock()))
        signed = {signature['by'] for signature in task.signatures}
        username = self.random.choice([name for name in item.workers[step] if name not in signed])

        def work(tx: Tx) -> desk.Completed:
            if task.group_key != 'applicant':
                desk.claim(tx, task.id)
            if step == 'supplement':
                mark_all(tx, task.id)
            return desk.complete(tx, task.id, data)

        with self._failing(case.story.fate == 'failed'):
            finished = self._as(username, work)
        case.done[step if finished.closed else step + SIGNED] += 1
        if finished.status == 'active' and (waits := self._waits(case)):
            self._follow(case, waits[0].element)

    def _waits(self, case: _Case) -> list[StoredTask]:
        with self.engine.reading() as connection:
            return [row for row in read.open_tasks(connection, case.instance_id) if row.element != 'supervise']

    @contextmanager
    def _failing(self, fails: bool) -> Iterator[None]:
        """While this lasts the certificate printer is out of order: the step becomes an incident."""
        known = self.engine.handlers

        def broken(_call: ServiceCall) -> Mapping[str, Any]:
            raise Rejection('Expected the certificate printer to answer, but it does not', '制证系统没有应答')

        if fails:
            self.engine.handlers = {**known, 'issue_licence': broken}
        try:
            yield
        finally:
            self.engine.handlers = known

    def _interfere(self, case: _Case) -> None:
        """What people do to a case besides its steps."""
        case.acted, no = True, case.case_no
        if case.story.act == 'withdraw':
            self._as('chuangkou', lambda tx: cases.withdraw(tx, no, '计划变更，不再申请'))
        elif case.story.act == 'void':
            self._as('guanli', lambda tx: operations.cancel_case(tx, no, '同一申请重复收件'))
        elif case.story.act == 'extend':
            self._as('jueding', lambda tx: deadlines.extend(tx, no, reason='涉及新业态，需征求上级机关意见'))
        else:
            stop = partial(deadlines.suspend, kind='inspection', expected='15个工作日', basis=_ART_45, reason='需委托检验机构检验工艺用水')
            self._as('shenhe', lambda tx: stop(tx, no))

    def _night(self) -> None:
        self.engine.tick(limit=5000, worker='demo')

    def _send(self) -> None:
        self.engine.sweep('outbox', limit=5000)

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
        for username in ('shencha', 'hecha1', 'shenhe', 'chuangkou', 'quanshu'):
            task_id = self._as(username, desk.next_case)
            if task_id is not None and username == 'shencha':
                self._as(username, partial(desk.save_draft, task_id=task_id, data={'review_opinion': '布局图缺少冷藏区标注，待核实'}))

    # facts

    def _arrival(self, story: Story) -> datetime:
        return self._office_time(self.days[-1 - story.ago], early=True)

    def _later(self, days: int) -> datetime:
        """A moment of office hours, so many working days on; the same day means within the next hour and a half."""
        if days == 0:
            return self.clock() + timedelta(minutes=self.random.randint(4, 90))
        day = self.hall.office.local_date(self.clock())
        while days:
            day += timedelta(days=1)
            days -= self.hall.calendar.is_working(day)
        return self._office_time(day)

    def _office_time(self, day: date, *, early: bool = False) -> datetime:
        spans = self.hall.office.opening(day)
        opens, closes = spans[0] if early else self.random.choice(spans)
        return opens + (closes - opens) * self.random.random() * 0.95


_ART_45 = '《中华人民共和国行政许可法》第四十五条'
_WINDOW_WORKERS: Mapping[str, tuple[str, ...]] = {
    'general': ('chuangkou', 'chuangkou2'),
    'food_review': ('shencha', 'shencha2'),
    'inspection': ('hecha1', 'hecha2', 'hecha3'),
    'audit': ('shenhe',),
    'approval': ('jueding',),
    'certificate': ('zhizheng',),
    'delivery': ('chujian',),
    'registration': ('quanshu',),
    'registration_approval': ('dengbu',),
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
