"""Random diagrams of what stock SpiffWorkflow and this house both run, in words of `sketch`.

Every decision asks a variable of its own, and every loop has a counter of its own that begins anew before it: so the two can be compared
although they merge the data of parallel branches differently (see `test_against_stock.KNOWN_DIFFERENCES`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hypothesis import strategies as st

BLOCKS = (
    'user',
    'none',
    'script',
    'xor',
    'and',
    'or',
    'loop',
    'sub',
    'call',
    'times',
    'turns',
    'each',
    'standard',
    'catch',
    'bounded',
    'beside',
    'race',
    'error',
    'cancel',
    'escalation',
    'stop',
    'talk',
)
SIMPLE = ('user', 'none', 'script')
INSTANCE = frozenset({'user', 'none', 'script', 'xor'})  # inside an activity that is done several times
BRANCH = frozenset({'user', 'none', 'script', 'xor', 'and', 'loop', 'catch'})  # before an inclusive join: facts 19 and 21


@dataclass
class Drawing:
    """A well-structured diagram drawn block by block; every block leads from one element to the next."""

    pick: st.DataObject
    lines: list[str] = field(default_factory=list)
    called: list[str] = field(default_factory=list)
    variables: dict[str, object] = field(default_factory=dict)
    blocks: tuple[str, ...] = BLOCKS
    count: int = 0
    rounds: int = 0  # how many loops around the place where is drawn
    comparable: bool = True  # whether the two merge data alike here

    @property
    def text(self) -> str:
        return '\n'.join(self.lines)

    def whole(self, name: str = '') -> Drawing:
        """A process from start to end."""
        start = self.new('start')
        self.flow(self.some(start, 0), self.new('end'))
        return self

    def new(self, kind: str, rest: str = '') -> str:
        self.count += 1
        name = f'{kind}{self.count}'
        self.lines.append(f'{kind} {name} {rest}'.strip())
        return name

    def flow(self, *names: str) -> None:
        self.lines.append(' -> '.join(names))

    def asked(self, most: int = 2) -> str:
        """A variable of its own."""
        self.count += 1
        name = f'c{self.count}'
        self.variables[name] = self.pick.draw(st.integers(0, most))
        return name

    @contextmanager
    def only(self, kinds: frozenset[str]) -> Iterator[None]:
        """Draw nothing but these for a while."""
        before = self.blocks
        self.blocks = tuple(kind for kind in before if kind in kinds) or SIMPLE
        yield
        self.blocks = before

    def some(self, at: str, depth: int) -> str:
        for _ in range(self.pick.draw(st.integers(1, 3 if depth == 0 else 2))):
            allowed = self.blocks if depth < 2 else SIMPLE
            at = getattr(self, f'_{self.pick.draw(st.sampled_from(allowed))}')(at, depth)
        return at

    def _one(self, kind: str, at: str, rest: str = '') -> str:
        name = self.new(kind, rest)
        self.flow(at, name)
        return name

    def _user(self, at: str, depth: int) -> str:
        return self._one('user', at)

    def _none(self, at: str, depth: int) -> str:
        return self._one('none', at)

    def _script(self, at: str, depth: int) -> str:
        return self._one('script', at, f"script='s{self.count} = {self.count}'")

    def _catch(self, at: str, depth: int) -> str:
        self.count += 1
        kinds = (
            f'receive message=m{self.count}',
            f'catch message text=m{self.count}',
            f'catch signal text=m{self.count}',
            'catch timer text=PT1H',
        )
        kind, _, rest = self.pick.draw(st.sampled_from(kinds)).partition(' ')
        return self._one(kind, at, rest)

    def _split(self, at: str, depth: int, kind: str, conditions: tuple[str, ...]) -> str:
        split, join = self._one(kind, at), self.new(kind)
        for condition in conditions:
            first = self.new('none')
            last = self.some(first, depth + 1)
            arrow, rest = ('=>', '') if condition == 'default' else ('->', f' ? {condition}' if condition else '')
            self.lines.append(f'{split} {arrow} {first}{rest}')
            self.flow(last, join)
        return join

    def _xor(self, at: str, depth: int) -> str:
        name = self.asked()
        return self._split(at, depth, 'xor', (f'{name} > 1', f'{name} = 1', 'default'))

    def _and(self, at: str, depth: int) -> str:
        if self.rounds:  # stock lets a join inside a loop go too early in the second round
            return self._xor(at, depth)
        return self._split(at, depth, 'and', ('', ''))

    def _or(self, at: str, depth: int) -> str:
        if self.rounds:  # as for the parallel one
            return self._xor(at, depth)
        with self.only(BRANCH):
            return self._split(at, depth, 'or', (f'{self.asked()} > 0', f'{self.asked()} > 0', 'default'))

    def _loop(self, at: str, depth: int) -> str:
        self.count += 1
        number, rounds = f'n{self.count}', self.pick.draw(st.integers(1, 3))
        begin = self._one('script', at, f"script='{number} = 0'")
        merge = self._one('xor', begin)
        self.rounds += 1
        last = self.some(merge, depth + 1)
        self.rounds -= 1
        step = self._one('script', last, f"script='{number} = {number} + 1'")
        split = self._one('xor', step)
        self.lines.append(f'{split} -> {merge} ? {number} < {rounds}')
        after = self.new('none')
        self.lines.append(f'{split} => {after}')
        return after

    def _activity(self, at: str, depth: int, rest: str = '') -> str:
        if self.pick.draw(st.booleans()):
            return self._one('user', at, rest)
        self.count += 1
        name = f'sub{self.count}'
        self.lines.append(f'sub {name} {rest} {{')
        start = self.new('start')
        self.flow(self.some(start, depth + 1), self.new('end'))
        self.lines.append('}')
        self.flow(at, name)
        return name

    def _sub(self, at: str, depth: int) -> str:
        return self._activity(at, depth)

    def _call(self, at: str, depth: int) -> str:
        self.comparable = self.comparable and self.rounds == 0
        if not self.called:
            inner = Drawing(self.pick, blocks=('user', 'xor', 'and', 'script', 'sub'), count=1000)
            inner.whole()
            self.called.append(inner.text)
            self.variables.update(inner.variables)
        else:
            self.comparable = False  # called twice, perhaps side by side: the same variables are written
        return self._one('call', at, 'called=Q')

    def _instances(self, at: str, depth: int, rest: str) -> str:
        with self.only(INSTANCE):
            name = self._activity(at, depth, rest)
        self.comparable = self.comparable and name.startswith('user')
        return name

    def _times(self, at: str, depth: int) -> str:
        return self._instances(at, depth, f'times={self.pick.draw(st.integers(0, 3))}')

    def _turns(self, at: str, depth: int) -> str:
        return self._instances(at, depth, f'times={self.asked()} sequential=1')

    def _each(self, at: str, depth: int) -> str:
        if self.rounds:
            return self._user(at, depth)
        self.count += 1
        return self._instances(at, depth, f'over=people item=it{self.count}')

    def _standard(self, at: str, depth: int) -> str:
        return self._instances(at, depth, f'most={self.pick.draw(st.integers(1, 3))}')

    def _bounded(self, at: str, depth: int, on: str = 'on') -> str:
        self.comparable = False
        name, merge, event = self._activity(at, depth), self.new('xor'), self.pick.draw(st.sampled_from(('message', 'signal', 'timer')))
        self.count += 1
        bound = f'bound{self.count}'
        self.lines.append(f'{on} {name} {event} {bound} text={"PT1H" if event == "timer" else f"b{self.count}"}')
        late = self.new('user')
        self.flow(bound, late, merge if on == 'on' else self.new('end'))
        self.flow(name, merge)
        return merge

    def _beside(self, at: str, depth: int) -> str:
        return self._bounded(at, depth, 'on!')

    def _race(self, at: str, depth: int) -> str:
        gate, merge = self._one('race', at), self.new('xor')
        for _ in range(2):
            self.count += 1
            self.flow(gate, self.new('catch', f'message text=r{self.count}'), merge)
        return merge

    def _thrown(self, at: str, depth: int, event: str, on: str, kind: str) -> str:
        """A subprocess that throws, or does not, when a person is through with it."""
        self.comparable = False
        self.count += 1
        name, code, asked, merge = f'sub{self.count}', f'{event}{self.count}', self.asked(1), self.new('xor')
        self.lines.append(f'{"transaction" if event == "cancel" else "sub"} {name} {{')
        split = self._one('xor', self.some(self.new('start'), depth + 1))
        thrower = self.new(kind, f'{event} text={code}')
        self.lines.append(f'{split} -> {thrower} ? {asked} = 1')
        after = self.new('user')
        self.lines.append(f'{split} => {after}')
        self.flow(after, self.new('end'))
        if kind == 'throw':
            self.flow(thrower, self.new('user'), self.new('end'))
        self.lines.append('}')
        caught = f'caught{self.count}'
        self.lines.append(f'{on} {name} {event} {caught} text={code}')
        self.flow(caught, self.new('user'), merge if on == 'on' else self.new('end'))
        self.flow(at, name, merge)
        return merge

    def _error(self, at: str, depth: int) -> str:
        return self._thrown(at, depth, 'error', 'on', 'end')

    def _cancel(self, at: str, depth: int) -> str:
        return self._thrown(at, depth, 'cancel', 'on', 'end')

    def _escalation(self, at: str, depth: int) -> str:
        return self._thrown(
            at, depth, 'escalation', self.pick.draw(st.sampled_from(('on', 'on!'))), self.pick.draw(st.sampled_from(('throw', 'end')))
        )

    def _stop(self, at: str, depth: int) -> str:
        split, after = self._one('xor', at), self.new('none')
        self.lines.append(f'{split} -> {self.new("end", "terminate")} ? {self.asked(1)} = 1')
        self.lines.append(f'{split} => {after}')
        return after

    def _talk(self, at: str, depth: int) -> str:
        """One branch waits for what the other one sends when a person says so."""
        if self.rounds:
            return self._user(at, depth)
        self.comparable = False
        self.count += 1
        what = self.pick.draw(st.sampled_from(('message', 'signal')))
        split, join = self._one('and', at), self.new('and')
        self.flow(split, self.new('user'), self.new('throw', f'{what} text=t{self.count}'), self.new('user'), join)
        self.flow(split, self.new('catch', f'{what} text=t{self.count}'), self.new('user'), join)
        return join
