"""Random histories against an independent model: whatever is stopped, resumed, extended, closed, reopened or let pass, in whatever order,
the stored due dates are those of a model that walks from day to day and knows nothing of the engine. The doctor agrees at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes import boundary_timer, bundle, chain, clerk, end, flow, start, user_task
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import SYSTEM, Engine, FixedClock, Rejection, read
from engine.core.halls import Hall
from engine.verbs import clocks, definitions, instances, user_tasks
from engine.worktime import Day, shipped_calendar
from tasks.deadlines import doctor

BEIJING = ZoneInfo('Asia/Shanghai')
BEGIN = datetime(2026, 9, 14, 10, 0, tzinfo=BEIJING)  # a Monday before Mid-Autumn, National Day and two swapped weekends
LI = clerk('li', 'desk')
RULES = [
    {'name': 'promise', 'starts': 'accepted', 'ends': 'decided', 'limit': '7个工作日'},
    {'name': 'statutory', 'starts': 'accepted', 'ends': 'decided', 'limit': '20个工作日'},
    {'name': 'quarantine', 'starts': 'accepted', 'ends': 'decided', 'limit': '30日'},
    {'name': 'delivery', 'starts': 'decided', 'ends': 'delivered', 'limit': '10个工作日'},
]
LIMITS = {'promise': (7, True), 'statutory': (20, True), 'quarantine': (30, False), 'delivery': (10, True)}  # amount, workdays
ITEM = bundle(
    start(milestone='accepted')
    + user_task('review')
    + boundary_timer('slow', 'review', '5个工作日', interrupting=False)
    + end('told')
    + '<subProcess id="hearing"><startEvent id="hs"/>'
    + user_task('hear', 'desk', clock='stopped', stop_kind='hearing')
    + boundary_timer('hear_late', 'hear', '3个工作日', interrupting=False)
    + end('late')
    + end('he')
    + chain('hs', 'hear', 'he')
    + flow('hear_late', 'late')
    + '</subProcess>'
    + user_task('decide', milestone='decided')
    + boundary_timer('near', 'decide', 'promise - 2个工作日', interrupting=False)
    + end('warned')
    + user_task('deliver', milestone='delivered')
    + end(result='granted')
    + chain('start', 'review', 'hearing', 'decide', 'deliver', 'end')
    + flow('slow', 'told')
    + flow('near', 'warned')
)
OFF_2026 = {*(date(2026, 9, day) for day in (25, 26, 27)), *(date(2026, 10, day) for day in range(1, 8))}
ON_2026 = {date(2026, 9, 20), date(2026, 10, 10)}


@dataclass
class Model:
    """What the law says, day by day; written from the text of the rules, sharing no code with the engine."""

    closed: set[date] = field(default_factory=set)
    stops: list[list[Any]] = field(default_factory=list)  # [from, to or None, by the diagram]
    anchors: dict[str, datetime] = field(default_factory=dict)
    extended: dict[str, int] = field(default_factory=dict)
    frozen: dict[str, datetime | None] = field(default_factory=dict)  # clocks that are met, breached or cancelled keep their date

    def works(self, day: date) -> bool:
        if day in self.closed or day in OFF_2026:
            return False
        return day in ON_2026 or day.weekday() < 5

    def still(self, day: date) -> bool:
        """Whether a stop touches any part of this date."""
        begins = datetime.combine(day, time(), BEIJING)
        ends = begins + timedelta(days=1)
        return any(since < ends and (to is None or to > begins) and since != to for since, to, _ in self.stops)

    def due(self, name: str) -> datetime | None:
        """24:00 of the last day; None while an open stop keeps it from coming."""
        amount, workdays = LIMITS[name]
        left, day = amount + self.extended.get(name, 0), self.anchors[name].astimezone(BEIJING).date()
        for _ in range(600):
            day += timedelta(days=1)
            if self.still(day):
                continue
            if left:
                left -= self.works(day) or not workdays
                if not left and self.works(day):
                    return datetime.combine(day + timedelta(days=1), time(), BEIJING)
            elif self.works(day):  # natural days roll on from a rest day
                return datetime.combine(day + timedelta(days=1), time(), BEIJING)
        return None

    def expected(self) -> dict[str, datetime | None]:
        return {name: self.frozen[name] if name in self.frozen else self.due(name) for name in self.anchors}


class World:
    """The engine and the model side by side; every act is done to both."""

    def __init__(self, engine: Engine, clock: FixedClock, box: list[Hall], key: str) -> None:
        self.engine, self.clock, self.box, self.model = engine, clock, box, Model()
        clock.move_to(BEGIN)
        self.calendar()
        with engine.begin(SYSTEM) as tx:
            self.instance_id = instances.start(tx, 'item', business_key=key)
        self.model.anchors = dict.fromkeys(('promise', 'statutory', 'quarantine'), BEGIN)
        self.ended = False

    def calendar(self) -> None:
        days = [Day(day, False, '临时停止办公', '测试') for day in sorted(self.model.closed)]
        self.box[0] = Hall(shipped_calendar().with_rows(days) if days else shipped_calendar())

    # acts

    def wait(self, minutes: int) -> None:
        self.clock.move(minutes=minutes)

    def tick(self, _: int) -> None:
        """Broken promises are recorded; from then on they keep their date."""
        self.engine.tick()
        now = self.clock()
        for name, due in self.model.expected().items():
            if name not in self.model.frozen and due is not None and due <= now and not self.ended:
                self.model.frozen[name] = due

    def stop(self, back: int) -> None:
        since = self.clock() - timedelta(minutes=back)
        if self.ended or since < BEGIN:
            return
        with self.engine.begin(LI) as tx:
            clocks.stop_clock(tx, self.instance_id, 'testing', '抽样检测', '第四十五条', since=since)
        self.model.stops.append([since, None, False])

    def resume(self, back: int) -> None:
        mine = [number for number, (_, to, diagram) in enumerate(self.model.stops) if to is None and not diagram]
        if not mine or self.ended:
            return
        number = mine[back % len(mine)]
        at = max(self.clock() - timedelta(minutes=back), self.model.stops[number][0])
        with self.engine.reading() as connection:
            stop_id = read.stops(connection, self.instance_id)[number].id
        with self.engine.begin(LI) as tx:
            clocks.resume_clock(tx, stop_id, at=at)
        self.model.stops[number][1] = at

    def extend(self, amount: int) -> None:
        name = ('promise', 'statutory', 'quarantine', 'delivery')[amount % 4]
        due = self.model.expected().get(name)
        lawful = (
            not self.ended
            and name in self.model.anchors
            and name not in self.model.frozen
            and name not in self.model.extended
            and (due is None or self.clock() < due)
        )
        try:
            with self.engine.begin(LI) as tx:
                clocks.extend(tx, self.instance_id, name, 1 + amount % 9, '案情复杂')
        except Rejection:
            assert not lawful
        else:
            assert lawful
            self.model.extended[name] = 1 + amount % 9

    def close(self, offset: int) -> None:
        day = BEGIN.date() + timedelta(days=offset % 60)
        self.model.closed ^= {day} if self.model.works(day) or day in self.model.closed else set()
        self.calendar()
        with self.engine.begin(SYSTEM) as tx:
            clocks.recompute_instance(tx, self.instance_id, 'calendar')

    def complete(self, _: int) -> None:
        with self.engine.reading() as connection:
            waits = read.open_tasks(connection, self.instance_id)
        if not waits:
            return
        element = waits[0].element
        with self.engine.begin(LI) as tx:
            user_tasks.complete(tx, waits[0].id)
        now = self.clock()
        if element == 'review':
            self.model.stops.append([now, None, True])
        elif element == 'hear':
            next(one for one in self.model.stops if one[2])[1] = now
        elif element == 'decide':
            self.model.frozen |= {name: due for name, due in self.model.expected().items() if name not in self.model.frozen}
            self.model.anchors['delivery'] = now
        elif element == 'deliver':
            self.model.frozen |= {name: due for name, due in self.model.expected().items() if name not in self.model.frozen}
            self.ended = True

    # proofs

    def agree(self) -> None:
        with self.engine.reading() as connection:
            rows = {row.name: row for row in read.clocks(connection, self.instance_id)}
        expected = self.model.expected()
        assert rows.keys() == expected.keys()
        for name, due in expected.items():
            if self.ended and name not in ('promise', 'statutory', 'quarantine', 'delivery'):
                continue
            assert rows[name].due_at == due, (name, rows[name], self.model)
            if name not in self.model.frozen:
                assert rows[name].state == ('stopped' if due is None else 'running'), name


ACTS = st.one_of(
    st.tuples(st.just('wait'), st.integers(1, 6 * 24 * 60)),
    st.tuples(st.just('wait'), st.integers(1, 600)),
    st.tuples(st.just('stop'), st.integers(0, 2 * 24 * 60)),
    st.tuples(st.just('resume'), st.integers(0, 2 * 24 * 60)),
    st.tuples(st.just('extend'), st.integers(0, 40)),
    st.tuples(st.just('close'), st.integers(0, 59)),
    st.tuples(st.just('complete'), st.just(0)),
    st.tuples(st.just('tick'), st.just(0)),
)


def play(engine: Engine, clock: FixedClock, box: list[Hall], key: str, acts: list[tuple[str, int]]) -> None:
    world = World(engine, clock, box, key)
    world.agree()
    for act, amount in acts:
        getattr(world, act)(amount)
        world.agree()
    assert doctor.examine_one(engine, world.instance_id) == []


@pytest.fixture
def stage(make_engine: Any, clock: FixedClock) -> tuple[Engine, FixedClock, list[Hall], list[int]]:
    """An engine whose calendar the test can change, with the item in force."""
    box = [Hall()]
    engine = make_engine(halls=lambda _connection, _code: box[0])
    clock.move_to(BEGIN)
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(ITEM), key='item', name='事项', clock_rules=RULES)
    return engine, clock, box, [0]


def test_random_histories_agree_with_the_day_by_day_model(stage: Any) -> None:
    engine, clock, box, count = stage
    examples = 60 if engine.database.dialect.name == 'sqlite' else 12

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    @given(st.lists(ACTS, min_size=3, max_size=14))
    def histories(acts: list[tuple[str, int]]) -> None:
        count[0] += 1
        play(engine, clock, box, f'case-{count[0]}', acts)

    histories()
