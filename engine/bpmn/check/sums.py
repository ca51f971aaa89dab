"""The limits of the steps on the longest road from accepted to decided, laid end to end beside the promise.

Limits of one unit are added. Limits of several are laid over the calendar, from every working day on which a case can be accepted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from engine.bpmn.check.calendar import beginnings, day_text, end_of
from engine.bpmn.check.view import ItemRules, View, titled
from engine.bpmn.model import Diagram, Element
from engine.bpmn.navigation import Navigation, ancestors, begins, reached
from engine.bpmn.problem import Problem, Rule
from engine.bpmn.rulebook import office as rules
from engine.worktime import Duration, Limit, LimitError, LimitExpr, Moment, Unit, parse_limit

StepLimit = Limit | Duration | Moment
At = TypeVar('At', int, datetime)
MOST_LOOKS = 200_000
"""How many elements are looked at over all beginnings; in a diagram so large that it were more, some beginnings are left out."""
_MOST_ROUNDS = 100


def plain_limits(boundary: Element) -> Iterator[LimitExpr]:
    """The limits of a boundary event that are no expressions."""
    for event in boundary.events:
        if event.kind == 'timer' and event.expression and '{' not in event.expression:
            try:
                yield parse_limit(event.expression)
            except LimitError:  # reported by the rule for timers
                continue


def step_limit(diagram: Diagram, element: Element) -> StepLimit | None:
    """The step's own limit: its shortest interrupting timer, else its longest other one; nothing while the clock stands still."""
    if element.said.stops_clock:
        return None
    timers = [
        (boundary.interrupting, limit)
        for boundary in diagram.boundary_events(element.id)
        for limit in plain_limits(boundary)
        if isinstance(limit, StepLimit)
    ]
    hard = [limit for interrupting, limit in timers if interrupting]
    if hard:
        return min(hard, key=_length)
    return max((limit for _, limit in timers), key=_length, default=None)


def _length(limit: StepLimit) -> datetime:
    return end_of(limit, beginnings()[0])


@dataclass(frozen=True)
class TimedStep:
    """A step with a limit on the road; `times` is how often it comes, one after the other, inside sequential loops."""

    element: Element
    limit: StepLimit
    times: int

    @property
    def words(self) -> str:
        """The step in a sum: 审查 5个工作日."""
        more = f' ×{self.times}' if self.times > 1 else ''
        return f'{titled(self.element)} {self.limit}{more}'


class Roads:
    """The roads of one process between two sets of elements, flows back into a loop left out (depth-first order)."""

    def __init__(self, diagrams: Mapping[str, Diagram], diagram: Diagram, starts: list[Element], goals: list[Element] | None) -> None:
        self.diagrams, self.diagram, self.starts = diagrams, diagram, starts
        self._navigation = Navigation([diagram])
        self._between = self._reachable(goals)
        self.order: list[str] = []  # followers come first
        self.ahead: dict[str, list[str]] = {}
        self._walk()
        self.steps = {step.element.id: step for each in self.order if (step := self._step(diagram.elements[each]))}
        self.calls = {each: roads for each in self.order if (roads := self._called(diagram.elements[each]))}

    def _reachable(self, goals: list[Element] | None) -> set[str]:
        ahead = reached(self.starts, self._navigation.followers)
        if goals is None:
            return set(ahead)
        reverse: dict[str, list[Element]] = {}
        for element in ahead.values():
            for node in self._navigation.followers(element):
                reverse.setdefault(node.id, []).append(element)
        return ahead.keys() & reached(goals, lambda at: reverse.get(at.id, ())).keys()

    def _walk(self) -> None:
        open_, followers = set[str](), self._navigation.followers
        for start in self.starts:
            if start.id not in self._between or start.id in self.ahead:
                continue
            stack: list[tuple[str, Iterator[Element]]] = [(start.id, iter(followers(start)))]
            self.ahead[start.id] = []
            open_.add(start.id)
            while stack:
                at, rest = stack[-1]
                node = next(rest, None)
                if node is None:
                    open_.discard(at)
                    self.order.append(at)
                    stack.pop()
                elif node.id in self._between and node.id not in open_:
                    self.ahead[at].append(node.id)
                    if node.id not in self.ahead:
                        self.ahead[node.id] = []
                        open_.add(node.id)
                        stack.append((node.id, iter(followers(node))))

    def _step(self, element: Element) -> TimedStep | None:
        """A step whose limit counts: inside a subprocess with a limit of its own it is covered by that."""
        limit = step_limit(self.diagram, element)
        around = [*ancestors(self.diagram, element)]
        if limit is None or any(step_limit(self.diagram, one) for one in around):
            return None
        times = 1
        for one in around:
            times *= _rounds(one)
        return TimedStep(element, limit, min(times, _MOST_ROUNDS))

    def _called(self, element: Element) -> Roads | None:
        """The roads of the process a step calls, unless the step has a limit of its own."""
        called = element.called if element.kind == 'callActivity' else None
        home = self.diagrams.get(called or '')
        if called is None or home is None or step_limit(self.diagram, element):
            return None
        rest = {process: diagram for process, diagram in self.diagrams.items() if process != called}  # a circle of calls ends
        return Roads(rest, home, [*begins(home, called)], None)

    def every_step(self) -> Iterator[TimedStep]:
        """The steps with a limit, those of called processes too."""
        yield from self.steps.values()
        for roads in self.calls.values():
            yield from roads.every_step()

    def longest(self, begin: At, leave: Callable[[TimedStep, At], At]) -> tuple[At, tuple[str, ...]]:
        """The latest end of any road that begins at `begin`, and that road; `leave` says when a step ends that began then."""
        arrives: dict[str, At] = {start.id: begin for start in self.starts if start.id in self.ahead}
        came: dict[str, str] = {}
        latest, last = begin, ''
        for each in reversed(self.order):
            at = arrives[each]
            if each in self.calls:
                at, _ = self.calls[each].longest(at, leave)
            elif each in self.steps:
                at = leave(self.steps[each], at)
            if at > latest or not last:
                latest, last = at, each
            for node in self.ahead[each]:
                if node not in arrives or at > arrives[node]:
                    arrives[node], came[node] = at, each
        trail = [last] if last else []
        while trail and trail[-1] in came:
            trail.append(came[trail[-1]])
        return latest, tuple(reversed(trail))

    def steps_on(self, trail: tuple[str, ...]) -> list[TimedStep]:
        """The steps of a road that have a limit."""
        found: list[TimedStep] = []
        for each in trail:
            found += [self.steps[each]] if each in self.steps else [*self.calls[each].every_step()] if each in self.calls else []
        return found


def _rounds(around: Element) -> int:
    """How often a sequential loop around steps goes, where the diagram says a number; unknown counts once."""
    loop = around.loop
    if loop is None or loop.kind == 'parallel':
        return 1
    text = (loop.maximum if loop.kind == 'standard' else loop.cardinality) or ''
    return max(1, min(int(text), _MOST_ROUNDS)) if text.strip().isdecimal() else 1


def step_limits(view: View, item: ItemRules, starts: list[Element], goals: list[Element]) -> Iterator[Problem]:
    """Whether the step limits fit into the promise on the longest road, each step counted once however often the drawing leads back."""
    try:
        most = parse_limit(item.promise)
    except LimitError:  # reported by the rule for item.toml
        return
    if not isinstance(most, Limit):
        return
    roads = Roads(view.processes, view.diagram, starts, goals)
    steps = [*roads.every_step()]
    if all(isinstance(step.limit, Limit) and step.limit.unit is most.unit for step in steps):
        yield from _added(view, item, roads, most)
        return
    told = [*_over_the_calendar(view, item, roads, most)]
    yield from told
    if told:
        return
    for step in steps:
        if isinstance(step.limit, Duration) and (step.limit.days or step.limit.months) and step.element.process == view.process.id:
            yield view.say(rules.LIMIT_WALL_CLOCK, step.element, found=step.limit, promise=item.promise)


def _added(view: View, item: ItemRules, roads: Roads, most: Limit) -> Iterator[Problem]:
    def leave(step: TimedStep, at: int) -> int:
        return at + step.times * (step.limit.amount if isinstance(step.limit, Limit) else 0)

    total, trail = roads.longest(0, leave)
    if total > most.amount:
        shown = f'{total}{"个工作日" if most.unit is Unit.WORKDAY else most.unit.zh}'
        yield _exceeded(view, roads, trail, sum=shown, promise=item.promise)


def _over_the_calendar(view: View, item: ItemRules, roads: Roads, most: Limit) -> Iterator[Problem]:
    """Refused when the road is too long from every working day on; warned when it is from some."""

    def leave(step: TimedStep, at: datetime) -> datetime:
        for _ in range(step.times):
            at = end_of(step.limit, at)
        return at

    every = beginnings()
    every = every[:: max(1, len(every) * max(len(roads.order), 1) // MOST_LOOKS)]
    worst: tuple[datetime, datetime, tuple[str, ...]] | None = None
    fits = False
    for start in every:
        end, trail = roads.longest(start, leave)
        if end <= end_of(most, start):
            fits = True
        elif worst is None:
            worst = start, end, trail
        if fits and worst is not None:
            break
    if worst is None:
        return
    start, end, trail = worst
    if not fits:
        yield _exceeded(view, roads, trail, sum=' + '.join(str(step.limit) for step in roads.steps_on(trail)), promise=item.promise)
        return
    days = {'start': day_text(start), 'end': day_text(end), 'last': day_text(end_of(most, start))}
    yield _exceeded(view, roads, trail, rules.PROMISE_MAY_BE_EXCEEDED, promise=item.promise, **days)


def _exceeded(view: View, roads: Roads, trail: tuple[str, ...], rule: Rule = rules.PROMISE_EXCEEDED, **facts: str) -> Problem:
    here = [each for each in trail if each in roads.steps or each in roads.calls]
    names = ' + '.join(step.words for step in roads.steps_on(trail))
    return view.say(rule, view.diagram.elements[here[-1]], road=names, path=trail, **facts)
