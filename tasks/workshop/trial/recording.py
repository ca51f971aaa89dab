"""From what was tried to a scenario that can fail: after every step and at the end, what came of it becomes what is expected."""

from __future__ import annotations

from dataclasses import replace

from engine import Bundle, plain
from tasks.workshop.trial.scenario import Expect, Scenario, ScenarioStep
from tasks.workshop.trial.view import TrialPicture, names, picture
from tasks.workshop.trial.world import World


def recorded(bundle: Bundle, scenario: Scenario) -> Scenario:
    """Play a scenario and write down what was so: open steps after each step, dates when they change, marks and result at the end.

    Expectations it had are replaced; variables that were looked at still are. Raises what a step raises that is not expected to be refused.
    """
    world = World(bundle, scenario)
    try:
        before = picture(world)
        steps = []
        for step in scenario.steps:
            after, done = _taken(world, step, before)
            steps.append(done)
            before = after
        return replace(scenario, steps=tuple(steps), expect=_final(before))
    finally:
        world.close()


def _taken(world: World, step: ScenarioStep, before: TrialPicture) -> tuple[TrialPicture, ScenarioStep]:
    if step.refused:
        return before, replace(step, expect=None)
    world.take(step)
    after = picture(world)
    due = {name: day for name, day in _dues(after).items() if _dues(before).get(name) != day}
    at = after.now if step.kind == 'advance' else None
    opened = tuple(names(after.open)) if names(after.open) != names(before.open) else None
    asked = step.expect.variables if step.expect else {}
    variables = {name: plain(after.variables.get(name)) for name in asked}
    if at is None and opened is None and not due and not variables:
        return after, replace(step, expect=None)
    return after, replace(step, expect=Expect(at=at, open=opened, due=due, variables=variables))


def _dues(now: TrialPicture) -> dict[str, str]:
    """Clocks that run or stand, and timers that wait: name → last day or `stopped`."""
    rows = {row.name: 'stopped' if row.state == 'stopped' else row.last_day for row in now.clocks if row.state in ('running', 'stopped')}
    rows |= {row.element: 'stopped' if row.state == 'stopped' else row.last_day for row in now.timers if row.state in ('armed', 'stopped')}
    return {name: day for name, day in rows.items() if day}


def _final(now: TrialPicture) -> Expect:
    return Expect(
        open=tuple(names(now.open)),
        status=now.status,
        result=now.result,
        clocks={row.name: row.state for row in now.clocks},
        marks=tuple(mark.text for mark in now.marks),
    )
