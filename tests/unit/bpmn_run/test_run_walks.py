"""Random walks over random diagrams: a case that is stored and read back after every verb tells exactly what one kept in memory tells."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.bpmn_run.sketch import Case, program

from engine.bpmn.changes import Changes

BLOCKS = ('user', 'xor', 'and', 'or', 'loop', 'sub', 'each', 'sequential', 'timer', 'late', 'message', 'race', 'fan', 'standard', 'service')


@dataclass
class Drawing:
    """A well-structured diagram drawn block by block; every block leads from one element to the next."""

    pick: st.DataObject
    lines: list[str] = field(default_factory=list)
    count: int = 0

    def new(self, kind: str, rest: str = '') -> str:
        self.count += 1
        name = f'{kind}{self.count}'
        self.lines.append(f'{kind} {name} {rest}'.strip())
        return name

    def flow(self, *names: str) -> None:
        self.lines.append(' -> '.join(names))

    def blocks(self, at: str, depth: int) -> str:
        for _ in range(self.pick.draw(st.integers(1, 3 if depth == 0 else 2))):
            kind = self.pick.draw(st.sampled_from(BLOCKS if depth < 2 else ('user', 'message', 'service')))
            at = getattr(self, f'_{kind}')(at, depth)
        return at

    def _user(self, at: str, depth: int) -> str:
        name = self.new('user')
        self.flow(at, name)
        return name

    def _service(self, at: str, depth: int) -> str:
        name = self.new('script', "script='n = n + 1'")
        self.flow(at, name)
        return name

    def _message(self, at: str, depth: int) -> str:
        name = self.new('catch', 'message text=m')
        self.flow(at, name)
        return name

    def _split(self, at: str, depth: int, kind: str, conditions: tuple[str, ...]) -> str:
        split, join = self.new(kind), self.new(kind)
        self.flow(at, split)
        for condition in conditions:
            first, last = self._inside(depth)
            arrow, rest = ('=>', '') if condition == 'default' else ('->', f' ? {condition}' if condition else '')
            self.lines.append(f'{split} {arrow} {first}{rest}')
            self.flow(last, join)
        return join

    def _inside(self, depth: int) -> tuple[str, str]:
        first = self.new('none')
        return first, self.blocks(first, depth + 1)

    def _xor(self, at: str, depth: int) -> str:
        return self._split(at, depth, 'xor', ('x > 1', 'default'))

    def _and(self, at: str, depth: int) -> str:
        return self._split(at, depth, 'and', ('', ''))

    def _or(self, at: str, depth: int) -> str:
        return self._split(at, depth, 'or', ('x > 0', 'x > 1', 'default'))

    def _loop(self, at: str, depth: int) -> str:
        merge, gate = self.new('xor'), self.new('xor')
        self.flow(at, merge)
        first, last = self._inside(depth)
        self.flow(merge, first)
        self.flow(self._user(last, depth), gate)
        self.lines.append(f'{gate} -> {merge} ? x > 2')
        after = self.new('none')
        self.lines.append(f'{gate} => {after}')
        return after

    def _activity(self, at: str, depth: int, rest: str = '') -> str:
        name = self.new('sub', rest + ' {')
        start = self.new('start')
        self.blocks(start, depth + 1)
        self.lines.append('}')
        self.flow(at, name)
        return name

    def _sub(self, at: str, depth: int) -> str:
        return self._activity(at, depth)

    def _each(self, at: str, depth: int) -> str:
        return self._activity(at, depth, 'each=people as=person')

    def _sequential(self, at: str, depth: int) -> str:
        return self._activity(at, depth, 'times=2 sequential=1 until=x>2')

    def _standard(self, at: str, depth: int) -> str:
        name = self.new('user', 'again=x>2 most=3')
        self.flow(at, name)
        return name

    def _timer(self, at: str, depth: int, on: str = 'on') -> str:
        name, merge = self._activity(at, depth), self.new('xor')
        self.count += 1
        timer = f'timer{self.count}'
        self.lines.append(f'{on} {name} timer {timer}')
        late = self.new('user')
        self.flow(timer, late, merge if on == 'on' else self.new('end'))
        self.flow(name, merge)
        return merge

    def _late(self, at: str, depth: int) -> str:
        return self._timer(at, depth, 'on!')

    def _race(self, at: str, depth: int) -> str:
        gate, message, timer, merge = self.new('race'), self.new('catch', 'message text=r'), self.new('catch', 'timer'), self.new('xor')
        self.flow(at, gate)
        self.flow(gate, message, merge)
        self.flow(gate, timer, merge)
        return merge

    def _fan(self, at: str, depth: int) -> str:
        first, second, end = self.new('user'), self.new('user'), self.new('end')
        self.flow(at, first)
        self.flow(first, second)
        self.lines.append(f'{first} -> {end} ? x > 0')
        return second


def check_bookkeeping(changes: list[Changes]) -> tuple[set[str], set[str]]:
    """Everything closed was open, everything disarmed was armed, nothing twice; gives what is still open and still waits."""
    opened: set[str] = set()
    waiting: set[str] = set()
    for each in changes:
        for gone in each.closed:
            opened.remove(gone.token)
        for token in (*each.disarmed, *each.unawaited):
            waiting.remove(token)
        for new in each.opened:
            assert new.token not in opened
            opened.add(new.token)
        assert {task.token for task in each.user_tasks} <= opened
        for awaited in (*each.armed, *each.awaited):
            assert awaited.token not in waiting
            waiting.add(awaited.token)
    return opened, waiting


def act(case: Case, verb: str, token: str, written: dict[str, int]) -> None:
    case.verb(lambda run: run.fire(token) if verb == 'fire' else getattr(run, verb)(token, written))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_storing_after_every_verb_changes_nothing(data: st.DataObject) -> None:
    drawing = Drawing(data)
    start = drawing.new('start')
    drawing.flow(drawing.blocks(start, 0), drawing.new('end'))
    made = program('\n'.join(drawing.lines))
    variables = {'x': data.draw(st.integers(0, 3)), 'n': 0, 'people': ['甲', '乙'][: data.draw(st.integers(0, 2))]}
    stored, kept = Case(made, variables), Case(made, variables)
    kept.keep = True
    for turn in range(60):
        assert stored.last == kept.last
        assert stored.last.failed == []
        open_, waiting = check_bookkeeping(stored.history)
        if stored.ended:
            assert (open_, waiting) == (set(), set())
            break
        moves = [(task.token, 'complete') for each in stored.history for task in each.user_tasks if task.token in open_]
        moves += [(one.token, 'fire') for each in stored.history for one in each.armed if one.token in waiting]
        moves += [(one.token, 'deliver') for each in stored.history for one in each.awaited if one.token in waiting]
        assert moves, 'a sound diagram never gets stuck'
        token, verb = data.draw(st.sampled_from(moves))
        written = {'x': data.draw(st.integers(0, 3)), f'v{turn % 5}': turn}
        for case in (stored, kept):
            act(case, verb, token, written)
    assert stored.variables == kept.variables
    assert stored.here == kept.here
    assert stored.blob == stored.run.dump()
